// Reads a bounce as the program of its reader would (RFC 6522, RFC 3464), with other code than that
// which made it.
import assert from 'node:assert/strict';

export type Fields = Readonly<Record<string, string>>;

export interface Report {
  /** Field names in lower case, here and below. */
  readonly header: Fields;
  readonly words: string;
  readonly about: Fields;
  /** One for each recipient. */
  readonly recipients: readonly Fields[];
  /** The header of the message that it is about. */
  readonly original: Fields;
}

/** The report in a message from a mailbox; a message that is none fails the test. */
export function reportIn(message: string): Report {
  const text = message.replaceAll('\r\n', '\n');
  const [head = '', body = ''] = splitAt(text, '\n\n');
  const header = fieldsOf(head);
  const kind = header['content-type'] ?? '';
  assert.match(kind, /^multipart\/report;.*report-type=delivery-status/s);
  const boundary = /boundary="([^"]+)"/.exec(kind)?.[1];
  assert.ok(boundary, 'it has a boundary');
  const parts = body.split(`--${boundary}`).slice(1, -1);
  const [words = '', status = '', original = ''] = parts.map(contentOf);
  const [about = {}, ...recipients] = status
    .split(/\n\n+/)
    .filter((group) => group.trim() !== '')
    .map(fieldsOf);
  return { header, words, about, recipients, original: fieldsOf(original) };
}

function contentOf(part: string): string {
  const [head, content] = splitAt(part.replace(/^\n/, ''), '\n\n');
  assert.match(head, /^content-type: (text|message)\//im);
  return content;
}

function splitAt(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

function fieldsOf(text: string): Fields {
  const lines = text.replace(/\n[ \t]+/g, ' ').split('\n');
  return Object.fromEntries(
    lines.flatMap((line) => {
      const field = /^([^:\s]+): *(.*)$/.exec(line);
      return field ? [[field[1]?.toLowerCase(), field[2]]] : [];
    }),
  );
}
