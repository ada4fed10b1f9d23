// A report as a person reads it on a terminal: who looked from where, what is wrong in three lists,
// the pictures, what could not be tested, and a count of the rest. States are told by shape and
// word; colour only repeats them. All foreign text is made safe.
import { showOctets, showOwn, showText } from '../../base/show.ts';
import { printDuration, printInstant } from '../../base/time.ts';
import { padTo, widthOf, wrapTo } from '../../base/width.ts';
import { hostText } from '../../dns/name.ts';
import type { About } from '../about.ts';
import { type Report, type ToldFinding, troublesIn } from '../report.ts';
import type { Actor, Finding, Severity } from '../verdict.ts';

/** The marks that a terminal may show; each returns its text unchanged where there are none. */
export interface Marks {
  accent(text: string): string;
  strong(text: string): string;
  dim(text: string): string;
}

export interface HeadOptions {
  readonly marks: Marks;
  /** Tell what is as it should be, too. */
  readonly all: boolean;
}

export interface TextOptions extends HeadOptions {
  /** The matrix and what else stands behind the lists; made elsewhere. */
  readonly pictures: readonly string[];
}

const COLUMNS = 96;
const INDENT = '      ';
const WRAPPED = COLUMNS - INDENT.length;

const SHAPE: Readonly<Record<Severity, string>> = {
  critical: '✗',
  error: '✗',
  warning: '!',
  notice: '·',
  info: 'i',
};

const ACTOR: Readonly<Record<Actor, string>> = {
  domain: 'whoever runs the domain',
  'dns-host': 'whoever runs its name servers',
  'mail-host': 'whoever runs the mail host',
  other: 'somebody else',
};

/** The whole report, lines with their ends. */
export function printReport(report: Report, options: TextOptions): string {
  const { marks } = options;
  const lists: readonly (readonly [string, readonly ToldFinding[]])[] = [
    ['mail is being lost now', report.lost],
    ['will break', report.willBreak],
    ['could be better', report.better],
  ];
  const blocks = [
    headLines(report, options),
    ...lists
      .filter(([, found]) => found.length > 0)
      .map(([title, found]) => {
        const entries = found.flatMap((told) => findingLines(told, marks));
        return [marks.strong(title), ...entries];
      }),
    ...options.pictures.filter(Boolean).map((picture) => picture.trimEnd().split('\n')),
    unknownLines(report, marks),
    options.all ? passedLines(report, marks) : [],
    [verdictLine(report)],
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

/** `2026-06-01 12:00:00Z`, of an instant as `printInstant` writes it. */
export const when = (instant: string): string => instant.replace('T', ' ').replace(/\.\d+Z$/, 'Z');

/** Which domain, seen when and from where, and whether what follows can be relied on. */
export function headLines(report: Report, { marks, all }: HeadOptions): readonly string[] {
  const { about } = report.observation;
  const domain = marks.strong(showText(hostText(about.domain)));
  const title = `${domain}, seen ${when(printInstant(about.now))}`;
  const troubles = troublesIn(report).flatMap((trouble) =>
    wrapTo(showText(trouble), COLUMNS - 4).map((line, at) =>
      marks.accent(`  ${at === 0 ? '✗' : ' '} ${line}`),
    ),
  );
  return [title, ...worldLines(about), ...selfLines(about, all), ...troubles];
}

function worldLines({ world }: About): readonly string[] {
  if (!world.isClosed) return [];
  const ports = `ports ${world.dnsPort}, ${world.smtpPort}, ${world.httpsPort}`;
  const roots = world.roots.map(({ address, port }) => `${address} port ${port}`).join(', ');
  const also = world.global.length === 0 ? '' : `; also public: ${world.global.join(', ')}`;
  return wrapTo(
    `a closed world: ${ports}; roots ${roots || 'of the internet'}${also}`,
    WRAPPED,
  ).map((line, at) => `${at === 0 ? '  ' : '    '}${line}`);
}

/** What is well about ourselves is told with `all` only; a walk that fails is told as trouble. */
function selfLines({ self }: About, all: boolean): readonly string[] {
  const { ipv4, ipv6 } = self.families;
  const families = [ipv4 ? 'IPv4' : 'no IPv4', ipv6 ? 'IPv6' : 'no IPv6'].join(', ');
  const shape = (ok: boolean | undefined): string => (ok === undefined ? '?' : ok ? '✓' : '✗');
  const told = [
    { ...self.walk, matters: self.walk.ok === undefined },
    { ...self.validates, matters: self.validates.ok !== true },
    { ...self.reverse, matters: self.reverse.ok === false },
  ].filter(({ matters }) => matters || all);
  const lines = told.flatMap(({ ok, because }) =>
    wrapTo(showText(because), WRAPPED).map((line, at) =>
      at === 0 ? `  ${shape(ok)} ${line}` : `    ${line}`,
    ),
  );
  return [`  from ${showText(hostText(self.hostname))} (${families})`, ...lines];
}

/** A finding: what, of whom, the facts, what to do, and where it is written. */
export function findingLines(
  { rule, subject, severity, verdict }: ToldFinding,
  marks: Marks,
): readonly string[] {
  const head = `  ${SHAPE[severity]} ${padTo(severity, 8)} ${rule.id}  ${showText(subject)}`;
  const date =
    verdict.breaksAt === undefined ? '' : `, on ${printInstant(verdict.breaksAt).slice(0, 10)}`;
  const isBad = severity === 'critical' || severity === 'error';
  return [
    isBad ? marks.accent(`${head}${date}`) : `${head}${date}`,
    ...indented(showOctets(verdict.says)),
    ...mendLines(verdict, marks),
    ...indented(sourceLine(rule.sources, verdict)).map(marks.dim),
  ];
}

/** A record stands on one line, as it is pasted; its backslashes are those of zone text. */
function mendLines({ mend }: Finding, marks: Marks): readonly string[] {
  if (!mend) return [];
  const wrapped = (line: string): readonly string[] =>
    mend.kind === 'record' ? [showOwn(line)] : wrapTo(showOwn(line), WRAPPED - 2);
  return mend.text
    .split('\n')
    .flatMap(wrapped)
    .map((line, at) => `${INDENT}${at === 0 ? '→' : ' '} ${marks.strong(line)}`);
}

const EVIDENCE_SHOWN = 3;

/** Who must act, when it shows, where it is written, and what is behind it. */
function sourceLine(sources: readonly string[], { actor, shows, evidence }: Finding): string {
  const wait = shows === undefined ? '' : `, seen everywhere after ${printDuration(shows)}`;
  const more = evidence.length > EVIDENCE_SHOWN ? ', …' : '';
  const ids = `${evidence.slice(0, EVIDENCE_SHOWN).join(', ')}${more}`;
  const parts = [`for ${ACTOR[actor]}${wait}`, ...sources];
  return [...parts, ...(evidence.length > 0 ? [`evidence ${ids}`] : [])].join(' · ');
}

/** Lines below a head. */
export const indented = (text: string): readonly string[] =>
  wrapTo(text, WRAPPED).map((line) => `${INDENT}${line}`);

/** One entry for each reason, with whom it is about, and what rules it keeps from judging. */
function unknownLines({ unknown }: Report, marks: Marks): readonly string[] {
  if (unknown.length === 0) return [];
  const groups = grouped(unknown, ({ verdict: { because, reply } }) =>
    reply === undefined ? because : `${because}: ${reply}`,
  );
  const lines = [...groups].flatMap(([reason, members]) => {
    const subjects = [...new Set(members.map(({ subject }) => showText(subject)))].join(', ');
    const ids = [...new Set(members.map(({ rule }) => rule.id))].join(' ');
    const [first = '', ...rest] = wrapTo(`${subjects}: ${showOctets(reason)}`, WRAPPED);
    const lines = [`  ? ${first}`, ...rest.map((line) => `    ${line}`)];
    return [...lines, ...indented(ids).map(marks.dim)];
  });
  return [marks.strong('could not be tested'), ...lines];
}

function grouped<T>(members: readonly T[], keyFor: (member: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const member of members) {
    const key = keyFor(member);
    groups.set(key, [...(groups.get(key) ?? []), member]);
  }
  return groups;
}

function passedLines({ passed }: Report, marks: Marks): readonly string[] {
  const width = Math.max(0, ...passed.map(({ rule }) => widthOf(rule.id)));
  const lines = passed.map(({ rule, subject, verdict }) => {
    const says = verdict.says === undefined ? '' : `  ${showOctets(verdict.says)}`;
    return `  ✓ ${padTo(rule.id, width)}  ${showText(subject)}${says}`;
  });
  return [marks.strong('as it should be'), ...lines];
}

const counted = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`;

function verdictLine(report: Report): string {
  const { lost, willBreak, better, unknown, passed, skipped } = report;
  const skippedText =
    skipped.length === 0 ? '' : `, ${skipped.length} skipped (see --probe-recipients)`;
  const counts = [
    counted(lost.length + willBreak.length, 'fault', 'faults'),
    counted(better.length, 'thing that could be better', 'things that could be better'),
    `${passed.length} as it should be`,
    `${unknown.length} not testable`,
  ].join(', ');
  return `${counts}${skippedText}`;
}
