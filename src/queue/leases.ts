// Which recipients are with the deliverer now, and the bodies that memory keeps for them. The
// places are shared between new mail and mail that waited: neither may take more than three
// quarters while the other wants some, so that a flood of one never stops the other.
import type { BodySource, LeasedMessage, MessageId } from './message.ts';

export interface LeaseLimits {
  /** Messages with the deliverer at a time. */
  readonly leasedMax: number;
  /** Bytes of bodies that stay in memory until they are settled. */
  readonly memoryBytesMax: number;
}

interface Lease {
  readonly fresh: boolean;
  readonly recipients: Set<number>;
  readonly bytes: number;
}

export class Leases {
  readonly #limits: LeaseLimits;
  readonly #share: number;
  readonly #leases = new Map<MessageId, Lease>();
  #fresh = 0;
  #bytes = 0;

  constructor(limits: LeaseLimits) {
    this.#limits = limits;
    this.#share = Math.ceil((limits.leasedMax * 3) / 4);
  }

  hasRoomForNew(othersAreDue: boolean): boolean {
    if (this.#leases.size >= this.#limits.leasedMax) return false;
    return !othersAreDue || this.#fresh < this.#share;
  }

  roomForWaiting(): number {
    const waited = this.#leases.size - this.#fresh;
    return Math.max(0, Math.min(this.#limits.leasedMax - this.#leases.size, this.#share - waited));
  }

  /** Counts a new message; returns where its body is to be read from. */
  addNew(id: MessageId, recipientCount: number, body: BodySource): BodySource {
    const size = body.kind === 'memory' ? body.bytes.length : 0;
    const fits = this.#bytes + size <= this.#limits.memoryBytesMax;
    const recipients = new Set(Array.from({ length: recipientCount }, (_, number) => number));
    const bytes = fits ? size : 0;
    this.#leases.set(id, { fresh: true, recipients, bytes });
    this.#fresh += 1;
    this.#bytes += bytes;
    return fits ? body : { kind: 'rows' };
  }

  /** Counts one that waited; others of its recipients may be out already. */
  addWaited(message: LeasedMessage): void {
    const lease = this.#leases.get(message.id) ?? {
      fresh: false,
      recipients: new Set<number>(),
      bytes: 0,
    };
    for (const { number } of message.recipients) lease.recipients.add(number);
    this.#leases.set(message.id, lease);
  }

  /** These are settled; the place is free when none of the message is left. */
  remove(id: MessageId, recipients: readonly { readonly number: number }[]): void {
    const lease = this.#leases.get(id);
    if (lease === undefined) return;
    for (const { number } of recipients) lease.recipients.delete(number);
    if (lease.recipients.size > 0) return;
    this.#leases.delete(id);
    this.#bytes -= lease.bytes;
    if (lease.fresh) this.#fresh -= 1;
  }

  isOut(id: MessageId, recipients: readonly { readonly number: number }[]): boolean {
    const lease = this.#leases.get(id);
    return lease !== undefined && recipients.some(({ number }) => lease.recipients.has(number));
  }
}
