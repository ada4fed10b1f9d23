// The body of a message on its way out (RFC 5321 §4.5.2): a dot that begins a line is doubled,
// every line ends with CRLF and nothing else, and a lone dot ends it. Kept bodies are clean
// already, so the usual chunk is looked through and passed on as it is; whatever is not clean is
// made so, because a bare CR or LF that we let out would end messages where we did not (smuggling).

const LF = 0x0a;
const CR = 0x0d;
const DOT = 0x2e;

/** What came last: a line end (or nothing), a CR whose LF is owed, or anything else. */
type After = 'line-end' | 'cr' | 'text';

const ENDINGS: Readonly<Record<After, Uint8Array>> = {
  'line-end': Buffer.from('.\r\n'),
  cr: Buffer.from('\n.\r\n'),
  text: Buffer.from('\r\n.\r\n'),
};

/** Stuffs one message, chunk by chunk; where the chunks are cut makes no difference. */
export class DotStuffer {
  #after: After = 'line-end';

  /** What is to be sent for this chunk: the chunk itself wherever that is possible. */
  stuff(chunk: Uint8Array): Uint8Array {
    if (chunk.length === 0) return chunk;
    return this.#isClean(chunk) ? this.#passed(chunk) : this.#cleaned(chunk);
  }

  /** What ends the message: the last line's CRLF where it was missing, and the dot. */
  end(): Uint8Array {
    return ENDINGS[this.#after];
  }

  #passed(chunk: Uint8Array): Uint8Array {
    const last = chunk[chunk.length - 1];
    this.#after = last === LF ? 'line-end' : last === CR ? 'cr' : 'text';
    return chunk;
  }

  /** Only CRLF, and no dot that begins a line. */
  #isClean(chunk: Uint8Array): boolean {
    let lineStart = 0;
    if (this.#after === 'cr') {
      if (chunk[0] !== LF) return false;
      lineStart = 1;
    }
    if ((lineStart === 1 || this.#after === 'line-end') && chunk[lineStart] === DOT) return false;
    for (;;) {
      const cr = chunk.indexOf(CR, lineStart);
      const lf = chunk.indexOf(LF, lineStart);
      if (cr < 0) return lf < 0;
      if (cr === chunk.length - 1) return lf < 0;
      if (lf !== cr + 1) return false;
      lineStart = lf + 1;
      if (chunk[lineStart] === DOT) return false;
    }
  }

  #cleaned(chunk: Uint8Array): Uint8Array {
    // No byte becomes more than two, and one LF may be owed from before.
    const out = Buffer.allocUnsafe(2 * chunk.length + 1);
    let length = 0;
    let after = this.#after;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] as number;
      if (after === 'cr') {
        out[length++] = LF;
        after = 'line-end';
        if (byte === LF) continue;
      }
      if (byte === LF) out[length++] = CR;
      else if (byte === DOT && after === 'line-end') out[length++] = DOT;
      out[length++] = byte;
      after = byte === LF ? 'line-end' : byte === CR ? 'cr' : 'text';
    }
    this.#after = after;
    return out.subarray(0, length);
  }
}
