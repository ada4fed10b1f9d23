// RELAY-OPEN: no mail host takes mail from outside for outside.
import { ipBytes, isIpv6, isWithin } from '../../../base/ip.ts';
import type { About } from '../../about.ts';
import type { Rule } from '../../rule.ts';
import { finding, pass, unknown, type Verdict } from '../../verdict.ts';
import { answerTo, quoted, untold } from './answer.ts';
import { judgeEach, type Talk, whereText } from './reachable.ts';

export const relayOpen: Rule = {
  id: 'RELAY-OPEN',
  title: 'No mail host relays for strangers',
  severity: 'critical',
  why:
    'A host that takes mail from anybody for anybody is found by spammers within hours. Its ' +
    'address then stands on every block list, and the own mail of the domain is refused.',
  wrong: 'MAIL FROM:<someone@example.net>\n250 Ok\nRCPT TO:<other@example.org>\n250 Ok',
  right: 'RCPT TO:<other@example.org>\n554 5.7.1 Relay access denied',
  remedy:
    'Take mail for the own domains only, and for others only from users who logged in (Postfix: ' +
    'smtpd_relay_restrictions with reject_unauth_destination).',
  sources: ['RFC 5321 §3.6', 'RFC 5321 §7.9', 'RFC 2505 §2.1'],
  needs: 'recipients',
  judge: (about) => judgeEach(about, (talk) => verdictOn(talk, about)),
};

const DENIED = /\brelay(?:ing)?\b.*\b(?:denied|not|no)\b|\bno relay/i;

function verdictOn(talk: Talk, about: About): Verdict {
  const { subject, dialogue, id } = talk;
  const answer = answerTo(dialogue, 'relay-rcpt');
  // Postfix defers what it will not relay, in its own words: "454 Relay access denied".
  const isDenied = answer.kind === 'untold' && DENIED.test(answer.reply?.lines.join(' ') ?? '');
  if (answer.kind === 'untold' && !isDenied) return untold(talk, answer);
  if (answer.kind !== 'yes') return pass(subject, undefined, [id]);
  const { reply, step } = answer;
  if (isNeighbour(talk, about)) {
    return unknown(subject, 'it relays for this machine, which is on its own network', [id]);
  }
  // 252 promises nothing (RFC 5321 §3.5.3).
  if (reply.code !== 250 && reply.code !== 251) {
    return untold(talk, { kind: 'untold', because: 'its answer is no clear yes', reply });
  }
  const recipient = step.recipient ?? '';
  const says = `${whereText(talk)} takes mail from outside for <${recipient}>: ${quoted(reply)}`;
  return finding(subject, says, {
    actor: 'mail-host',
    mend: { kind: 'setting', text: 'take mail for other domains from authenticated users only' },
    evidence: [id],
  });
}

/** Mail servers commonly relay for their own network on purpose. */
function isNeighbour({ subject: { address } }: Talk, { self }: About): boolean {
  const bytes = ipBytes(address);
  if (!bytes) return false;
  const network = { text: address, bytes, bits: isIpv6(address) ? 64 : 24 };
  return self.addresses.some((own) => isWithin(own, network));
}
