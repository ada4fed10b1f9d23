// Bytes and the text that is in them. SMTP and DNS are octets first: `latin1` keeps each octet as
// the character of the same number, both ways, so nothing is lost or invented.

export const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

export const fromLatin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');

export const fromUtf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8');

/** One piece; the piece itself where there is only one. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces);
}
