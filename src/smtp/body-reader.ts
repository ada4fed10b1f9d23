// The body of a message on its way in (RFC 5321 §4.5.2): doubled dots are made single again, and a
// dot alone on a line ends it. Only CRLF ends a line, hence only CRLF.CRLF ends a message: a bare
// CR or LF makes it faulty, and it is read to its true end all the same, so that what others might
// take for its end (LF.LF, LF.CRLF, CR.CR …: smuggling) never begins a command. Clean chunks are
// looked through by native search and passed on as slices, uncopied.
import { concat, latin1 } from '../base/bytes.ts';

const LF = 0x0a;
const CR = 0x0d;
const DOT = 0x2e;
const NOTHING = new Uint8Array(0);

/** What came last. A dot, and a CR after it, are held back: they may be the end. */
type Place = 'line-start' | 'dot' | 'dot-cr' | 'text' | 'cr';

/** What one chunk brought. */
export interface BodyPart {
  /** Of the message, CRLF included; meaningless once the reader says `isFaulty`. */
  readonly content: Uint8Array;
  readonly ended: boolean;
  /** What followed the end, and is not of the message. */
  readonly rest: Uint8Array;
}

/** Reads one message, chunk by chunk; where the chunks are cut makes no difference. */
export class BodyReader {
  #place: Place = 'line-start';
  #faulty = false;

  /** Was there a bare CR or LF? */
  get isFaulty(): boolean {
    return this.#faulty;
  }

  read(chunk: Uint8Array): BodyPart {
    const text = latin1(chunk);
    const pieces: Uint8Array[] = [];
    let kept = 0;
    let at = 0;
    while (at < chunk.length) {
      if (this.#place === 'text') {
        at = this.#lines(text, at);
        continue;
      }
      const byte = chunk[at];
      if (this.#place === 'dot-cr' && byte === LF) {
        return { content: joined(pieces), ended: true, rest: chunk.subarray(at + 1) };
      }
      if (!this.#step(byte)) continue;
      // RFC 5321 §4.5.2: the dot goes, and so does the CR that may be the end's.
      if (this.#place === 'dot' || this.#place === 'dot-cr') {
        if (kept < at) pieces.push(chunk.subarray(kept, at));
        kept = at + 1;
      }
      at += 1;
    }
    if (kept < at) pieces.push(kept === 0 ? chunk : chunk.subarray(kept));
    return { content: joined(pieces), ended: false, rest: NOTHING };
  }

  /** One byte outside of text; false where it is left for the text that begins with it. */
  #step(byte: number | undefined): boolean {
    if (this.#place === 'line-start' && byte === DOT) this.#place = 'dot';
    else if (this.#place === 'dot' && byte === CR) this.#place = 'dot-cr';
    else if (this.#place === 'cr' && byte === LF) this.#place = 'line-start';
    else {
      if (this.#place === 'cr' || this.#place === 'dot-cr') this.#faulty = true;
      this.#place = 'text';
      return false;
    }
    return true;
  }

  /** Passes whole lines, to the first that begins with a dot or the end; says where that is. */
  #lines(text: string, from: number): number {
    let at = from;
    while (!this.#faulty) {
      const cr = text.indexOf('\r', at);
      const lf = text.indexOf('\n', at);
      if (lf < 0 && (cr < 0 || cr === text.length - 1)) {
        this.#place = cr < 0 ? 'text' : 'cr';
        return text.length;
      }
      if (cr < 0 || lf !== cr + 1) {
        this.#faulty = true;
        break;
      }
      at = lf + 1;
      if (at === text.length || text.charCodeAt(at) === DOT) {
        this.#place = 'line-start';
        return at;
      }
    }
    return this.#faultyLine(text, at);
  }

  /** Passes one line of a message that is refused anyway: only its true end still counts. */
  #faultyLine(text: string, at: number): number {
    const end = text.indexOf('\r\n', at);
    if (end >= 0) {
      this.#place = 'line-start';
      return end + 2;
    }
    this.#place = text.endsWith('\r') ? 'cr' : 'text';
    return text.length;
  }
}

const joined = (pieces: readonly Uint8Array[]): Uint8Array =>
  pieces.length === 0 ? NOTHING : concat(pieces);
