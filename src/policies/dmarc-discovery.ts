// Which DMARC record applies to a domain, and which organisation the domain belongs to: the walk up
// the tree of names (RFC 9989 §4.10), at most eight questions, asked all at once. And whether
// somebody outside agreed to be sent the reports of a domain (RFC 9990 §4).
import type { Lookup } from '../dns/lookup.ts';
import { labelsOf, type Name, nameFromLabels, parseName, sameName } from '../dns/name.ts';
import type { RecordData } from '../dns/records/record-data.ts';
import { TYPE } from '../dns/types.ts';
import { type DmarcRecord, isDmarcText, parseDmarcRecord } from './dmarc.ts';
import { askAllDns, type DnsInquiry, type DnsQuestion } from './inquiry.ts';
import { textsOf } from './tag-list.ts';

/** What was found at one name of the walk. */
export type DmarcStep = { readonly domain: Name; readonly name: Name } & (
  | { readonly kind: 'record'; readonly text: string; readonly record: DmarcRecord }
  | { readonly kind: 'none' }
  /** More than one: all are left out. */
  | { readonly kind: 'several'; readonly count: number }
  | { readonly kind: 'failure'; readonly because: string }
);

type RecordStep = Extract<DmarcStep, { readonly kind: 'record' }>;
type FailureStep = Extract<DmarcStep, { readonly kind: 'failure' }>;

export type DmarcDiscovery = {
  /** In the order of the walk, as far as it went. */
  readonly steps: readonly DmarcStep[];
} & (
  | {
      readonly kind: 'found';
      readonly at: RecordStep;
      /** The domain itself, its organisational domain, or a public suffix above that. */
      readonly from: 'domain' | 'organization' | 'suffix';
      /** Absent where a failure hides it. */
      readonly organization?: Name;
    }
  | { readonly kind: 'none'; readonly organization: Name }
  | { readonly kind: 'failure'; readonly at: Name; readonly because: string }
);

const QUERIES_MAX = 8;

/** `_dmarc.example.com.`; nothing where the name gets too long for the DNS. */
export function dmarcNameOf(domain: Name): Name | undefined {
  const name = parseName(domain === '.' ? '_dmarc.' : `_dmarc.${domain}`);
  return typeof name === 'string' ? name : undefined;
}

/** The domains of the walk, longest first: the domain itself, then its last seven labels on. */
export function walkOf(domain: Name): readonly Name[] {
  const labels = labelsOf(domain);
  // RFC 9989 §4.10, steps 3 to 7.
  const longest = Math.min(labels.length - 1, QUERIES_MAX - 1);
  const above = Array.from({ length: Math.max(0, longest) }, (_, at) =>
    nameFromLabels(labels.slice(labels.length - longest + at)),
  );
  return labels.length === 0 ? [] : [domain, ...above];
}

export function* discoverDmarc(domain: Name): DnsInquiry<DmarcDiscovery> {
  const questions = walkQuestions(domain);
  return concludeWalk(domain, yield* askAllDns(questions));
}

interface WalkQuestion extends DnsQuestion {
  readonly domain: Name;
}

function walkQuestions(domain: Name): readonly WalkQuestion[] {
  return walkOf(domain).flatMap((each) => {
    const name = dmarcNameOf(each);
    return name === undefined ? [] : [{ domain: each, name, type: TYPE.TXT }];
  });
}

function concludeWalk(domain: Name, lookups: readonly Lookup<RecordData>[]): DmarcDiscovery {
  const all = walkQuestions(domain).map((question, at) => stepOf(question, lookups[at]));
  // RFC 9989 §4.10, steps 2 and 6: a record that says what it is ends the walk.
  const last = all.findIndex((step) => step.kind === 'record' && step.record.psd !== 'u');
  const steps = last < 0 ? all : all.slice(0, last + 1);
  const failed = steps.find((step): step is FailureStep => step.kind === 'failure');
  const organization = failed ? undefined : organizationOf(domain, steps);
  const own = recordAt(steps, domain);
  const known = organization !== undefined && { organization };
  if (own) return { kind: 'found', at: own, from: 'domain', steps, ...known };
  if (failed) return { kind: 'failure', at: failed.name, because: failed.because, steps };
  const theirs = organization && recordAt(steps, organization);
  if (theirs) return { kind: 'found', at: theirs, from: 'organization', steps, ...known };
  const suffix = recordsOf(steps).find(({ record }) => record.psd === 'y');
  if (suffix) return { kind: 'found', at: suffix, from: 'suffix', steps, ...known };
  return { kind: 'none', organization: organization ?? domain, steps };
}

function stepOf({ domain, name }: WalkQuestion, found?: Lookup<RecordData>): DmarcStep {
  if (found === undefined || found.kind === 'failure') {
    return { kind: 'failure', domain, name, because: found?.because ?? 'nobody was asked' };
  }
  const texts = textsOf(found).filter(isDmarcText);
  const [text] = texts;
  if (text === undefined) return { kind: 'none', domain, name };
  // RFC 9989 §4.10, step 2: of several none counts.
  if (texts.length > 1) return { kind: 'several', domain, name, count: texts.length };
  const record = parseDmarcRecord(text);
  return record.kind === 'dmarc'
    ? { kind: 'record', domain, name, text, record }
    : { kind: 'none', domain, name };
}

const recordsOf = (steps: readonly DmarcStep[]): readonly RecordStep[] =>
  steps.filter((step): step is RecordStep => step.kind === 'record');

const recordAt = (steps: readonly DmarcStep[], domain: Name): RecordStep | undefined =>
  recordsOf(steps).find((step) => sameName(step.domain, domain));

/** RFC 9989 §4.10.2. */
function organizationOf(domain: Name, steps: readonly DmarcStep[]): Name {
  const records = recordsOf(steps);
  const last = records.at(-1);
  if (last === undefined) return domain;
  if (last.record.psd === 'y' && !sameName(last.domain, domain)) {
    return nameFromLabels(labelsOf(domain).slice(-labelsOf(last.domain).length - 1));
  }
  return last.domain;
}

export type ReportPermission =
  /** Both are of one organisation: nobody need be asked. */
  | { readonly kind: 'same' }
  | { readonly kind: 'given'; readonly name: Name }
  | { readonly kind: 'missing'; readonly name: Name; readonly because: string }
  | { readonly kind: 'unknown'; readonly because: string };

export interface ReportSource {
  /** Where the record stands. */
  readonly domain: Name;
  /** What it belongs to; absent where that is not known. */
  readonly organization?: Name;
}

/** May reports about the domain go to a mailbox or page of this host (RFC 9990 §4)? */
export function* reportPermission(source: ReportSource, host: Name): DnsInquiry<ReportPermission> {
  if (sameName(source.domain, host)) return { kind: 'same' };
  const joined = parseName(`${source.domain}_report._dmarc.${host}`);
  const name = typeof joined === 'string' ? joined : undefined;
  const walk = walkQuestions(host);
  const permission = name === undefined ? [] : [{ name, type: TYPE.TXT }];
  const lookups = yield* askAllDns([...walk, ...permission]);
  const theirs = concludeWalk(host, lookups.slice(0, walk.length));
  const organization = 'organization' in theirs ? theirs.organization : undefined;
  if (source.organization && organization && sameName(source.organization, organization)) {
    return { kind: 'same' };
  }
  if (name === undefined) {
    return { kind: 'unknown', because: 'the name of the permission is too long for the DNS' };
  }
  const given = permissionIn(name, host, lookups[walk.length]);
  // Where an organisation is not known, none may be needed.
  const isSure = source.organization !== undefined && organization !== undefined;
  if (given.kind !== 'missing' || isSure) return given;
  return { kind: 'unknown', because: 'the organisational domains could not be looked up' };
}

function permissionIn(name: Name, host: Name, found?: Lookup<RecordData>): ReportPermission {
  if (found === undefined || found.kind === 'failure') {
    return { kind: 'unknown', because: found?.because ?? 'nobody was asked' };
  }
  const records = textsOf(found)
    .map(parseDmarcRecord)
    .filter((record): record is DmarcRecord => record.kind === 'dmarc');
  if (records.length === 0) {
    const isEmpty = textsOf(found).length === 0;
    const because = isEmpty ? 'there is no such record' : 'none of its records is "v=DMARC1"';
    return { kind: 'missing', name, because };
  }
  // RFC 9990 §4: another address of the same host may be named, and no other host.
  const elsewhere = records
    .flatMap(({ aggregateReports }) => aggregateReports)
    .find(({ uri }) => !('host' in uri && uri.host && sameName(uri.host, host)));
  if (elsewhere === undefined) return { kind: 'given', name };
  return { kind: 'missing', name, because: `it sends them on to ${elsewhere.text}` };
}

/** Several inquiries side by side: each round asks what all of them want. */
export function* allDns<T>(inquiries: readonly DnsInquiry<T>[]): DnsInquiry<readonly T[]> {
  const steps = inquiries.map((inquiry) => inquiry.next());
  for (;;) {
    const questions = steps.flatMap((step) => (step.done ? [] : step.value));
    if (questions.length === 0 && steps.every(({ done }) => done)) break;
    const lookups = yield* askAllDns(questions);
    let from = 0;
    for (const [at, inquiry] of inquiries.entries()) {
      const step = steps[at];
      if (step === undefined || step.done) continue;
      steps[at] = inquiry.next(lookups.slice(from, from + step.value.length));
      from += step.value.length;
    }
  }
  return steps.map(({ value }) => value as T);
}
