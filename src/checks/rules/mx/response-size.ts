// MX-RESPONSE-SIZE: the answer with the MX records fits into one UDP packet.

import { hostText } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import type { ServerAnswer } from '../../fact.ts';
import { answersFor } from '../../inquiry.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, pass, unknown } from '../../verdict.ts';
import { listText } from '../words.ts';
import { intakeOf, withoutExchanges } from './intake.ts';

export const responseSize: Rule = {
  id: 'MX-RESPONSE-SIZE',
  title: 'The MX records fit into one UDP packet',
  severity: 'notice',
  why:
    'A longer answer is cut off, and every resolver must ask again over TCP. That takes longer, ' +
    'and fails where a firewall lets DNS through over UDP only.',
  wrong: 'example.com. MX ?    flags: tc; asked again over TCP',
  right: 'example.com. MX ?    MSG SIZE: 180',
  remedy: 'Name fewer hosts, or hosts with shorter names that share a parent.',
  sources: ['RFC 7766 §5', 'RFC 9715 §3'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind !== 'exchanges') return [withoutExchanges(intake)];
    const { answers, because, id } = yield* answersFor(about.domain, TYPE.MX, 'udp');
    const read = answers.filter(({ packet }) => packet !== undefined);
    const cut = read.filter(isCut);
    if (cut.length > 0) {
      const servers = listText([...new Set(cut.map(({ server }) => hostText(server.host)))]);
      const says = `the MX records (${intake.records.length}) do not fit into UDP at ${servers}`;
      const evidence = cut.map((answer) => answer.id);
      return [finding(THE_DOMAIN, says, { actor: 'domain', evidence })];
    }
    if (read.length === 0) {
      return [unknown(THE_DOMAIN, because ?? 'no name server gave an answer', [id])];
    }
    return [pass(THE_DOMAIN, undefined, [id])];
  },
};

/** Asked over UDP, and told to come by TCP. */
const isCut = ({ by, packet }: ServerAnswer): boolean => by === 'tcp' || packet?.truncated === true;
