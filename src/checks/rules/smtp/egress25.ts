// SELF-EGRESS25: can this machine reach mail hosts at all? Where it cannot, every other rule about
// them is unknown; this one says why, once.
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { pass, unknown } from '../../verdict.ts';
import { reached } from './reachable.ts';

export const selfEgress25: Rule = {
  id: 'SELF-EGRESS25',
  title: 'This machine can reach mail hosts',
  severity: 'info',
  why:
    'Many hosting and access networks let nobody out on port 25, to keep spam in. From there ' +
    'every mail host looks dead. A check must notice that, and blame nobody for it.',
  wrong: 'mail.example.com 192.0.2.10 port 25: no answer; large mail services: no answer either',
  right: 'mail.example.com 192.0.2.10 port 25: connected',
  remedy:
    'Ask the network that this machine is in to open port 25 outwards, or run the check from ' +
    'another machine.',
  sources: ['RFC 5321 §4.5.4.2', 'RFC 5068'],
  *judge(about) {
    const found = yield* reached(about);
    if (found.kind === 'nowhere') return [found.verdict];
    const { talks, wayOut } = found;
    const spoken = talks.find(({ obstacle }) => !obstacle);
    if (spoken) return [pass(THE_DOMAIN, undefined, [spoken.id])];
    if (!wayOut) {
      const because = talks[0]?.obstacle?.because ?? 'no mail host was tried';
      return [unknown(THE_DOMAIN, because)];
    }
    if (wayOut.open === true) return [pass(THE_DOMAIN, wayOut.because, [wayOut.id])];
    const state = wayOut.open === false ? 'nobody was reached' : 'it could not be told';
    return [unknown(THE_DOMAIN, `${state}: ${wayOut.because}`, [wayOut.id])];
  },
};
