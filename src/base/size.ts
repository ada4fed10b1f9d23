// How much a plain value holds: about its length as JSON, with bytes in base64. For limits on what
// strangers can make us keep.

/** As `{"$bytes":""}` or so around them. */
const BYTES_FRAME = 14;
const NUMBER_SIZE = 8;
/** A character that JSON writes as `\u001b`. */
const ESCAPED_MORE = 5;
// biome-ignore lint/suspicious/noControlCharactersInRegex: it counts exactly those
const ESCAPED = /[\u0000-\u001f"\\]/g;

/** Rather too much than too little. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return textSize(value);
  if (typeof value !== 'object' || value === null) return NUMBER_SIZE;
  if (value instanceof Uint8Array) return BYTES_FRAME + Math.ceil(value.length / 3) * 4;
  let size = 2;
  if (Array.isArray(value)) for (const each of value) size += 1 + sizeOf(each);
  else for (const [key, each] of Object.entries(value)) size += key.length + 4 + sizeOf(each);
  return size;
}

function textSize(text: string): number {
  const escaped = text.match(ESCAPED)?.length ?? 0;
  return 2 + text.length + ESCAPED_MORE * escaped;
}
