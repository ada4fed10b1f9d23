// Reports as JUnit XML, for build servers: a suite for each domain, a case for each rule and
// subject. A finding that the exit code counts is a failure; what could not be tested, does not
// apply or was not allowed, is skipped, so that it never fails a build. All foreign text is made
// safe.
//
// It obeys the two schemas that are about: that of Jenkins, and that of Ant but for `skipped`,
// which Ant does not have.
import { showOctets, showOwn } from '../../base/show.ts';
import { printInstant } from '../../base/time.ts';
import { hostText } from '../../dns/name.ts';
import { findingsIn, type Report, type Told, type ToldFinding } from '../report.ts';
import { SEVERITIES, type Severity } from '../verdict.ts';
import type { Form } from './form.ts';

/** `failOn`: the least severity that is a failure. */
export function junitForm(failOn: Severity): Form {
  // An error is a failure whatever is asked for, as it is to the exit code.
  const least = Math.max(SEVERITIES.indexOf(failOn), SEVERITIES.indexOf('error'));
  let suites = 0;
  return {
    begin: () => '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n',
    one: ({ report }) => suiteOf(report, least, suites++),
    end: () => '</testsuites>\n',
  };
}

interface Case {
  readonly told: Told;
  readonly kind: 'failure' | 'skipped' | 'passed';
  readonly type?: Severity;
  /** Safe to show; the first line is the message. */
  readonly text?: string;
}

function suiteOf(report: Report, least: number, id: number): string {
  const cases = [
    ...findingsIn(report).map((told) => findingCase(told, least)),
    ...othersIn(report),
  ];
  const count = (kind: Case['kind']): number => cases.filter((each) => each.kind === kind).length;
  const { about, endedAt, program } = report.observation;
  const attributes = attributesOf({
    name: hostText(about.domain),
    package: 'fingerpost.check',
    id,
    tests: cases.length,
    failures: count('failure'),
    errors: 0,
    skipped: count('skipped'),
    time: (Math.max(0, endedAt - about.now) / 1_000).toFixed(3),
    // Without fractions and zone: the schema's dateTime has neither.
    timestamp: printInstant(about.now).slice(0, 19),
    hostname: hostText(about.self.hostname),
  });
  const property = attributesOf({ name: 'fingerpost', value: program });
  return [
    `  <testsuite${attributes}>`,
    `    <properties><property${property}/></properties>`,
    ...cases.map((each) => caseText(each, hostText(about.domain))),
    '    <system-out/>',
    '    <system-err/>',
    '  </testsuite>',
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function findingCase(told: ToldFinding, least: number): Case {
  const { severity, verdict } = told;
  if (SEVERITIES.indexOf(severity) > least) return { told, kind: 'passed' };
  const mend = verdict.mend === undefined ? [] : verdict.mend.text.split('\n').map(showOwn);
  const text = [showOctets(verdict.says), ...mend].join('\n');
  return { told, kind: 'failure', type: severity, text };
}

function othersIn({ unknown, passed, skipped, notApplicable }: Report): readonly Case[] {
  const reasoned = [...unknown, ...skipped, ...notApplicable].map((told): Case => {
    const { verdict } = told;
    const because = 'because' in verdict ? verdict.because : '';
    const reply = 'reply' in verdict && verdict.reply !== undefined ? `: ${verdict.reply}` : '';
    return { told, kind: 'skipped', text: showOctets(`${verdict.outcome}: ${because}${reply}`) };
  });
  return [...passed.map((told): Case => ({ told, kind: 'passed' })), ...reasoned];
}

function caseText({ told, kind, type, text = '' }: Case, domain: string): string {
  const attributes = attributesOf({
    name: showOctets(`${told.rule.id} ${told.subject}`),
    classname: domain,
    time: '0',
  });
  if (kind === 'passed') return `    <testcase${attributes}/>`;
  const message = text.split('\n')[0] ?? '';
  const inside =
    kind === 'failure'
      ? `<failure${attributesOf({ type: type ?? 'error', message })}>${escaped(text)}</failure>`
      : `<skipped>${escaped(text)}</skipped>`;
  return `    <testcase${attributes}>${inside}</testcase>`;
}

const attributesOf = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join('');

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** Of text that is safe to show, and so holds no character that XML 1.0 §2.2 does not allow. */
const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
