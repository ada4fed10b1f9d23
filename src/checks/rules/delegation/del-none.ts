// DEL-NONE: the domain exists, and at least one name server answers for it.

import type { NameServer } from '../../../dns/authority.ts';
import { hostText, labelsOf } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import type { About } from '../../about.ts';
import type { AnswersFact, ServerAnswer } from '../../fact.ts';
import { ask } from '../../inquiry.ts';
import type { Rule } from '../../rule.ts';
import { type Subject, THE_DOMAIN } from '../../subject.ts';
import { finding, pass, unknown, type Verdict } from '../../verdict.ts';
import { listText } from '../words.ts';
import {
  addressesOf,
  cannotAsk,
  isMissing,
  servedZone,
  whyNotAsked,
  type ZoneDelegation,
  zoneAndMail,
} from './served-zone.ts';
import { readingOf, soaIn } from './server-answers.ts';
import { serverText } from './words.ts';

export const delNone: Rule = {
  id: 'DEL-NONE',
  title: 'The domain is delegated, and a name server answers',
  severity: 'critical',
  why:
    'Whoever sends mail must find the domain in the DNS first. Where it is not registered, or no ' +
    'server that it is delegated to answers for it, mail is sent back at once or when the sender ' +
    'has waited for days.',
  wrong: 'example.com.  NS ns1.example.net.   ; which answers REFUSED',
  right: 'example.com.  NS ns1.example.net.   ; which has the zone example.com',
  remedy:
    'See at the registrar that the domain is paid for and not on hold, and that its name servers ' +
    'are those that hold the zone; then see that these run and have the zone loaded.',
  sources: ['RFC 1034 §4.2.1', 'RFC 1912 §2.8', 'RFC 5321 §5.1'],
  *judge(about) {
    if (about.self.walk.ok === false) return [cannotAsk(about)];
    const { zone, mail } = yield* zoneAndMail(about);
    if (isMissing(mail)) {
      const by =
        mail.zone === undefined ? '' : `: the zone ${hostText(mail.zone)} has no such name`;
      const says = `${hostText(about.domain)} does not exist in the DNS${by}`;
      return [finding(THE_DOMAIN, says, { actor: 'domain', evidence: [mail.id] })];
    }
    const { delegation } = zone;
    if (delegation.kind === 'failure') {
      const { at, failure, because } = delegation;
      // Of a registry it is hardly true, and what took too long may be found in another way.
      const isOwn = labelsOf(at).length > 1 && failure !== 'unreachable';
      if (!isOwn || mail.lookup.kind !== 'failure')
        return [unknown(THE_DOMAIN, because, [zone.id])];
      const says = `no name server of ${hostText(at)} answers: ${because}`;
      return [finding(THE_DOMAIN, says, { actor: 'dns-host', evidence: [zone.id, mail.id] })];
    }
    const served = yield* servedZone(about);
    if (served.kind === 'not-served') return served.verdicts;
    const facts = yield* ask<'answers'>(
      (['udp', 'tcp'] as const).map((by) => {
        return { kind: 'answers', name: served.zone, type: TYPE.SOA, by } as const;
      }),
    );
    return [verdictOf(about, served.subject, delegation, facts)];
  },
};

/** Where the parent gave addresses, those were asked: a dead zone cannot give any itself. */
const areUnsure = (servers: readonly NameServer[]): boolean =>
  servers.some(
    ({ ipv4, ipv6, glue }) =>
      glue.length === 0 && (ipv4.kind === 'failure' || ipv6.kind === 'failure'),
  );

/** None of them, for certain. */
export const haveNoAddress = (servers: readonly NameServer[]): boolean =>
  !areUnsure(servers) &&
  servers.every((server) => addressesOf(server).length + server.glue.length === 0);

/** Was every server asked, and does none answer for the zone? Then nothing is said of each. */
export const doNotAnswer = (
  about: About,
  servers: readonly NameServer[],
  answers: readonly ServerAnswer[],
): boolean =>
  answers.length > 0 &&
  !answers.some(soaIn) &&
  !areUnsure(servers) &&
  servers.flatMap(addressesOf).every((each) => whyNotAsked(about, each) === undefined);

function verdictOf(
  about: About,
  subject: Subject,
  { zone, servers }: ZoneDelegation,
  facts: readonly AnswersFact[],
): Verdict {
  const answers = facts.flatMap((fact) => fact.answers);
  const evidence = facts.map(({ id }) => id);
  if (answers.some(soaIn)) return pass(subject, undefined, evidence);
  const addresses = servers.flatMap(addressesOf);
  const isUnsure = areUnsure(servers);
  const because = `no name server of ${hostText(zone)} could be asked`;
  if (servers.length === 0) return unknown(subject, because, evidence);
  if (haveNoAddress(servers)) {
    const says = `no name server of ${hostText(zone)} has an address`;
    return finding(subject, says, { actor: 'domain', evidence });
  }
  const left = addresses.map((each) => whyNotAsked(about, each)).find(Boolean);
  if (isUnsure || left !== undefined || answers.length === 0) {
    return unknown(subject, left === undefined ? because : `${because}: ${left}`, evidence);
  }
  const seen = (facts[0]?.answers ?? []).map((answer) => {
    const reading = readingOf(answer);
    const what = 'because' in reading ? reading.because : 'gave no SOA record of the zone';
    return `${serverText(answer.server)} ${what}`;
  });
  const says = `no name server answers for ${hostText(zone)}: ${listText(seen)}`;
  return finding(subject, says, { actor: 'dns-host', evidence });
}
