// Quoted-printable (RFC 2045 §6.7), for text that 7 bits do not carry.

const LINE_MAX = 76;
const LITERAL = /^[\x21-\x3c\x3e-\x7e]$/;

/** Encodes latin1 text, octet for character; line ends (of any kind) become CRLF. */
export function quotedPrintable(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map(encodedLine)
    .join('\r\n');
}

function encodedLine(line: string): string {
  let out = '';
  let width = 0;
  for (let at = 0; at < line.length; at += 1) {
    const octet = encodedOctet(line, at);
    // One column is kept for the soft break.
    if (width + octet.length > LINE_MAX - 1) {
      out += '=\r\n';
      width = 0;
    }
    out += octet;
    width += octet.length;
  }
  return out;
}

function encodedOctet(line: string, at: number): string {
  const character = line[at] as string;
  const isBlank = character === ' ' || character === '\t';
  // RFC 2045 §6.7 (3): no space or tab at the end of a line.
  if (LITERAL.test(character) || (isBlank && at < line.length - 1)) return character;
  return `=${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
