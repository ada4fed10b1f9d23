// A message on its way in: our Received field first, then what the client sends. Up to one part is
// held in memory; a larger message is written part by part as it comes, and made valid only when
// its envelope is put. Whoever gives up calls `discard`, else a restart does.
import { concat, fromLatin1 } from '../base/bytes.ts';
import {
  countReceived,
  HEADER_BYTES_MAX,
  has8bit,
  messageIdOf,
  readHeader,
} from '../message/header.ts';
import { type BodySource, type MessageId, PART_BYTES_MAX } from '../queue/message.ts';

/** How a body reaches the queue before its envelope does. */
export interface BodyWriter {
  writeBodyPart(id: MessageId, index: number, bytes: Uint8Array): Promise<void>;
  dropBody(id: MessageId): Promise<void>;
}

export class IncomingMessage {
  readonly id: MessageId;
  readonly #writer: BodyWriter;
  #pieces: Uint8Array[];
  #heldBytes: number;
  #parts = 0;
  #sizeBytes: number;
  #eightBit: boolean;
  /** The first bytes, kept until the header was looked at. */
  #head: Uint8Array | undefined;

  constructor(id: MessageId, received: string, writer: BodyWriter) {
    const first = fromLatin1(received);
    this.id = id;
    this.#writer = writer;
    this.#pieces = [first];
    this.#heldBytes = first.length;
    this.#sizeBytes = first.length;
    this.#eightBit = false;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get eightBit(): boolean {
    return this.#eightBit;
  }

  /** A promise only when something had to be written; until then no more is to be read. */
  add(bytes: Uint8Array): void | Promise<void> {
    this.#pieces.push(bytes);
    this.#heldBytes += bytes.length;
    this.#sizeBytes += bytes.length;
    this.#eightBit ||= has8bit(bytes);
    if (this.#heldBytes >= PART_BYTES_MAX) return this.#writeParts(PART_BYTES_MAX);
  }

  /** The body for the envelope; whatever is held of a large one is written first. */
  async finish(): Promise<BodySource> {
    if (this.#parts === 0) return { kind: 'memory', bytes: concat(this.#pieces) };
    await this.#writeParts(1);
    return { kind: 'rows' };
  }

  /** How often it was received before, and its Message-ID. Ask after the last `add`. */
  header(): { readonly received: number; readonly messageIdField?: string } {
    const header = readHeader(this.#head ?? concat(this.#pieces));
    const id = messageIdOf(header);
    // The first of the Received fields is our own.
    const received = countReceived(header) - 1;
    return { received, ...(id ? { messageIdField: id } : {}) };
  }

  async discard(): Promise<void> {
    this.#pieces = [];
    if (this.#parts > 0) await this.#writer.dropBody(this.id);
  }

  /** Writes whole parts for as long as at least `atLeast` bytes are held. */
  async #writeParts(atLeast: number): Promise<void> {
    while (this.#heldBytes >= atLeast) {
      const held = concat(this.#pieces);
      const part = held.subarray(0, PART_BYTES_MAX);
      const rest = held.subarray(PART_BYTES_MAX);
      this.#head ??= part.subarray(0, HEADER_BYTES_MAX);
      this.#pieces = rest.length > 0 ? [rest] : [];
      this.#heldBytes = rest.length;
      await this.#writer.writeBodyPart(this.id, this.#parts, part);
      this.#parts += 1;
    }
  }
}
