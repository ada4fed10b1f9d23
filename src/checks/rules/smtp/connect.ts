// SMTP-CONNECT: every address of every mail host takes a connection.

import { hostText } from '../../../dns/name.ts';
import { mailFacts } from '../../mail.ts';
import type { Rule } from '../../rule.ts';
import { finding, pass, type Severity, type Verdict } from '../../verdict.ts';
import { intakeOf } from '../mx/intake.ts';
import { failuresOf, reached, type Talk, untried, whereText } from './reachable.ts';

export const smtpConnect: Rule = {
  id: 'SMTP-CONNECT',
  title: 'Every mail host takes connections at every address',
  severity: 'error',
  why:
    'A sender tries the addresses of the exchanges one after the other. One that takes no ' +
    'connection costs every sender a wait, and some give up there. When none is left, mail stays ' +
    'with its senders and goes back after some days.',
  wrong: 'mail.example.com. AAAA 2001:db8::25   ; but the mail server listens on IPv4 only',
  right: 'mail.example.com 2001:db8::25 port 25: 220 mail.example.com ESMTP',
  remedy:
    'Let the mail server listen on the address, open port 25 in every firewall before it, or ' +
    'remove the address from the DNS.',
  sources: ['RFC 5321 §5.1', 'RFC 5321 §4.5.4.1'],
  *judge(about) {
    const found = yield* reached(about);
    if (found.kind === 'nowhere') return [found.verdict];
    const { talks, wayOut } = found;
    const isNobody = talks.every(({ obstacle }) => obstacle?.by === 'host');
    const verdicts = talks.map((talk) => verdictOn(talk));
    if (!isNobody) return verdicts;
    const intake = yield* intakeOf(about);
    // Most domains without MX records take no mail: MX-IMPLICIT-TEST weighs whether this one does.
    if (intake.kind === 'implicit') return verdicts.map((each) => raised(each, 'info'));
    const { hosts } = yield* mailFacts(about);
    if (hosts.some((host) => failuresOf(host).length > 0)) return verdicts;
    // Every address that there is was tried, and none took a connection: mail is lost now.
    const end =
      talks.length === 1
        ? `: no other address takes mail of ${hostText(about.domain)}`
        : `, like all ${talks.length} addresses that take mail of ${hostText(about.domain)}`;
    const proof = wayOut ? [wayOut.id] : [];
    return verdicts.map((each) => raised(each, 'critical', { end, proof }));
  },
};

interface More {
  readonly end: string;
  readonly proof: readonly string[];
}

function raised(verdict: Verdict, severity: Severity, more?: More): Verdict {
  if (verdict.outcome !== 'finding') return verdict;
  const { end = '', proof = [] } = more ?? {};
  const { says, evidence } = verdict;
  return { ...verdict, severity, says: `${says}${end}`, evidence: [...evidence, ...proof] };
}

function verdictOn(talk: Talk): Verdict {
  const { subject, obstacle, dialogue, id } = talk;
  if (!obstacle) return pass(subject, undefined, [id]);
  if (obstacle.by === 'us') return untried(talk);
  const { connect, port } = dialogue;
  const failure = connect.kind === 'failed' ? connect.failure : 'other';
  return finding(subject, `${whereText(talk)} ${WHAT[failure]} on port ${port}`, {
    actor: 'mail-host',
    mend: { kind: 'setting', text: MENDS[failure] },
    evidence: [id],
  });
}

const WHAT = {
  refused: 'refuses connections',
  timeout: 'does not answer',
  reset: 'breaks connections off',
  unreachable: 'cannot be reached by the network',
  other: 'takes no connection',
} as const;

const MENDS = {
  refused: 'let the mail server listen on this address, and let it run',
  timeout: 'let packets to port 25 through the firewalls before this address',
  reset: 'look what breaks connections: a firewall, a TCP wrapper, or too few processes',
  unreachable: 'mend the network of this address, or remove the address from the DNS',
  other: 'let the mail server listen on this address',
} as const;
