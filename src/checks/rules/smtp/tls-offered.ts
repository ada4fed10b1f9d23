// TLS-OFFERED: every mail host offers STARTTLS.
import type { Rule } from '../../rule.ts';
import { finding, pass, type Verdict } from '../../verdict.ts';
import { type Demand, demandsOf } from '../certificate/demands.ts';
import { untold } from './answer.ts';
import { reached, type Talk, verdictsOn, whereText } from './reachable.ts';
import { tlsStateOf } from './tls-state.ts';

export const tlsOffered: Rule = {
  id: 'TLS-OFFERED',
  title: 'Every mail host offers STARTTLS',
  severity: 'warning',
  why:
    'Without STARTTLS mail can be read and changed by everybody on the way. Where an MTA-STS ' +
    'policy (enforce) or DANE promises TLS, senders that honour it do not deliver at all.',
  wrong: 'EHLO sender.example.net\n250-mail.example.com\n250 SIZE 26214400',
  right: 'EHLO sender.example.net\n250-mail.example.com\n250 STARTTLS',
  remedy:
    'Give the mail server a certificate and switch STARTTLS on (Postfix: smtpd_tls_chain_files ' +
    'and smtpd_tls_security_level = may).',
  sources: ['RFC 3207 §4', 'RFC 8461 §4.2', 'RFC 7672 §2.2'],
  *judge(about) {
    const demands = yield* demandsOf(about);
    const found = yield* reached(about);
    return verdictsOn(found, (talk) => verdictOn(talk, demands.on(talk.host)));
  },
};

function verdictOn(talk: Talk, demand: Demand): Verdict {
  const state = tlsStateOf(talk);
  if (state.kind === 'untold') return untold(talk, state);
  if (state.kind !== 'not-offered') return pass(talk.subject);
  const says = `${whereText(talk)} offers no STARTTLS`;
  return finding(talk.subject, demand.tls ? `${says}, but ${demand.tls} demands it` : says, {
    severity: demand.tls ? 'error' : 'warning',
    actor: 'mail-host',
    mend: { kind: 'setting', text: 'give the mail server a certificate and offer STARTTLS' },
    evidence: [talk.id, ...demand.evidence],
  });
}
