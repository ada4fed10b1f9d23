// Our own program, run inside the closed internet as its users run it, and what its report must and
// must not say of each domain.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CLIENT_HOST, RESOLVER } from './addresses.ts';
import type { Domain } from './domain.ts';
import type { Internet } from './internet.ts';

const COMMAND = fileURLToPath(new URL('../../../bin/fingerpost.js', import.meta.url));

/** One entry of `results` of `check --json`, as far as it matters here. */
export interface Result {
  readonly rule: string;
  readonly outcome: string;
  readonly severity?: string;
  readonly subject: string;
  readonly says?: string;
  readonly because?: string;
}

export interface Report {
  readonly domain: string;
  readonly results: readonly Result[];
}

function configuration(internet: Internet, domains: readonly Domain[]): string {
  const declared = domains.flatMap(({ name, declared: check }) =>
    check === undefined
      ? []
      : [`  ${name}: { role: primary, deliverTo: "maildir:./mail", check: ${check} }\n`],
  );
  return `hostname: ${CLIENT_HOST}
data: ./checking
resolver: { servers: ["${RESOLVER}"] }
checks: { addressLists: [bl.example], domainLists: [], reference: [regular.test] }
world:
  roots: [${internet.roots.map((root) => `"${root}"`).join(', ')}]
  ca: ${internet.authority}
domains:
${declared.join('')}`;
}

export interface Checked {
  readonly code: number;
  readonly tookMs: number;
  readonly reports: readonly Report[];
}

/** `fingerpost check --file LIST --json` on all of them. */
export async function check(internet: Internet, domains: readonly Domain[]): Promise<Checked> {
  const { stage } = internet;
  const [list, yaml, out] = ['list', 'check.yaml', 'report.json'].map((name) => stage.path(name));
  if (!list || !yaml || !out) throw new TypeError('three names give three paths');
  writeFileSync(list, domains.map(({ name }) => `${name}\n`).join(''));
  writeFileSync(yaml, configuration(internet, domains));
  const args = ['-c', yaml, '--json', 'check', '--file', list, '--probe-recipients'];
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', COMMAND, ...args];
  const startedAt = Date.now();
  const running = stage.launch('sh', ['-c', 'exec "$@" >"$0"', out, ...command]);
  const code = await running.ended;
  const text = readFileSync(out, 'utf8');
  if (text === '') throw new Error(`check ended with ${code}: ${running.output}`);
  const reports = JSON.parse(text) as readonly Report[];
  return { code, tookMs: Date.now() - startedAt, reports };
}

const GRAVE = ['critical', 'error', 'warning'];

/** Do the words of an expectation (`RULE severity subject`) fit? What it leaves out, may be any. */
function fits(expected: string, { rule, severity, subject }: Result): boolean {
  const [wantedRule, ...rest] = expected.split(' ');
  if (wantedRule !== rule) return false;
  const hasSeverity = [...GRAVE, 'notice', 'info'].includes(rest[0] ?? '');
  if (hasSeverity && rest.shift() !== severity) return false;
  return rest.length === 0 || rest.join(' ') === subject;
}

const told = ({ rule, severity, subject, says, because }: Result): string =>
  `${[rule, severity, subject].filter(Boolean).join(' ')}: ${says ?? because ?? ''}`;

/** How a report differs from what is expected; none where it does not. */
export function differences(domain: Domain, report: Report | undefined): readonly string[] {
  if (report === undefined) return ['there is no report'];
  const { must = [], unknown = [], may = [] } = domain;
  const { results } = report;
  const findings = results.filter(({ outcome }) => outcome === 'finding');
  const unknowns = results.filter(({ outcome }) => outcome === 'unknown');
  const isMissing = (among: readonly Result[]) => (expected: string) =>
    !among.some((result) => fits(expected, result));
  const covered = (result: Result): boolean =>
    [...must, ...may].some((expected) => fits(expected, result));
  const isRight = must.length === 0 && unknown.length === 0;
  const isUnexpected = (result: Result): boolean =>
    GRAVE.includes(result.severity ?? '') && !covered(result);
  return [
    ...must.filter(isMissing(findings)).map((expected) => `not found: ${expected}`),
    ...unknown.filter(isMissing(unknowns)).map((expected) => `not unknown: ${expected}`),
    ...findings.filter(isUnexpected).map((result) => `found: ${told(result)}`),
    ...unknowns.filter((each) => isRight && !covered(each)).map((each) => `unknown: ${told(each)}`),
  ];
}
