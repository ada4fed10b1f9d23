// Mail travels with CRLF and rests in Maildirs with LF, as every reader of Maildirs expects.

const CR = 13;
const LF = 10;

/** The same bytes with each CRLF as LF; other bytes as they are. */
export function crlfToLf(bytes: Uint8Array): Uint8Array {
  const result = Buffer.allocUnsafe(bytes.length);
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let written = 0;
  let from = 0;
  for (let at = source.indexOf(CR); at >= 0; at = source.indexOf(CR, at + 1)) {
    if (source[at + 1] !== LF) continue;
    written += source.copy(result, written, from, at);
    from = at + 1;
  }
  written += source.copy(result, written, from);
  return result.subarray(0, written);
}
