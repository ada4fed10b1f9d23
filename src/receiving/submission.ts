// Mail that is handed in by a command or the API instead of by SMTP: the same queue, the same
// guarantee, a Received field that says so. The operator himself hands it in, so it may go
// anywhere.
import { concat, fromLatin1 } from '../base/bytes.ts';
import { FingerpostError } from '../base/errors.ts';
import type { Chance } from '../base/random.ts';
import type { Clock } from '../base/time.ts';
import { printDate } from '../message/date.ts';
import { has8bit, messageIdOf, readHeader } from '../message/header.ts';
import type { MessageId, NewMessage } from '../queue/message.ts';
import { newMessageId } from '../queue/message-id.ts';
import { isRecipient, type OurDomains, ourDomainOf } from '../routing/domains.ts';
import { domainText, type MailAddress, parseAddress } from '../smtp/address.ts';
import { type Reply, reply } from '../smtp/reply.ts';

export interface Submission {
  /** `''` is the null sender. */
  readonly sender: string;
  readonly recipients: readonly string[];
  /** Header and body; any line ends. */
  readonly message: Uint8Array;
}

export type Submitted = { readonly id: MessageId } | { readonly reply: Reply };

export interface SubmissionOptions {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly hostname: string;
  readonly lane: number;
  readonly domains: OurDomains;
  readonly messageBytesMax: number;
  readonly put: (message: NewMessage) => Promise<void>;
}

const RECIPIENTS_MAX = 1_000;

/** Resolves when the message is committed and synced. Throws `USAGE` for what is no address. */
export async function submit(
  options: SubmissionOptions,
  submission: Submission,
): Promise<Submitted> {
  const { sender, recipients, message } = submission;
  if (sender !== '') addressFrom(sender);
  const addresses = recipients.map(addressFrom);
  const refusal = judge(options, addresses, message);
  if (refusal) return { reply: refusal };
  const made = compose(options, submission, addresses);
  await options.put(made);
  return { id: made.id };
}

function addressFrom(text: string): MailAddress {
  const address = parseAddress(text, { unicodeDomain: true });
  if ('local' in address) return address;
  throw new FingerpostError('USAGE', `${text} is no mail address: ${address.because}`, { text });
}

function judge(
  { domains, messageBytesMax }: SubmissionOptions,
  addresses: readonly MailAddress[],
  message: Uint8Array,
): Reply | undefined {
  if (addresses.length === 0) return reply(554, '5.5.1', 'No recipient');
  if (addresses.length > RECIPIENTS_MAX) return reply(452, '4.5.3', 'Too many recipients');
  if (message.length > messageBytesMax) return reply(552, '5.3.4', 'The message is too big');
  const unknown = addresses.find((address) => {
    const ours = ourDomainOf(domains, address);
    return ours && !isRecipient(ours, address.local);
  });
  return unknown && reply(550, '5.1.1', `No such recipient: ${unknown.text}`);
}

function compose(
  { clock, chance, hostname, lane }: SubmissionOptions,
  { sender, message }: Submission,
  addresses: readonly MailAddress[],
): NewMessage {
  const now = clock.now();
  const id = newMessageId(lane, now, chance);
  // RFC 5321 §4.4: `from` may be left out where no SMTP client gave it.
  const received = `Received: by ${hostname} (command) id ${id};\r\n ${printDate(now)}\r\n`;
  const bytes = concat([fromLatin1(received), withCrlf(message)]);
  const messageIdField = messageIdOf(readHeader(bytes));
  const unique = new Map(addresses.map(({ text, domain }) => [text, domainText(domain)]));
  return {
    id,
    sender: sender === '' ? '' : addressFrom(sender).text,
    recipients: [...unique].map(([address, domain]) => ({ address, domain })),
    receivedAt: now,
    sizeBytes: bytes.length,
    eightBit: has8bit(bytes),
    ...(messageIdField ? { messageIdField } : {}),
    origin: { kind: 'command' },
    body: { kind: 'memory', bytes },
  };
}

/** RFC 5321 §2.3.8: lines end with CRLF and with nothing else. */
function withCrlf(message: Uint8Array): Uint8Array {
  const text = Buffer.from(message).toString('latin1');
  const lines = text.replace(/\r\n|\r|\n/g, '\r\n');
  return fromLatin1(lines === '' || lines.endsWith('\r\n') ? lines : `${lines}\r\n`);
}
