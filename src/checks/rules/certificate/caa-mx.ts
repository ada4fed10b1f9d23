// CAA-MX: the CAA records of a mail host permit the authority of the certificate that it shows.
import { latin1 } from '../../../base/bytes.ts';
import { seconds } from '../../../base/time.ts';
import type { Lookup } from '../../../dns/lookup.ts';
import { hostText, type Name, nameKey, parentOf, ROOT } from '../../../dns/name.ts';
import type { RecordData } from '../../../dns/records/record-data.ts';
import { TYPE } from '../../../dns/types.ts';
import type { About } from '../../about.ts';
import type { FactOf } from '../../fact.ts';
import { ask, type Inquiry } from '../../inquiry.ts';
import type { Rule } from '../../rule.ts';
import { exchange, type Subject, THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { type Reached, reached } from '../smtp/reachable.ts';
import { caaDomainsOf } from './authorities.ts';
import { type Demands, demandsOf } from './demands.ts';
import { type Shown, shownBy } from './shown.ts';

export const caaMx: Rule = {
  id: 'CAA-MX',
  title: 'CAA records permit the authority that a mail host uses',
  severity: 'warning',
  why:
    'Authorities look at CAA records before they issue. Where the records of a mail host name ' +
    'others only, its next certificate is refused, and mail by TLS ends when the present one does.',
  wrong: 'mail.example.com. CAA 0 issue "ca.example.net"   ; the certificate is of Let\'s Encrypt',
  right: 'mail.example.com. CAA 0 issue "letsencrypt.org"',
  remedy:
    'Add the authority in use to the CAA records, or get certificates from one that is named.',
  sources: ['RFC 8659 §3', 'RFC 8659 §4.2', 'RFC 8659 §4.3'],
  *judge(about) {
    const demands = yield* demandsOf(about);
    const found = yield* reached(about);
    if (found.kind === 'nowhere') return [found.verdict];
    const hosts = hostsIn(found, demands);
    if (hosts.length === 0) return [notApplicable(THE_DOMAIN, 'no mail host shows a certificate')];
    const climbed = yield* climb(hosts);
    return hosts.map((host) => verdictOn(host, climbed, about));
  },
};

interface HostShown {
  readonly host: Name;
  /** Different ones, with the name in them that fits the host. */
  readonly certificates: readonly { readonly shown: Shown; readonly name: string }[];
}

function hostsIn(
  { talks }: Extract<Reached, { kind: 'talks' }>,
  demands: Demands,
): readonly HostShown[] {
  const all = talks
    .filter(({ obstacle }) => !obstacle)
    .map((talk) => shownBy(talk, demands.on(talk.host)))
    .filter((each): each is Shown => 'own' in each);
  return [...Map.groupBy(all, ({ talk }) => nameKey(talk.host)).values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const different = new Map(group.map((shown) => [shown.own.sha256, shown]));
    const certificates = [...different.values()].flatMap((shown) => {
      const name = shown.own.nameFor(shown.talk.host);
      return name === undefined ? [] : [{ shown, name }];
    });
    return [{ host: first.talk.host, certificates }];
  });
}

type Climbed = ReadonlyMap<string, FactOf<'lookup'>>;

/** RFC 8659 §3: the name, then its parents up to the top. */
function lineOf(name: Name): readonly Name[] {
  const parent = parentOf(name);
  return parent === undefined || parent === ROOT ? [name] : [name, ...lineOf(parent)];
}

function* climb(hosts: readonly HostShown[]): Inquiry<Climbed> {
  const shown = hosts.filter(({ certificates }) => certificates.length > 0);
  const names = new Map(
    shown.flatMap(({ host }) => lineOf(host)).map((name) => [nameKey(name), name]),
  );
  const wants = [...names.values()].map(
    (name) => ({ kind: 'lookup', name, type: TYPE.CAA }) as const,
  );
  const facts = yield* ask<'lookup'>(wants);
  return new Map(facts.map((fact) => [nameKey(fact.want.name), fact]));
}

function verdictOn({ host, certificates }: HostShown, climbed: Climbed, about: About): Verdict {
  const subject = exchange(host);
  if (certificates.length === 0) {
    return notApplicable(subject, 'no certificate names the host: CERT-NAME');
  }
  const verdicts = certificates.map(({ shown, name }) => {
    const isWildcard = name.startsWith('*.');
    const start = isWildcard ? (parentOf(host) ?? host) : host;
    return judgeOne({ subject, shown, isWildcard, about }, relevant(start, climbed));
  });
  const worst = (outcome: Verdict['outcome']): Verdict | undefined =>
    verdicts.find((verdict) => verdict.outcome === outcome);
  const first = worst('finding') ?? worst('unknown') ?? worst('not-applicable') ?? verdicts[0];
  return first ?? pass(subject);
}

/** The records that count: those of the closest name that has some. */
function relevant(start: Name, climbed: Climbed): FactOf<'lookup'> | undefined {
  const line = lineOf(start).flatMap((name) => climbed.get(nameKey(name)) ?? []);
  return line.find(({ lookup }) => lookup.kind === 'records' || lookup.kind === 'failure');
}

interface Case {
  readonly subject: Subject;
  readonly shown: Shown;
  readonly isWildcard: boolean;
  readonly about: About;
}

function judgeOne(of: Case, fact: FactOf<'lookup'> | undefined): Verdict {
  const { subject, shown, isWildcard } = of;
  const { issuer, isSelfSigned, to } = shown.own;
  const who = issuer.organization ?? issuer.commonName ?? 'an unnamed issuer';
  if (isSelfSigned) return notApplicable(subject, 'the certificate signed itself');
  if (!fact) return pass(subject, 'no CAA record limits who may issue');
  const { lookup, want, id } = fact;
  if (lookup.kind === 'failure') return unknown(subject, lookup.because, [id]);
  const permitted = permittedBy(lookup, isWildcard);
  if (!permitted) return pass(subject, 'no CAA record limits who may issue', [id]);
  const domains = caaDomainsOf(issuer);
  const [usual] = domains;
  if (usual === undefined) {
    return notApplicable(subject, `the CAA name of the issuer (${who}) is not known here`);
  }
  const evidence = [shown.talk.id, id];
  if (permitted.some((domain) => domains.includes(domain))) return pass(subject, who, evidence);
  const names = permitted.filter((domain) => domain !== '').join(', ') || 'nobody';
  const at = hostText(want.name);
  const says = `the CAA records of ${at} permit ${names}, but the certificate is of ${who}`;
  return finding(subject, says, {
    actor: 'domain',
    mend: {
      kind: 'record',
      text: `${want.name} CAA 0 ${isWildcard ? 'issuewild' : 'issue'} "${usual}"`,
    },
    shows: seconds(lookup.ttlSeconds),
    ...(to > of.about.now && { breaksAt: to }),
    evidence,
  });
}

/** The names of those who may issue; nothing where everybody may. */
function permittedBy(
  lookup: Exclude<Lookup<RecordData>, { kind: 'failure' }>,
  isWildcard: boolean,
): readonly string[] | undefined {
  if (lookup.kind !== 'records') return undefined;
  const valuesOf = (tag: string): readonly string[] =>
    lookup.records.flatMap((data) =>
      data.kind === 'CAA' && data.tag.toLowerCase() === tag ? [domainIn(data.value)] : [],
    );
  const issue = valuesOf('issue');
  // RFC 8659 §4.3: for a wildcard, issuewild stands in the place of issue where there is one.
  const wild = isWildcard ? valuesOf('issuewild') : [];
  const counting = wild.length > 0 ? wild : issue;
  return counting.length > 0 ? counting : undefined;
}

/** RFC 8659 §4.2: the domain name, then parameters; alone, `;` permits nobody. */
const domainIn = (value: Uint8Array): string =>
  (latin1(value).split(';')[0] ?? '').trim().toLowerCase();
