// What a bounce or a notice of delay says to a person: which recipients, why, who said so, and
// whether anything is left to do.
import { between, type Duration, printDuration } from '../base/time.ts';
import { printReply } from '../smtp/reply.ts';
import { asciiText, wrapped } from './ascii.ts';
import type { BounceOptions, ReportedRecipient } from './bounce-options.ts';
import { printDate } from './date.ts';
import { fieldOf, readHeader } from './header.ts';

const WIDTH = 76;

/** The lines of the text, each of at most 76 characters. */
export function bounceText(bounce: BounceOptions): readonly string[] {
  const { reportingHost, recipients, original } = bounce;
  const failed = recipients.filter(({ action }) => action === 'failed');
  const delayed = recipients.filter(({ action }) => action === 'delayed');
  const lasted = between(original.arrivedAt, bounce.now);
  return [
    ...paragraph(`This is the mail server ${asciiText(reportingHost)}.`),
    ...(failed.length > 0 ? section(FAILED, failed) : []),
    ...(delayed.length > 0 ? section(delayedFor(lasted), delayed) : []),
    ...paragraph('The message that this is about:'),
    ...about(bounce),
    '',
  ];
}

const FAILED =
  'Your message could not be delivered to the recipients named here. Nothing more will be done ' +
  'for them: to reach them, mend what is wrong and send the message again.';

const delayedFor = (lasted: Duration): string =>
  `Your message has been waiting for ${printDuration(lasted)} and is not delivered yet to the ` +
  'recipients named here. It will be tried again; you need not send it again.';

const section = (opening: string, recipients: readonly ReportedRecipient[]): readonly string[] => [
  ...paragraph(opening),
  ...recipients.flatMap(aboutRecipient),
];

function aboutRecipient(recipient: ReportedRecipient): readonly string[] {
  const { address, reply, remoteHost, tries = [], attempts = 0, lastAttemptAt } = recipient;
  const quoted = asciiText(printReply(reply));
  const said = remoteHost === undefined ? quoted : `${asciiText(remoteHost)} said: ${quoted}`;
  const last = lastAttemptAt === undefined ? '' : `, last on ${printDate(lastAttemptAt)}`;
  const until = recipient.willRetryUntil;
  return [
    `<${asciiText(address)}>`,
    ...indented(said),
    ...(attempts > 0 ? indented(`Tried ${times(attempts)}${last}.`) : []),
    ...(until === undefined ? [] : indented(`It will be tried until ${printDate(until)}.`)),
    ...(tries.length > 0 ? indented('The last attempt:') : []),
    ...tries.flatMap(({ host, address: at, ending }) =>
      item(
        `${asciiText(host)}${at === undefined ? '' : ` [${asciiText(at)}]`}: ${asciiText(ending)}`,
      ),
    ),
    '',
  ];
}

function about({ original }: BounceOptions): readonly string[] {
  const header = readHeader(original.header);
  const shown = ['From', 'To', 'Subject', 'Date', 'Message-ID'].flatMap((name) => {
    const content = fieldOf(header, name);
    return content === undefined ? [] : indented(`${name}: ${asciiText(content, 200)}`);
  });
  const here = `Received here on ${printDate(original.arrivedAt)} as ${asciiText(original.id)}`;
  return [...shown, ...indented(here)];
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

const paragraph = (text: string): readonly string[] => [
  ...wrapped(text, { first: '', rest: '', width: WIDTH }),
  '',
];

const indented = (text: string): readonly string[] =>
  wrapped(text, { first: '    ', rest: '      ', width: WIDTH });

const item = (text: string): readonly string[] =>
  wrapped(text, { first: '    - ', rest: '      ', width: WIDTH });
