// Notices as text for a mail: the subject says how many and of what kind, the body what changed,
// since when, and what to do. All foreign text is made safe: it goes to people.
import { showOctets, showText } from '../../base/show.ts';
import { between, printDuration, printInstant } from '../../base/time.ts';
import type { Notice } from './notice.ts';

export interface NoticeText {
  readonly subject: string;
  readonly body: string;
}

type Judged = Exclude<Notice, { kind: 'changed' }>;

const WORD: Readonly<Record<Notice['kind'], string>> = {
  broken: 'broken',
  worse: 'worse',
  flapping: 'comes and goes',
  recovered: 'recovered',
  changed: 'changed',
};

/** The worst first. */
const ORDER: readonly Notice['kind'][] = ['worse', 'broken', 'flapping', 'changed', 'recovered'];

/** One text for all notices of one look at one domain; there is at least one. */
export function printNotices(domain: string, notices: readonly Notice[]): NoticeText {
  const sorted = notices.toSorted(
    (one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind),
  );
  const counts = ORDER.map((kind) => [kind, sorted.filter((each) => each.kind === kind)] as const)
    .filter(([, found]) => found.length > 0)
    .map(([kind, found]) => `${found.length} ${WORD[kind]}`);
  const [only] = sorted;
  const what =
    only && sorted.length === 1 && only.kind !== 'changed'
      ? `${WORD[only.kind]}: ${only.rule} ${showText(only.subject)}`
      : counts.join(', ');
  const blocks = sorted.map((notice) =>
    notice.kind === 'changed' ? changedText(notice) : judgedText(notice),
  );
  const tail = `See it for yourself: fingerpost check ${showText(domain)}\n`;
  return { subject: `[${showText(domain)}] ${what}`, body: [...blocks, tail].join('\n') };
}

function judgedText(notice: Judged): string {
  const { kind, rule, subject, severity, since, at, says, mend, times } = notice;
  const when = printInstant(since)
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
  const lines = [`${WORD[kind]}: ${rule} (${severity}), ${showText(subject)}`];
  if (kind === 'recovered') {
    lines.push(`  since ${when}, for ${printDuration(between(since, at))}: ${showOctets(says)}`);
  } else {
    lines.push(`  ${showOctets(says)}`, `  since ${when}`);
  }
  if (kind === 'flapping') lines.push(`  seen and gone again ${times} times within a day`);
  if (mend !== undefined && kind !== 'recovered') {
    lines.push('  to mend it:', ...mend.split('\n').map((line) => `    ${showText(line)}`));
  }
  return lines.map((line) => `${line}\n`).join('');
}

function changedText({ record, before, now }: Extract<Notice, { kind: 'changed' }>): string {
  const gone = before.filter((text) => !now.includes(text));
  const come = now.filter((text) => !before.includes(text));
  return [
    `changed: ${showText(record)}`,
    ...gone.map((text) => `  - ${showText(text)}`),
    ...come.map((text) => `  + ${showText(text)}`),
  ]
    .map((line) => `${line}\n`)
    .join('');
}
