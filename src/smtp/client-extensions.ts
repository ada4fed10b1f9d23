// What a server announced in its answer to EHLO (RFC 5321 §4.1.1.1), as far as we make use of it.
import type { Reply } from './reply.ts';

export interface Extensions {
  /** RFC 2920. */
  readonly pipelining: boolean;
  /** RFC 1870: MAIL may say how large the message is. */
  readonly size: boolean;
  /** The largest message it takes; absent where it named no limit. */
  readonly sizeBytesMax?: number;
  /** RFC 6152. */
  readonly eightBit: boolean;
  /** RFC 2034. */
  readonly enhanced: boolean;
  /** RFC 3207. */
  readonly starttls: boolean;
}

/** What a server has that answered HELO. */
export const NO_EXTENSIONS: Extensions = {
  pipelining: false,
  size: false,
  eightBit: false,
  enhanced: false,
  starttls: false,
};

/** Reads the answer to EHLO; words that we do not know, or that make no sense, are passed over. */
export function readExtensions(answer: Reply): Extensions {
  // The first line names the server (RFC 5321 §4.1.1.1); old ones wrote `SIZE=` for `SIZE `.
  const announced = new Map(
    answer.lines.slice(1).map((line): [string, string] => {
      const [keyword = '', parameter = ''] = line.trim().split(/[ =]+/);
      return [keyword.toUpperCase(), parameter];
    }),
  );
  const sizeBytesMax = Number(/^\d{1,15}$/.exec(announced.get('SIZE') ?? '')?.[0] ?? 0);
  return {
    pipelining: announced.has('PIPELINING'),
    size: announced.has('SIZE'),
    // RFC 1870 §3: 0 is no fixed limit.
    ...(sizeBytesMax > 0 && { sizeBytesMax }),
    eightBit: announced.has('8BITMIME'),
    enhanced: announced.has('ENHANCEDSTATUSCODES'),
    starttls: announced.has('STARTTLS'),
  };
}
