// SMTP-GREET-DELAY: how long senders wait for the greeting. Waiting is allowed, and some let
// strangers wait on purpose; so it is said, and no fault.
import { milliseconds, printDuration } from '../../../base/time.ts';
import type { Rule } from '../../rule.ts';
import { finding, pass, unknown, type Verdict } from '../../verdict.ts';
import { stepOf } from './answer.ts';
import { judgeEach, type Talk, whereText } from './reachable.ts';

const LONG_MS = 15_000;

export const smtpGreetDelay: Rule = {
  id: 'SMTP-GREET-DELAY',
  title: 'Mail hosts greet without long delay',
  severity: 'info',
  why:
    'Senders must wait five minutes for the greeting, and proper ones do. But each that waits ' +
    'keeps a connection open, and monitors and small senders give up sooner.',
  wrong: '(connected)\n220 mail.example.com ESMTP      ; after 40 seconds',
  right: '(connected)\n220 mail.example.com ESMTP      ; within a few seconds',
  remedy:
    'Look whether the host waits for slow lookups (reverse names, block lists, ident). If it ' +
    'delays strangers on purpose, some seconds are enough.',
  sources: ['RFC 5321 §4.5.3.2.1'],
  judge: (about) => judgeEach(about, verdictOn),
};

function verdictOn(talk: Talk): Verdict {
  const { subject, dialogue, id } = talk;
  const step = stepOf(dialogue, 'greeting');
  if (!step?.reply) return unknown(subject, step?.because ?? 'it did not greet', [id]);
  const took = printDuration(milliseconds(step.tookMs));
  if (step.tookMs <= LONG_MS) return pass(subject, took);
  const says = `${whereText(talk)} greets after ${took}`;
  return finding(subject, says, { actor: 'mail-host', evidence: [id] });
}
