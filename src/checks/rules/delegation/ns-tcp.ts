// NS-TCP: name servers answer over TCP as well.
import { hostText } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import type { About } from '../../about.ts';
import type { AnswersFact, ServerAnswer } from '../../fact.ts';
import { answersFor, ask } from '../../inquiry.ts';
import type { Rule } from '../../rule.ts';
import { nameServer } from '../../subject.ts';
import { finding, pass, unknown, type Verdict } from '../../verdict.ts';
import { servedZone, whyNotAsked } from './served-zone.ts';
import { isUsable, readingOf, whyNone } from './server-answers.ts';
import { serverKey } from './words.ts';

export const nsTcp: Rule = {
  id: 'NS-TCP',
  title: 'Every name server answers over TCP',
  severity: 'error',
  why:
    'An answer that is too large for UDP comes cut off, and the resolver asks again over TCP. ' +
    'Large answers are those that mail needs: long TXT records (SPF, DKIM), many exchanges, ' +
    'signatures. Where TCP is closed, just these lookups fail.',
  wrong: '$ dig +tcp @ns1.example.com example.com SOA\n;; connection timed out',
  right: '$ dig +tcp @ns1.example.com example.com SOA\n;; status: NOERROR',
  remedy: 'Let the server listen on TCP port 53 too, and open the port in the firewall.',
  sources: ['RFC 7766 §5', 'RFC 9210 §3'],
  *judge(about) {
    const served = yield* servedZone(about);
    if (served.kind === 'not-served') return served.verdicts;
    const { zone, delegation, subject } = served;
    const question = { name: zone, type: TYPE.SOA };
    const [udp, tcp] = yield* ask<'answers'>([
      { kind: 'answers', ...question, by: 'udp' },
      { kind: 'answers', ...question, by: 'tcp' },
    ]);
    if (!udp || !tcp || tcp.answers.length === 0) {
      return [unknown(subject, tcp ? whyNone(question, tcp) : 'nothing was asked')];
    }
    let isProved = hasAnswer(tcp);
    if (!isProved && delegation.parent !== undefined) {
      // Nobody answered: is it they, or may this machine not use the port?
      isProved = hasAnswer(yield* answersFor(delegation.parent, TYPE.SOA, 'tcp'));
    }
    const byUdp = new Map(udp.answers.map((answer) => [serverKey(answer.server), answer]));
    return tcp.answers.map((answer) =>
      judgeOne(about, answer, byUdp.get(serverKey(answer.server)), isProved),
    );
  },
};

const hasAnswer = ({ answers }: AnswersFact): boolean => answers.some(({ packet }) => packet);

function judgeOne(
  about: About,
  tcp: ServerAnswer,
  udp: ServerAnswer | undefined,
  isProved: boolean,
): Verdict {
  const { host, address } = tcp.server;
  const subject = nameServer(host, address);
  const evidence = [tcp.id];
  if (isUsable(tcp)) return pass(subject);
  const unaskable = whyNotAsked(about, address);
  if (unaskable !== undefined) return unknown(subject, unaskable, evidence);
  const reading = readingOf(tcp);
  const because = 'because' in reading ? reading.because : 'it gave no answer';
  if (!udp || !isUsable(udp)) {
    return unknown(subject, `it does not answer over UDP either (NS-LAME): ${because}`, evidence);
  }
  if (!isProved) {
    const all = 'no name server at all answered this machine over TCP: is port 53 closed here?';
    return unknown(subject, all, evidence);
  }
  const says = `${hostText(host)} (${address}) answers over UDP, but not over TCP: ${because}`;
  return finding(subject, says, { actor: 'dns-host', evidence });
}
