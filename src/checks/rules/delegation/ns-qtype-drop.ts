// NS-QTYPE-DROP: name servers answer questions of every type, also of types they do not know.

import { hostText, isBelow, type Name } from '../../../dns/name.ts';
import { RCODE, type TypeCode } from '../../../dns/packet.ts';
import { TYPE, typeText } from '../../../dns/types.ts';
import type { About } from '../../about.ts';
import type { AnswersFact, ServerAnswer } from '../../fact.ts';
import { ask, type Inquiry, resolved } from '../../inquiry.ts';
import { mailHosts } from '../../mail.ts';
import { below } from '../../published.ts';
import type { Rule } from '../../rule.ts';
import { nameServer } from '../../subject.ts';
import { finding, pass, type Severity, unknown, type Verdict } from '../../verdict.ts';
import { listText } from '../words.ts';
import { servedZone } from './served-zone.ts';
import { isUsable, type Question, readingOf, whyNone } from './server-answers.ts';
import { serverKey } from './words.ts';

/** The first of the types for private use (RFC 6895 §3.1): no server knows it. */
const TYPE_UNKNOWN = 65_280;

export const nsQtypeDrop: Rule = {
  id: 'NS-QTYPE-DROP',
  title: 'Name servers answer questions of every type',
  severity: 'warning',
  why:
    'A server, or a firewall before it, that drops questions of types it does not like lets ' +
    'resolvers wait. Senders that use DANE ask for TLSA before each delivery to a signed domain ' +
    'and keep the mail while no answer comes; AAAA is asked for every exchange.',
  wrong: '$ dig @ns1.example.com _25._tcp.mail.example.com TLSA\n;; connection timed out',
  right: '$ dig @ns1.example.com _25._tcp.mail.example.com TLSA\n;; status: NXDOMAIN',
  remedy:
    'Take filters of record types out of the firewall, and update the name server: it answers ' +
    '"no such record" for any type that it does not know.',
  sources: ['RFC 3597 §3', 'RFC 4074 §4', 'RFC 7672 §2.1.2', 'RFC 8906 §3.1.2'],
  *judge(about) {
    const served = yield* servedZone(about);
    if (served.kind === 'not-served') return served.verdicts;
    const mx = { name: about.domain, type: TYPE.MX };
    const probes = probesOf(about.domain, yield* tlsaOwner(about, served.zone));
    const [baseline, ...facts] = yield* answersTo([mx, ...probes.map(({ first }) => first)]);
    if (!baseline || baseline.answers.length === 0) {
      return [unknown(served.subject, baseline ? whyNone(mx, baseline) : 'nothing was asked')];
    }
    const well = baseline.answers.filter(isUsable);
    // Packets get lost: what was not answered is asked once more, by another name.
    const isDoubtful = facts.map((fact) => well.some((server) => isSilent(fact, server)));
    const again = yield* answersTo(
      probes.filter((_, at) => isDoubtful[at]).map(({ second }) => second),
    );
    const seconds = again.values();
    const seen = facts.map((fact, at): Seen => {
      const second = isDoubtful[at] ? seconds.next().value : undefined;
      return { type: probes[at]?.first.type ?? TYPE_UNKNOWN, fact, ...(second && { second }) };
    });
    const isSigned = yield* isZoneSigned(about, seen);
    return baseline.answers.map((answer) => judgeOne(answer, seen, isSigned));
  },
};

interface Probe {
  readonly first: Question;
  readonly second: Question;
}

/** A name that is too long to have the others below it is asked for twice itself. */
function probesOf(domain: Name, tlsa: Name): readonly Probe[] {
  const under = (labels: string): Name => below(labels, domain) ?? domain;
  const other = under('_dmarc');
  const probe = (type: TypeCode, first: Name, second: Name): Probe => ({
    first: { name: first, type },
    second: { name: second, type },
  });
  return [
    probe(TYPE.AAAA, domain, other),
    probe(TYPE.TXT, other, under('_smtp._tls')),
    probe(TYPE.CAA, domain, other),
    probe(TYPE.TLSA, tlsa, under('_465._tcp')),
    probe(TYPE_UNKNOWN, domain, other),
  ];
}

/** Where senders look for TLSA in this zone: at a mail host of it, else at the domain. */
function* tlsaOwner(about: About, zone: Name): Inquiry<Name> {
  const hosts = yield* mailHosts(about);
  const host = hosts.find((each) => isBelow(each, zone)) ?? about.domain;
  return below('_25._tcp', host) ?? host;
}

function* answersTo(questions: readonly Question[]): Inquiry<readonly AnswersFact[]> {
  return yield* ask<'answers'>(
    questions.map((each) => ({ kind: 'answers', ...each, by: 'udp' }) as const),
  );
}

interface Seen {
  readonly type: TypeCode;
  readonly fact: AnswersFact;
  /** The second try, where somebody was silent at the first. */
  readonly second?: AnswersFact;
}

const answerOf = ({ answers }: AnswersFact, { server }: ServerAnswer): ServerAnswer | undefined =>
  answers.find((answer) => serverKey(answer.server) === serverKey(server));

function isSilent(fact: AnswersFact, server: ServerAnswer): boolean {
  const answer = answerOf(fact, server);
  return answer !== undefined && readingOf(answer).kind === 'silent';
}

/** Only of a signed zone do senders ask for TLSA. */
function* isZoneSigned(about: About, seen: readonly Seen[]): Inquiry<boolean> {
  const isOfUse = seen.some(
    ({ type, fact }) => type === TYPE.TLSA && !fact.answers.every(isUsable),
  );
  if (!isOfUse || about.self.validates.ok !== true) return false;
  const { lookup } = yield* resolved(about.domain, TYPE.MX);
  return lookup.kind !== 'failure' && lookup.secure;
}

function judgeOne(baseline: ServerAnswer, seen: readonly Seen[], isSigned: boolean): Verdict {
  const { host, address } = baseline.server;
  const subject = nameServer(host, address);
  const reading = readingOf(baseline);
  if ('because' in reading) {
    return unknown(subject, `nor does it answer for MX: ${reading.because}`, [baseline.id]);
  }
  const faults = seen.flatMap((each) => faultOf(each, baseline) ?? []);
  if (faults.length === 0) return pass(subject);
  const isBad = faults.some(({ type }) => type === TYPE.AAAA || (type === TYPE.TLSA && isSigned));
  const severity: Severity = isBad ? 'error' : 'warning';
  const told = faults.map(({ type, because }) => `${typeText(type)} (${because})`);
  const says = `${hostText(host)} (${address}) answers for MX, but not for ${listText(told)}`;
  const evidence = [baseline.id, ...faults.map(({ id }) => id)];
  return finding(subject, says, { severity, actor: 'dns-host', evidence });
}

interface Fault {
  readonly type: TypeCode;
  readonly because: string;
  readonly id: string;
}

function faultOf({ type, fact, second }: Seen, server: ServerAnswer): Fault | undefined {
  const answer = answerOf(fact, server);
  if (!answer) return undefined;
  const reading = readingOf(answer);
  if (reading.kind === 'answer' || reading.kind === 'cut') return undefined;
  if (reading.kind === 'wrong') {
    // Without authority: a referral, since the name is in a zone below.
    const rcode = answer.packet?.rcode;
    const isReferral = rcode === RCODE.NOERROR || rcode === RCODE.NXDOMAIN;
    return isReferral ? undefined : { type, because: reading.because, id: answer.id };
  }
  const isSilentAgain = second !== undefined && isSilent(second, server);
  return isSilentAgain ? { type, because: reading.because, id: answer.id } : undefined;
}
