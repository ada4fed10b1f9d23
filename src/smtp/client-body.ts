// A message on its way to the socket, part by part. Small parts wait for the next one, so that a
// message of usual size, with the dot that ends it, is one write.
import { concat } from '../base/bytes.ts';
import { DotStuffer } from './dot-stuffing.ts';

const HELD_BYTES_MAX = 65_536;

export class ClientBody {
  readonly #stuffer = new DotStuffer();
  #held: Uint8Array[] = [];
  #heldBytes = 0;

  /** What is to be sent now; often nothing yet. */
  part(bytes: Uint8Array): readonly Uint8Array[] {
    const stuffed = this.#stuffer.stuff(bytes);
    this.#held.push(stuffed);
    this.#heldBytes += stuffed.length;
    return this.#heldBytes > HELD_BYTES_MAX ? this.#release() : [];
  }

  /** The rest, and what ends the message. */
  end(): Uint8Array {
    return concat([...this.#release(), this.#stuffer.end()]);
  }

  #release(): readonly Uint8Array[] {
    const released = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    return released;
  }
}
