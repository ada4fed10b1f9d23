// The public key of a certificate as the certificate itself has it, byte for byte (RFC 5280 §4.1):
// a digest in a TLSA record is of these bytes, and a library that reads the key and writes it again
// may write others. Only as much DER (X.690) is read as leads there.

/** RFC 5280 §4.1.1: a certificate and its parts are sequences. */
const SEQUENCE = 0x30;
/** `[0]`, the version, which may be absent. */
const VERSION = 0xa0;
/** In the order of RFC 5280 §4.1: serial, signature, issuer, validity, subject. */
const BEFORE_KEY = 5;

interface Element {
  readonly tag: number;
  /** Where the content starts and ends; the whole element starts at `from`. */
  readonly from: number;
  readonly start: number;
  readonly end: number;
}

/** The SubjectPublicKeyInfo of a certificate in DER; nothing where it is none. */
export function publicKeyInfo(der: Uint8Array): Uint8Array | undefined {
  const certificate = elementAt(der, 0, der.length);
  const body = within(der, certificate);
  if (!body) return undefined;
  let next = elementAt(der, body.start, body.end);
  if (next?.tag === VERSION) next = elementAt(der, next.end, body.end);
  for (let passed = 0; passed < BEFORE_KEY && next; passed += 1) {
    next = elementAt(der, next.end, body.end);
  }
  return next?.tag === SEQUENCE ? der.slice(next.from, next.end) : undefined;
}

const within = (der: Uint8Array, outer: Element | undefined): Element | undefined => {
  const inner = outer?.tag === SEQUENCE ? elementAt(der, outer.start, outer.end) : undefined;
  return inner?.tag === SEQUENCE ? inner : undefined;
};

/** The element that begins at a place, if it ends before `limit` (X.690 §8.1). */
function elementAt(der: Uint8Array, from: number, limit: number): Element | undefined {
  const tag = der[from];
  const first = der[from + 1];
  if (tag === undefined || first === undefined || from + 2 > limit) return undefined;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  // A certificate has no indefinite length, and none of 16 MB.
  if (first === 0x80 || lengthBytes > 3) return undefined;
  let length = first < 0x80 ? first : 0;
  for (let at = 0; at < lengthBytes; at += 1) length = length * 256 + (der[from + 2 + at] ?? 0);
  const start = from + 2 + lengthBytes;
  const end = start + length;
  return end <= limit ? { tag, from, start, end } : undefined;
}
