// NS-NONAUTH-MX: name servers answer for the MX records with authority.
import { hostText } from '../../../dns/name.ts';
import { RCODE } from '../../../dns/packet.ts';
import { TYPE } from '../../../dns/types.ts';
import type { ServerAnswer } from '../../fact.ts';
import { ask } from '../../inquiry.ts';
import type { Rule } from '../../rule.ts';
import { nameServer } from '../../subject.ts';
import { finding, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { servedZone } from './served-zone.ts';
import { isUsable, whyNone } from './server-answers.ts';
import { serverKey } from './words.ts';

export const nsNonauthMx: Rule = {
  id: 'NS-NONAUTH-MX',
  title: 'MX answers are authoritative',
  severity: 'error',
  why:
    'A resolver believes a name server about a zone only if the answer says that it is ' +
    'authoritative (AA). A server that answers for its SOA record with authority and for MX ' +
    'without it, a cache or a balancer in front of it most often, makes the MX records doubtful: ' +
    'some resolvers drop them.',
  wrong: '$ dig @ns1.example.com example.com MX\n;; flags: qr rd ra',
  right: '$ dig @ns1.example.com example.com MX\n;; flags: qr aa rd',
  remedy: 'Let the servers that the zone is delegated to answer from the zone, not from a cache.',
  sources: ['RFC 1035 §4.1.1', 'RFC 2181 §5.4.1'],
  *judge(about) {
    const served = yield* servedZone(about);
    if (served.kind === 'not-served') return served.verdicts;
    const question = { name: about.domain, type: TYPE.MX };
    const [soa, mx] = yield* ask<'answers'>([
      { kind: 'answers', name: served.zone, type: TYPE.SOA, by: 'udp' },
      { kind: 'answers', ...question, by: 'udp' },
    ]);
    if (!soa || !mx || mx.answers.length === 0) {
      return [unknown(served.subject, mx ? whyNone(question, mx) : 'nothing was asked')];
    }
    const bySoa = new Map(soa.answers.map((answer) => [serverKey(answer.server), answer]));
    return mx.answers.map((answer) => judgeOne(answer, bySoa.get(serverKey(answer.server))));
  },
};

function judgeOne(mx: ServerAnswer, soa: ServerAnswer | undefined): Verdict {
  const { server, packet, id, name } = mx;
  const subject = nameServer(server.host, server.address);
  if (isUsable(mx)) return pass(subject);
  const isAnswer = packet?.rcode === RCODE.NOERROR && packet.answers.length > 0;
  if (!isAnswer) return unknown(subject, 'it gave no MX answer', [id]);
  if (!soa || !isUsable(soa)) {
    return notApplicable(subject, 'it is not authoritative for the zone at all (NS-LAME)');
  }
  const text = `answers for the MX records of ${hostText(name)} without authority (no AA)`;
  const says = `${hostText(server.host)} (${server.address}) ${text}`;
  return finding(subject, says, { actor: 'dns-host', evidence: [soa.id, id] });
}
