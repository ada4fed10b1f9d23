// What changed between two observations, as a person reads it on a terminal. All foreign text is
// made safe.
import { showOctets, showOwn, showText } from '../../base/show.ts';
import { printInstant } from '../../base/time.ts';
import type { Report } from '../report.ts';
import { type CameFinding, type Comparison, isSame, type RecordChange } from './compare.ts';
import { findingLines, headLines, indented, type Marks, when } from './text.ts';

/** Lines with their ends. */
export function printComparison(
  { before, now }: { readonly before: Report; readonly now: Report },
  changes: Comparison,
  marks: Marks,
): string {
  const since = `  since ${when(printInstant(before.observation.about.now))}`;
  const blocks = [
    [...headLines(now, { marks, all: false }), since],
    listed('came, or got worse', changes.came, marks, (told) => cameLines(told, marks)),
    listed('gone', changes.went, marks, ({ rule, subject, verdict }) => [
      `  ✓ ${rule.id}  ${showText(subject)}`,
      ...indented(`it was: ${showOctets(verdict.says)}`),
    ]),
    listed('cannot be told any more', changes.lostSight, marks, ({ rule, subject, because }) => [
      `  ? ${rule.id}  ${showText(subject)}`,
      ...indented(showOctets(because)),
    ]),
    listed('records that are others now', changes.records, marks, recordLines),
    isSame(changes) ? ['nothing changed'] : [],
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

function listed<T>(
  title: string,
  members: readonly T[],
  marks: Marks,
  linesOf: (member: T) => readonly string[],
): readonly string[] {
  return members.length === 0 ? [] : [marks.strong(title), ...members.flatMap(linesOf)];
}

function cameLines(told: CameFinding, marks: Marks): readonly string[] {
  const [head = '', ...rest] = findingLines(told, marks);
  return [told.was ? `${head}, was ${told.was}` : head, ...rest];
}

/** What is in both is not told again. */
function recordLines({ name, type, before, now }: RecordChange): readonly string[] {
  const gone = before.filter((text) => !now.includes(text));
  const come = now.filter((text) => !before.includes(text));
  return [
    `  ${showText(name)} ${type}`,
    ...gone.map((text) => `    - ${showOwn(text)}`),
    ...come.map((text) => `    + ${showOwn(text)}`),
  ];
}
