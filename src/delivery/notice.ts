// Messages that tell a sender what became of his: bounces and delay notices (RFC 3464). The header
// of the original is fetched first, so that making the notice itself is a pure step.
import type { Chance } from '../base/random.ts';
import type { Clock } from '../base/time.ts';
import { makeBounce } from '../message/bounce.ts';
import type { LeasedMessage, MessageId, NewMessage } from '../queue/message.ts';
import { newMessageId } from '../queue/message-id.ts';
import { domainText, parseAddress } from '../smtp/address.ts';
import type { NoticeMaker, NoticeRecipient } from './settle.ts';

export interface NoticeSource {
  /** Reads the header of the original. */
  about(message: LeasedMessage): Promise<NoticeMaker>;
  /**
   * Where no notice is needed, or the original cannot be read: the notice has no copy of its
   * header.
   */
  without(): NoticeMaker;
}

export interface NoticeOptions {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly hostname: string;
  readonly lane: number;
  readonly readBodyPart: (id: MessageId, index: number) => Promise<Uint8Array | undefined>;
  /** Until when a delayed message is tried. */
  readonly triedUntil: (message: LeasedMessage) => LeasedMessage['receivedAt'];
}

const HEADER_BYTES_MAX = 65_536;

export function createNotices(options: NoticeOptions): NoticeSource {
  const makerWith =
    (head: Uint8Array): NoticeMaker =>
    (message, action, recipients) =>
      notice(options, { message, action, recipients, head });
  return {
    without: () => makerWith(new Uint8Array(0)),
    async about(message) {
      const first =
        message.body.kind === 'memory'
          ? message.body.bytes
          : await options.readBodyPart(message.id, 0);
      return makerWith((first ?? new Uint8Array(0)).subarray(0, HEADER_BYTES_MAX));
    },
  };
}

interface Told {
  readonly message: LeasedMessage;
  readonly action: 'failed' | 'delayed';
  readonly recipients: readonly NoticeRecipient[];
  /** The beginning of the original; the notice shows no more than its header. */
  readonly head: Uint8Array;
}

function notice(options: NoticeOptions, { message, action, recipients, head }: Told): NewMessage {
  const { clock, chance, hostname, lane } = options;
  const now = clock.now();
  const id = newMessageId(lane, now, chance);
  const { bytes } = makeBounce({
    reportingHost: hostname,
    to: message.sender,
    original: { header: head, id: message.id, arrivedAt: message.receivedAt },
    recipients: recipients.map(({ host, ...told }) => ({
      ...told,
      action,
      ...(host === undefined ? {} : { remoteHost: host }),
      lastAttemptAt: now,
      ...(action === 'delayed' ? { willRetryUntil: options.triedUntil(message) } : {}),
    })),
    id,
    now,
    boundarySeed: Buffer.from(chance.bytes(12)).toString('hex'),
  });
  const sender = parseAddress(message.sender);
  const domain = 'domain' in sender ? domainText(sender.domain) : '';
  return {
    id,
    sender: '',
    recipients: [{ address: message.sender, domain }],
    receivedAt: now,
    sizeBytes: bytes.length,
    eightBit: false,
    messageIdField: `${id}@${hostname}`,
    origin: { kind: 'bounce' },
    body: { kind: 'memory', bytes },
  };
}
