// A message while it comes in: what the dot ends, how big it is so far, and whether it can be
// taken.
import { type BodyPart, BodyReader } from './body-reader.ts';
import type { Reply } from './reply.ts';
import { BARE_IN_MESSAGE, MESSAGE_TOO_BIG } from './server-replies.ts';

export class IncomingMessage {
  readonly #bytesMax: number;
  readonly #reader = new BodyReader();
  #sizeBytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** CRLFs included, without doubled dots and the last one. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Why it is not taken; once there is a reason, what comes is only read to its end. */
  get refusal(): Reply | undefined {
    if (this.#reader.isFaulty) return BARE_IN_MESSAGE;
    return this.#sizeBytes > this.#bytesMax ? MESSAGE_TOO_BIG : undefined;
  }

  read(chunk: Uint8Array): BodyPart {
    const part = this.#reader.read(chunk);
    this.#sizeBytes += part.content.length;
    return part;
  }
}
