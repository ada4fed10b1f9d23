// Messages, settlements and questions for tests of the queue, each with only what a test cares
// about.
import type { IpAddress } from '../../src/base/ip.ts';
import { type Instant, instantAt } from '../../src/base/time.ts';
import type { Lookup } from '../../src/dns/lookup.ts';
import type { Name } from '../../src/dns/name.ts';
import type {
  LedgerEntry,
  MessageId,
  NewMessage,
  Recipient,
  Settlement,
} from '../../src/queue/message.ts';
import type { Question } from '../../src/routing/question.ts';

/** The start of `falseClock`. */
export const NOON = instantAt(Date.UTC(2026, 0, 1));

/** An id that sorts by its number. */
export const messageId = (number: number): MessageId =>
  `0-${String(number).padStart(17, '0')}` as MessageId;

export interface MailOptions {
  readonly recipients?: readonly string[];
  readonly sender?: string;
  readonly receivedAt?: Instant;
  readonly bodyBytes?: Uint8Array;
  readonly rows?: boolean;
  readonly field?: string;
}

export function mail(number: number, options: MailOptions = {}): NewMessage {
  const bytes =
    options.bodyBytes ?? new TextEncoder().encode(`Subject: ${number}\r\n\r\nHello\r\n`);
  const recipients = options.recipients ?? ['user@example.com'];
  return {
    id: messageId(number),
    sender: options.sender ?? 'sender@example.org',
    recipients: recipients.map((address) => ({ address, domain: address.split('@')[1] ?? '' })),
    receivedAt: options.receivedAt ?? NOON,
    sizeBytes: bytes.length,
    eightBit: false,
    ...(options.field === undefined ? {} : { messageIdField: options.field }),
    origin: { kind: 'smtp', client: '192.0.2.1:40001', hello: 'client.example.org' },
    body: options.rows === true ? { kind: 'rows' } : { kind: 'memory', bytes },
  };
}

type Settled = Settlement['recipients'][number];

/** A settlement of some recipients that all fare alike. */
export function settlement(
  number: number,
  fate: Partial<Settled>,
  more: Partial<Settlement> & { readonly of?: readonly number[] } = {},
): Settlement {
  const { of = [0], ...rest } = more;
  const one = (recipient: number): Settled => ({
    number: recipient,
    state: 'delivered',
    lastReason: '250 2.0.0 Ok',
    attempted: true,
    ...fate,
  });
  const recipients = of.map(one);
  return { id: messageId(number), recipients, ledger: [], notices: [], ...rest };
}

function found<T>(...records: readonly T[]): Lookup<T> {
  return { kind: 'records', records, ttlSeconds: 300, secure: false, aliases: [] };
}

/** A question whose facts are a new object at each call, of the same content. */
export function question(seed = 1): Question {
  const domain = 'example.com.' as Name;
  const host = 'mail.example.com.' as Name;
  const ipv4 = found('192.0.2.25' as IpAddress);
  const ipv6 = found('2001:db8::25' as IpAddress);
  return {
    domain: { kind: 'name', name: domain },
    facts: { domain, mx: found({ preference: 10, host }), hosts: [{ host, ipv4, ipv6 }] },
    self: {
      hostname: 'mx.example.org.' as Name,
      addresses: ['192.0.2.1' as IpAddress, '2001:db8::1' as IpAddress],
      families: { ipv4: true, ipv6: true },
    },
    health: [],
    settings: { smtpPort: 25, globalNetworks: [], addressesMax: 5, addressesHardMax: 20 },
    seed,
    now: NOON,
  };
}

export function attempted(at: Instant, asked: Question = question()): LedgerEntry {
  return {
    kind: 'attempted',
    at,
    recipients: [0],
    question: asked,
    route: 'hosts: mail.example.com (10)',
    tries: [
      {
        host: 'mail.example.com',
        address: '192.0.2.25',
        port: 25,
        preference: 10,
        reused: false,
        tookMs: 12,
        ending: 'It took the message.',
        replies: [{ phase: 'final', text: '250 2.0.0 Ok' }],
        notes: [],
      },
    ],
    outcome: 'delivered',
    reason: '250 2.0.0 Ok',
    possibleDuplicate: false,
  };
}

/** The states of some recipients, as one line. */
export const statesOf = (recipients: readonly Recipient[] | undefined): string =>
  (recipients ?? []).map(({ state }) => state).join(' ');
