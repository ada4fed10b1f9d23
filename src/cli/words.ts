// Sizes, instants and lists as commands print them.
import { showOctets, showText } from '../base/show.ts';
import { type Duration, type Instant, printDuration, printInstant } from '../base/time.ts';
import { printReply, type Reply } from '../smtp/reply.ts';

/** `900 B`, `5.1 KB`, `25 MB`. */
export function printSize(bytes: number): string {
  let size = bytes;
  for (const unit of ['B', 'KB', 'MB']) {
    if (size < 1_024) {
      const digits = unit === 'B' || size >= 10 ? 0 : 1;
      return `${size.toFixed(digits)} ${unit}`;
    }
    size /= 1_024;
  }
  return `${size.toFixed(1)} GB`;
}

/** `2026-01-31 14:05:09Z`. */
export const printTime = (at: Instant): string =>
  printInstant(at)
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');

/** `in 5 min`, `2 h 3 min ago`, `now`. */
export function printFromNow(at: Instant, now: Instant): string {
  const length = Math.round((at - now) / 1_000) * 1_000;
  if (length === 0) return 'now';
  const text = printDuration(Math.abs(length) as Duration);
  return length > 0 ? `in ${text}` : `${text} ago`;
}

/** `1 message`, `3 messages`. */
export const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;

/** A host name from outside, without the dot at its end. */
export const printHost = (host: string): string =>
  showText(host.length > 1 && host.endsWith('.') ? host.slice(0, -1) : host);

/** An address of an envelope; the null sender is `<>`. */
export const printAddress = (address: string): string =>
  address === '' ? '<>' : showText(address);

/** Rows as columns, two spaces between them; the last column is not padded. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join('');
}

/** A reply from outside on one line. */
export const printReplyText = (given: Reply): string => showOctets(printReply(given));
