// Messages as delivery has them in hand, with only what a test cares about.
import { fromLatin1 } from '../../src/base/bytes.ts';
import type { LeasedMessage, Recipient } from '../../src/queue/message.ts';
import { messageId, NOON } from './queued-mail.ts';

export function recipient(address: string, given: Partial<Recipient> = {}): Recipient {
  return {
    number: 0,
    address,
    domain: address.split('@')[1] ?? '',
    state: 'attempting',
    attempts: 0,
    nextAttemptAt: NOON,
    delayReported: false,
    ...given,
  };
}

export interface LeasedOptions extends Partial<Omit<LeasedMessage, 'recipients' | 'body'>> {
  readonly recipients?: readonly (string | Recipient)[];
  /** `rows`: it is read by row. */
  readonly body?: string | 'rows';
}

/** A message to `user@example.com` that came at noon; recipients are numbered in their order. */
export function leased({ recipients, body, ...given }: LeasedOptions = {}): LeasedMessage {
  const text = body ?? 'Subject: hello\r\n\r\nHello\r\n';
  return {
    id: messageId(1),
    sender: 'sender@example.org',
    receivedAt: NOON,
    sizeBytes: text.length,
    eightBit: false,
    origin: { kind: 'smtp' },
    recipients: (recipients ?? ['user@example.com']).map((each, number) =>
      typeof each === 'string' ? recipient(each, { number }) : { ...each, number },
    ),
    body: body === 'rows' ? { kind: 'rows' } : { kind: 'memory', bytes: fromLatin1(text) },
    ...given,
  };
}
