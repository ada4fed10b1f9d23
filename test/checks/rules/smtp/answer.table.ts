// What a reply proves: a "no" is one only where it is about what was asked. The texts are those that
// mail servers and filters really send, in their forms.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  answerTo,
  isAboutUs,
  isGreylisting,
  isRelayDenied,
  isTooOften,
} from '../../../../src/checks/rules/smtp/answer.ts';
import type { Dialogue, StepName } from '../../../../src/smtp/probe.ts';
import { aboutOf } from '../../../support/scene.ts';
import { dialogueOf, type HostPlan, replyFrom } from '../../../support/scene-dialogue.ts';

const KINDS = { us: isAboutUs, relay: isRelayDenied, often: isTooOften, grey: isGreylisting };

const REPLIES: readonly (readonly [reply: string, kinds: string])[] = [
  ['550 5.1.1 <a@example.com>: Recipient address rejected: User unknown in local table', ''],
  ['550 5.1.1 The email account that you tried to reach does not exist', ''],
  ['550 5.4.1 Recipient address rejected: Access denied', ''],
  ['550 user not listed in the directory', ''],
  ['553 sorry, that address has been disabled', ''],
  ['552 5.2.2 Mailbox full', ''],
  ['554 5.7.1 Service unavailable; Client host [192.0.2.9] blocked using zen.spamhaus.org', 'us'],
  ['550 5.7.25 The sending IP does not have a PTR record', 'us'],
  ['550 5.7.606 Access denied, banned sending IP', 'us'],
  ['554 5.7.1 Client host rejected: cannot find your reverse hostname', 'us'],
  ['550 5.7.1 Mail from your IP 192.0.2.9 was rejected', 'us'],
  ['504 5.5.2 <checker>: Helo command rejected: need fully-qualified hostname', 'us'],
  ['550 5.7.23 Message rejected due to SPF', 'us'],
  ['554 Blocked, see https://check.example.net/', 'us'],
  ['550 Too many connections from your host', 'us often'],
  ['554 5.7.1 <a@example.com>: Relay access denied', 'relay'],
  ['550 5.7.1 a@example.com... Relaying denied. IP name lookup failed', 'relay'],
  ['550 relay not permitted', 'relay'],
  ['550 5.7.1 We do not accept mail for example.com', 'relay'],
  ['550 unknown domain example.com', 'relay'],
  ['421 4.7.0 Try again later', 'often'],
  ['450 4.7.1 Error: too many connections from 192.0.2.9', 'often'],
  ['452 4.5.3 Too many recipients', 'often'],
  ['451 4.7.1 Greylisting in effect, please come back later', 'grey'],
  ['450 4.2.0 <a@example.com>: Recipient address rejected: Greylisted for 60 seconds', 'grey'],
  ['451 4.3.0 Temporary lookup failure', ''],
];

for (const [text, expected] of REPLIES) {
  test(`"${text}" is read as: ${expected || 'about what was asked'}`, () => {
    const reply = replyFrom(text);
    const found = Object.entries(KINDS).flatMap(([kind, is]) => (is(reply) ? [kind] : []));
    assert.equal(found.join(' '), expected);
  });
}

const dialogue = (plan: HostPlan): Dialogue => {
  const place = { host: 'mail.example.com', address: '192.0.2.10' as never, recipients: [] };
  return dialogueOf(place, plan, aboutOf());
};

const UNASKED: readonly (readonly [
  what: string,
  plan: HostPlan,
  name: StepName,
  expected: string,
])[] = [
  [
    'a greeting of 421 is why nothing was asked',
    { replies: { greeting: '421 4.3.2 Busy' } },
    'postmaster',
    'it was not asked, after the greeting',
  ],
  [
    'so is MAIL that was refused',
    { replies: { mail: '550 5.7.1 No' } },
    'postmaster',
    'it was not asked, after the answer to MAIL FROM:<>',
  ],
  ['and silence', { replies: { ehlo: '' } }, 'postmaster', 'no answer to ehlo within 30 s'],
  [
    'and TLS that failed',
    { tls: { kind: 'failed', because: 'wrong version number' } },
    'postmaster',
    'TLS failed: wrong version number',
  ],
  [
    'a step that was left out on purpose has no cause',
    {},
    'helo',
    'the conversation did not get so far',
  ],
];

for (const [what, plan, name, expected] of UNASKED) {
  test(what, () => {
    const answer = answerTo(dialogue(plan), name);
    assert.equal(answer.kind === 'untold' && answer.because, expected);
  });
}

test('what was asked on the second connection, without TLS, counts', () => {
  const broken = dialogue({ tls: { kind: 'failed', because: 'no shared cipher' } });
  const { connect, steps } = dialogue({ replies: { ehlo: '250 mail.example.com' } });
  const answer = answerTo({ ...broken, clear: { connect, steps } }, 'postmaster');
  assert.equal(answer.kind, 'yes');
});
