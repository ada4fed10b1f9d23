// The message that tells a sender what became of theirs: a bounce, or a notice of delay (RFC 3464
// in the multipart/report of RFC 6522). Three parts: words for a person, the same for a program,
// and the header of the message it is about. It is 7-bit whatever servers and the original
// contained, goes out with the null sender, and asks not to be answered.
import { fromLatin1, latin1 } from '../base/bytes.ts';
import { asciiText } from './ascii.ts';
import type { BounceOptions, OriginalMessage } from './bounce-options.ts';
import { bounceText } from './bounce-text.ts';
import { printDate } from './date.ts';
import { deliveryStatus } from './delivery-status.ts';
import { messageIdOf, readHeader } from './header.ts';
import { quotedPrintable } from './quoted-printable.ts';

/** A message of our own, ready for the queue. */
export interface Bounce {
  /** RFC 5321 §4.5.5: the null sender, so that no bounce is ever bounced. */
  readonly sender: '';
  readonly bytes: Uint8Array;
}

/** RFC 5322 §2.1.1 */
const LINE_MAX = 998;
const NEEDS_ENCODING = /[^\t\r\n\x20-\x7e]|\r(?!\n)|(?<!\r)\n/;
const MESSAGE_ID = /^[\x21-\x3b\x3d\x3f-\x7e]{1,250}$/;

/** Builds the whole message, with CRLF and lines that any server takes. */
export function makeBounce(bounce: BounceOptions): Bounce {
  const boundary = `fingerpost-${bounce.boundarySeed}`;
  const parts = [textPart(bounce), statusPart(bounce), headerPart(bounce.original)];
  const lines = [
    ...headerLines(bounce, boundary),
    '',
    'This is a report in MIME format (RFC 6522).',
    ...parts.flatMap((part) => [`--${boundary}`, ...part]),
    `--${boundary}--`,
    '',
  ];
  return { sender: '', bytes: fromLatin1(lines.join('\r\n')) };
}

function headerLines(bounce: BounceOptions, boundary: string): readonly string[] {
  const { reportingHost, to, original, recipients, now, id } = bounce;
  const isFailure = recipients.some(({ action }) => action === 'failed');
  const originalId = messageIdOf(readHeader(original.header));
  const isSafe = originalId !== undefined && MESSAGE_ID.test(originalId);
  return [
    `Date: ${printDate(now)}`,
    `From: Mail Delivery System <postmaster@${reportingHost}>`,
    `To: <${asciiText(to)}>`,
    `Subject: ${isFailure ? 'Your message could not be delivered' : 'Your message is delayed'}`,
    `Message-ID: <${id}@${reportingHost}>`,
    ...(isSafe ? [`In-Reply-To: <${originalId}>`, `References: <${originalId}>`] : []),
    // RFC 3834 §5
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status;',
    `\tboundary="${boundary}"`,
  ];
}

const textPart = (bounce: BounceOptions): readonly string[] => [
  'Content-Type: text/plain; charset=us-ascii',
  'Content-Description: What happened',
  '',
  ...bounceText(bounce),
];

const statusPart = (bounce: BounceOptions): readonly string[] => [
  'Content-Type: message/delivery-status',
  'Content-Description: What happened, for programs',
  '',
  ...deliveryStatus(bounce),
];

function headerPart({ header }: OriginalMessage): readonly string[] {
  const text = latin1(header.subarray(0, readHeader(header).sizeBytes)).trimEnd();
  const isPlain =
    !NEEDS_ENCODING.test(text) && text.split('\r\n').every((line) => line.length <= LINE_MAX);
  return [
    'Content-Type: text/rfc822-headers',
    'Content-Description: Header of your message',
    // RFC 6522 §4: quoted-printable where the header is not what 7 bits carry.
    ...(isPlain ? [] : ['Content-Transfer-Encoding: quoted-printable']),
    '',
    isPlain ? text : quotedPrintable(text),
    '',
  ];
}
