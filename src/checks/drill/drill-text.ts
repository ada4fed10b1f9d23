// A drill as text: the arms of the fingerpost across the top, a line for each failure, and on it
// the way that mail takes: which hosts are out, which one takes it, after how long, what is lost.
//
//                                   10 mail       20 backup
//   nothing fails                   ●             ·            to mail at once
//   mail.example.com is down        ✗╌╌╌╌╌╌╌╌╌╌╌╌▶●            to backup after 30 s, kept there
import { showText } from '../../base/show.ts';
import { printDuration, printInstant } from '../../base/time.ts';
import { padTo, widthOf } from '../../base/width.ts';
import { hostText } from '../../dns/name.ts';
import { type Marks, when } from '../report/text.ts';
import type { Drill, DrillRow } from './drill.ts';
import { failureText } from './failure.ts';

/** How an arm is marked: tried in vain, takes the mail, not reached. */
const MARK = { out: '✗', takes: '●', idle: '·' } as const;
const GAP = 3;

/** Lines with their ends; every foreign name is made safe. */
export function printDrill(drill: Drill, marks: Marks): string {
  const names = shortened(drill.exchanges.map(({ host }) => host));
  const heads = drill.exchanges.map(({ preference }, at) =>
    [preference, showText(names[at] ?? '')].join(' ').trim(),
  );
  const titles = drill.rows.map(({ failure }) => showText(failureText(failure)));
  const titleWidth = Math.max(0, ...titles.map(widthOf)) + GAP;
  const arms = heads.map((text) => padTo(text, widthOf(text) + GAP)).join('');
  const lines = drill.rows.flatMap((row, at) => [
    `${padTo(titles[at] ?? '', titleWidth)}${drawWay(row, drill, heads)}${printAfter(row)}`,
    ...lostLines(row).map(marks.dim),
  ]);
  const domain = marks.strong(showText(hostText(drill.domain)));
  return [
    `${domain}, a drill: what senders do when one thing fails`,
    `  as seen ${when(printInstant(drill.observedAt))}`,
    ...drill.doubts.map((doubt) => marks.accent(`  ✗ ${showText(doubt)}`)),
    '',
    ...(arms === '' ? [] : [marks.dim(`${' '.repeat(titleWidth)}${arms}`.trimEnd())]),
    ...lines.map((line) => line.trimEnd()),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** The names without the labels at the end that all of them have: whole names follow below. */
function shortened(hosts: readonly string[]): readonly string[] {
  const backwards = hosts.map((host) => host.split('.').reverse());
  const [first = []] = backwards;
  // One label stays in any case: at least so many are not in common.
  const least = Math.min(first.length, ...backwards.map((labels) => labels.length)) - 1;
  const differs = first.findIndex(
    (label, at) => at >= least || backwards.some((labels) => labels[at] !== label),
  );
  return backwards.map((labels) => labels.slice(Math.max(0, differs)).reverse().join('.'));
}

function lostLines({ lost }: DrillRow): readonly string[] {
  return lost === 'nothing' ? [] : [`    lost: ${showText(lost)}`];
}

/** One mark for each arm, and an arrow from what failed to what takes the mail. */
function drawWay(row: DrillRow, { exchanges }: Drill, heads: readonly string[]): string {
  const takes = row.tried.find(({ ending }) => ending === 'takes')?.host;
  const out = new Set(row.tried.filter(({ ending }) => ending !== 'takes').map(({ host }) => host));
  let isWalking = false;
  return exchanges
    .map(({ host }, at) => {
      const width = widthOf(heads[at] ?? '') + GAP;
      if (host === takes) {
        isWalking = false;
        return padTo(MARK.takes, width);
      }
      const isOut = out.has(host);
      isWalking = takes !== undefined && (isOut || isWalking) && isAhead(exchanges, at, takes);
      const mark = isOut ? MARK.out : MARK.idle;
      return isWalking ? `${mark}${'╌'.repeat(width - 2)}▶` : padTo(mark, width);
    })
    .join('');
}

const isAhead = (exchanges: Drill['exchanges'], at: number, host: string): boolean =>
  exchanges.findIndex((each) => each.host === host) > at;

function printAfter({ landing, after }: DrillRow): string {
  const time = after > 0 ? `after ${printDuration(after)}` : 'at once';
  switch (landing.kind) {
    case 'delivered':
      return `to ${showText(landing.host)} ${time}`;
    case 'kept':
      return `to ${showText(landing.host)} ${time}, kept there`;
    case 'waits':
      return 'stays with the sender';
    case 'refused':
      return 'refused at once';
  }
}
