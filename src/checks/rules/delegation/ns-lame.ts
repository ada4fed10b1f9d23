// NS-LAME: every name server answers for the zone, with authority, at every address.

import { isIpv6 } from '../../../base/ip.ts';
import { hostText } from '../../../dns/name.ts';
import { RCODE } from '../../../dns/packet.ts';
import { TYPE } from '../../../dns/types.ts';
import type { About } from '../../about.ts';
import type { AnswersFact, ServerAnswer } from '../../fact.ts';
import { ask } from '../../inquiry.ts';
import type { Rule } from '../../rule.ts';
import { nameServer } from '../../subject.ts';
import { finding, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { doNotAnswer } from './del-none.ts';
import { type ServedZone, servedZone, whyNotAsked } from './served-zone.ts';
import { isUsable, readingOf, soaIn, whyNone } from './server-answers.ts';
import { serverKey } from './words.ts';

export const nsLame: Rule = {
  id: 'NS-LAME',
  title: 'Every name server answers for the zone',
  severity: 'error',
  why:
    'A server that the zone is delegated to, and that does not have the zone, answers with a ' +
    'refusal or not at all. Resolvers choose among the servers by chance, so that part of all ' +
    'lookups is slow or fails, and mail of some senders waits.',
  wrong: '$ dig @ns2.example.com example.com SOA\n;; status: REFUSED',
  right: '$ dig @ns2.example.com example.com SOA\n;; status: NOERROR … flags: qr aa',
  remedy:
    'See that the server has the zone loaded, that a secondary may transfer it, and that nothing ' +
    'drops port 53. A server that no longer belongs to the zone is taken out of it and of the ' +
    'registrar.',
  sources: ['RFC 1912 §2.8', 'RFC 2181 §5.4.1', 'RFC 8906 §3'],
  *judge(about) {
    const served = yield* servedZone(about);
    if (served.kind === 'not-served') return served.verdicts;
    const { zone, subject } = served;
    const question = { name: zone, type: TYPE.SOA };
    const facts = yield* ask<'answers'>([
      { kind: 'answers', ...question, by: 'udp' },
      { kind: 'answers', ...question, by: 'tcp' },
      { kind: 'answers', name: zone, type: TYPE.NS, by: 'udp' },
      { kind: 'answers', name: about.domain, type: TYPE.MX, by: 'udp' },
    ]);
    const [soa, byTcp] = facts;
    if (!soa || soa.answers.length === 0) {
      return [unknown(subject, soa ? whyNone(question, soa) : 'nothing was asked')];
    }
    const answers = [...soa.answers, ...(byTcp?.answers ?? [])];
    if (doNotAnswer(about, served.delegation.servers, answers)) {
      return [notApplicable(subject, 'no name server answers for the zone: DEL-NONE')];
    }
    return soa.answers.map((answer) => judgeOne(about, served, answer, facts));
  },
};

function judgeOne(
  about: About,
  served: ServedZone,
  answer: ServerAnswer,
  facts: readonly AnswersFact[],
): Verdict {
  const { host, address } = answer.server;
  const subject = nameServer(host, address);
  const evidence = [answer.id];
  const name = hostText(served.zone);
  if (soaIn(answer)) return pass(subject);
  const unaskable = whyNotAsked(about, address);
  if (unaskable !== undefined) return unknown(subject, unaskable, evidence);
  const found = (what: string): Verdict =>
    finding(subject, `${hostText(host)} (${address}) ${what}`, { actor: 'dns-host', evidence });
  const reading = readingOf(answer);
  switch (reading.kind) {
    case 'wrong':
      return found(`${reading.because} when asked for the SOA record of ${name}`);
    case 'answer': {
      const isDenied = answer.packet?.rcode === RCODE.NXDOMAIN;
      return found(isDenied ? `says that ${name} does not exist` : `has no SOA record of ${name}`);
    }
    case 'cut':
      // It answers for the zone; that it can be asked again over TCP is what NS-TCP looks at.
      return pass(subject);
    case 'silent':
      return judgeSilence(served, { answer, because: reading.because }, facts);
  }
}

interface Silence {
  readonly answer: ServerAnswer;
  readonly because: string;
}

/** One question without an answer is bad luck; all of them are a server that is not there. */
function judgeSilence(
  served: ServedZone,
  { answer, because }: Silence,
  facts: readonly AnswersFact[],
): Verdict {
  const { host, address } = answer.server;
  const subject = nameServer(host, address);
  const same = facts
    .flatMap(({ answers }) => answers)
    .filter(({ server }) => serverKey(server) === serverKey(answer.server));
  const evidence = same.map(({ id }) => id);
  const overUdp = same.filter(({ by }) => by === 'udp');
  if (overUdp.some(isUsable)) {
    return unknown(subject, `one question was not answered, others were: ${because}`, evidence);
  }
  if (isIpv6(address) && !isIpv6Proved(served, facts)) {
    return unknown(subject, `nobody was reached over IPv6 from here: ${because}`, evidence);
  }
  const isOnTcp = same.some(({ by, packet }) => by === 'tcp' && packet);
  const what = isOnTcp ? 'answers over TCP, but not over UDP' : 'does not answer';
  const says = `${hostText(host)} (${address}) ${what}: ${because}`;
  return finding(subject, says, { actor: 'dns-host', evidence });
}

/** Did any server, of the zone or of its parent, say anything over IPv6? */
function isIpv6Proved({ delegation }: ServedZone, facts: readonly AnswersFact[]): boolean {
  const { referrals } = delegation;
  return (
    referrals.some(({ server, kind }) => isIpv6(server.address) && kind !== 'failure') ||
    facts.some(({ answers }) =>
      answers.some(({ server, packet }) => packet && isIpv6(server.address)),
    )
  );
}
