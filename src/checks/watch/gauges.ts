// The metrics of a watched domain, as Prometheus reads them: made from its last report, each time
// anew, so that what is not there any more is not told any more.
import { isIpv6 } from '../../base/ip.ts';
import { hostText } from '../../dns/name.ts';
import { FactBook } from '../fact-book.ts';
import type { View } from '../report/form.ts';
import type { Report, Told } from '../report.ts';
import { readCertificate } from '../rules/certificate/read.ts';
import type { Severity } from '../verdict.ts';

export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** 0 is well; a notice and what is only worth knowing are 1, a warning 2, errors 3. */
const STATUS: Readonly<Record<Severity, number>> = {
  info: 1,
  notice: 1,
  warning: 2,
  error: 3,
  critical: 3,
};

/** The gauges of all views, each name once. */
export function gaugesOf(views: readonly View[]): readonly Gauge[] {
  const all = (
    name: string,
    help: string,
    samplesOf: (view: View) => readonly Sample[],
  ): Gauge => ({ name, help, samples: views.flatMap(samplesOf) });
  return [
    all('fingerpost_check_status', '0 well, 1 notice, 2 warning, 3 error.', ({ report }) =>
      status(report),
    ),
    all('fingerpost_check_unknown', 'Rules that could not be tested.', ({ report }) => [
      { labels: domainLabel(report), value: report.unknown.length },
    ]),
    all(
      'fingerpost_check_last_run_timestamp_seconds',
      'When the domain was looked at.',
      ({ report }) => [
        { labels: domainLabel(report), value: seconds(report.observation.about.now) },
      ],
    ),
    all('fingerpost_mx_up', '1 where an address of an exchange takes connections.', hostsUp),
    all('fingerpost_mx_stage_seconds', 'How long a step of the conversation took.', stages),
    all('fingerpost_cert_not_after_timestamp_seconds', 'When a certificate runs out.', notAfter),
    all('fingerpost_tlsa_match', '1 where a TLSA record fits the certificate.', tlsa),
    all('fingerpost_zone_serial', 'The serial that a name server serves.', serials),
    all('fingerpost_rrset_disagree', '1 where name servers give different records.', disagreements),
  ];
}

/** The text that Prometheus reads (exposition format 0.0.4). */
export function printGauges(gauges: readonly Gauge[]): string {
  return gauges
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, help, samples }) => {
      const lines = samples.map(({ labels, value }) => `${name}{${labelsText(labels)}} ${value}\n`);
      return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`;
    })
    .join('');
}

const labelsText = (labels: Sample['labels']): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, escaped)}"`)
    .join(',');

const escaped = (character: string): string => (character === '\n' ? '\\n' : `\\${character}`);

const seconds = (ms: number): number => Math.floor(ms / 1_000);

const domainLabel = ({ observation }: Report) => ({ domain: hostText(observation.about.domain) });

function placeLabels(told: Told): Readonly<Record<string, string>> {
  const { subject } = told.verdict;
  if (subject.kind === 'exchange') return { mx: hostText(subject.host) };
  if (subject.kind === 'address') return { mx: hostText(subject.host), addr: subject.address };
  return subject.kind === 'domain' ? {} : { subject: told.subject };
}

function status(report: Report): readonly Sample[] {
  const labels = (told: Told) => ({
    ...domainLabel(report),
    check: told.rule.id,
    ...placeLabels(told),
  });
  const found = [...report.lost, ...report.willBreak, ...report.better].map((told) => {
    return { labels: labels(told), value: STATUS[told.severity] };
  });
  return [...found, ...report.passed.map((told) => ({ labels: labels(told), value: 0 }))];
}

const dialoguesIn = ({ observation }: Report) =>
  observation.facts.filter((fact) => fact.kind === 'dialogue');

function hostsUp({ report }: View): readonly Sample[] {
  return dialoguesIn(report).flatMap(({ dialogue: { host, address, connect } }) => {
    if (connect.kind === 'not-tried') return [];
    const family = isIpv6(address) ? 'ipv6' : 'ipv4';
    const labels = { ...domainLabel(report), mx: host, addr: address, family };
    return [{ labels, value: connect.kind === 'connected' ? 1 : 0 }];
  });
}

/** Steps under the names that others use for them. */
const STAGES: Readonly<Record<string, string>> = {
  greeting: 'banner',
  ehlo: 'ehlo',
  starttls: 'starttls',
  mail: 'mail',
  postmaster: 'rcpt',
};

function stages({ report }: View): readonly Sample[] {
  return dialoguesIn(report).flatMap(({ dialogue: { host, address, connect, steps } }) => {
    const labels = { ...domainLabel(report), mx: host, addr: address };
    const first =
      connect.kind === 'connected'
        ? [{ labels: { ...labels, stage: 'connect' }, value: connect.tookMs / 1_000 }]
        : [];
    const rest = steps.flatMap(({ name, tookMs, reply }) => {
      const stage = STAGES[name];
      if (stage === undefined || !reply) return [];
      return [{ labels: { ...labels, stage }, value: tookMs / 1_000 }];
    });
    return [...first, ...rest];
  });
}

function notAfter({ report }: View): readonly Sample[] {
  return dialoguesIn(report).flatMap(({ dialogue: { host, address, tls } }) => {
    const [leaf] = tls?.kind === 'started' ? tls.chain : [];
    const certificate = leaf && readCertificate(leaf);
    if (!certificate) return [];
    const value = seconds(certificate.to);
    return [{ labels: { ...domainLabel(report), mx: host, addr: address }, value }];
  });
}

function tlsa({ report }: View): readonly Sample[] {
  const all = [...report.lost, ...report.willBreak, ...report.better, ...report.passed];
  return all
    .filter(({ rule, verdict }) => rule.id === 'DANE-MATCH' && verdict.subject.kind === 'address')
    .map((told) => ({
      labels: { ...domainLabel(report), ...placeLabels(told) },
      value: told.verdict.outcome === 'pass' ? 1 : 0,
    }));
}

function serials({ report }: View): readonly Sample[] {
  const book = new FactBook(report.observation.facts);
  return book.all().flatMap((fact) => {
    if (fact.kind !== 'answers') return [];
    return fact.answers.flatMap(({ packet, server, by }) => {
      const soa =
        by === 'udp' ? packet?.answers.find(({ data }) => data.kind === 'SOA') : undefined;
      if (soa?.data.kind !== 'SOA') return [];
      const labels = { zone: hostText(soa.name), ns: hostText(server.host), addr: server.address };
      return [{ labels, value: soa.data.serial }];
    });
  });
}

function disagreements({ report }: View): readonly Sample[] {
  const all = [...report.lost, ...report.willBreak, ...report.better, ...report.passed];
  return all
    .filter(({ rule }) => rule.id === 'RR-AGREE')
    .map((told) => ({
      labels: { ...domainLabel(report), rrset: told.subject },
      value: told.verdict.outcome === 'pass' ? 0 : 1,
    }));
}
