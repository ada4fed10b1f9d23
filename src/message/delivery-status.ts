// What a bounce or a notice of delay says to a program (RFC 3464): a group of fields about the
// message, and one about each recipient, with empty lines between.
import { isPermanent, printReply, type Reply } from '../smtp/reply.ts';
import { asciiText, wrapped } from './ascii.ts';
import type { BounceOptions, ReportedRecipient } from './bounce-options.ts';
import { printDate } from './date.ts';

const WIDTH = 76;

/** The lines of a message/delivery-status part. */
export function deliveryStatus(bounce: BounceOptions): readonly string[] {
  return [
    // RFC 3464 §2.2
    ...field('Reporting-MTA', `dns; ${bounce.reportingHost}`),
    ...field('X-Fingerpost-Message', bounce.original.id),
    ...field('Arrival-Date', printDate(bounce.original.arrivedAt)),
    '',
    ...bounce.recipients.flatMap(recipientFields),
  ];
}

/** RFC 3464 §2.3 */
function recipientFields(recipient: ReportedRecipient): readonly string[] {
  const { address, action, reply, remoteHost, lastAttemptAt, willRetryUntil } = recipient;
  const said = asciiText(printReply(reply));
  return [
    ...field('Final-Recipient', `rfc822; ${asciiText(address)}`),
    ...field('Action', action),
    ...field('Status', statusOf(action, reply)),
    ...(remoteHost === undefined ? [] : field('Remote-MTA', `dns; ${asciiText(remoteHost)}`)),
    // RFC 3464 §2.3.6: what a server said is of type smtp; our own reasons are not.
    ...field('Diagnostic-Code', `${remoteHost === undefined ? 'x-fingerpost' : 'smtp'}; ${said}`),
    ...(lastAttemptAt === undefined ? [] : field('Last-Attempt-Date', printDate(lastAttemptAt))),
    ...(willRetryUntil === undefined ? [] : field('Will-Retry-Until', printDate(willRetryUntil))),
    '',
  ];
}

/** RFC 3463 §2. A delay is never permanent; a failure keeps the class of the reply that lasted. */
function statusOf(action: 'failed' | 'delayed', reply: Reply): string {
  const status = reply.enhanced ?? (isPermanent(reply) ? '5.0.0' : '4.0.0');
  return action === 'delayed' ? `4${status.slice(1)}` : status;
}

const field = (name: string, content: string): readonly string[] =>
  wrapped(content, { first: `${name}: `, rest: '    ', width: WIDTH });
