// What mail hosts answer to MAIL and RCPT: a table of replies for each rule. Whatever may be about us,
// about the hour, or about greylisting is no finding.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { About } from '../../../../src/checks/about.ts';
import type { Rule } from '../../../../src/checks/rule.ts';
import { smtpGreylist } from '../../../../src/checks/rules/smtp/greylist.ts';
import { rcptNullSender } from '../../../../src/checks/rules/smtp/null-sender.ts';
import { rcptPostmaster } from '../../../../src/checks/rules/smtp/postmaster.ts';
import { smtpRatelimit } from '../../../../src/checks/rules/smtp/ratelimit.ts';
import { relayOpen } from '../../../../src/checks/rules/smtp/relay-open.ts';
import { rcptUnknown } from '../../../../src/checks/rules/smtp/unknown.ts';
import { vrfyExpn } from '../../../../src/checks/rules/smtp/vrfy-expn.ts';
import type { StepName } from '../../../../src/smtp/probe.ts';
import { aboutOf, outcomes, type Scene, told } from '../../../support/scene.ts';

const scene = (replies: Partial<Record<StepName, string>>, about: Partial<About> = {}): Scene => ({
  zones: { 'example.com': '@ MX 10 mail\nmail A 192.0.2.10' },
  hosts: { 'mail.example.com': { replies } },
  about,
});

const NEAR = { self: { ...aboutOf().self, addresses: ['192.0.2.77' as never] } };
const CATCH_ALL = { declared: { ...aboutOf().declared, catchAll: true } };

type Row = readonly [rule: Rule, what: string, scene: Scene, expected: string];

const TABLE: readonly Row[] = [
  [rcptNullSender, 'taken', scene({}), 'pass'],
  [rcptNullSender, 'refused', scene({ mail: '550 5.1.0 Sender required' }), 'error'],
  [rcptNullSender, 'log-in demanded', scene({ mail: '530 5.7.0 Log in first' }), 'error'],
  [rcptNullSender, 'we are refused', scene({ mail: '550 5.7.1 blocked by spamhaus' }), 'unknown'],
  [rcptNullSender, 'greylisted', scene({ mail: '451 4.7.1 Greylisted' }), 'unknown'],
  [rcptNullSender, 'silence', scene({ mail: '' }), 'unknown'],
  [rcptNullSender, 'never asked', scene({ ehlo: '421 4.7.0 Later' }), 'unknown'],

  [rcptPostmaster, 'taken', scene({}), 'pass'],
  [rcptPostmaster, 'refused', scene({ postmaster: '550 5.1.1 No such user' }), 'error'],
  [rcptPostmaster, 'the domain not known', scene({ postmaster: '550 Relay denied' }), 'error'],
  [
    rcptPostmaster,
    'refused without a domain only',
    scene({ 'bare-postmaster': '553 5.1.3 Not an address' }),
    'warning',
  ],
  [
    rcptPostmaster,
    'put off without a domain only',
    scene({ 'bare-postmaster': '450 4.2.0 Greylisted' }),
    'pass',
  ],
  [rcptPostmaster, 'greylisted', scene({ postmaster: '450 4.2.0 Greylisted' }), 'unknown'],
  [rcptPostmaster, 'we are refused', scene({ postmaster: '554 Client host blocked' }), 'unknown'],
  [rcptPostmaster, 'MAIL was refused', scene({ mail: '550 5.1.0 No' }), 'unknown'],
  [rcptPostmaster, 'asked without consent', scene({}, { mayAskRecipients: false }), 'pass'],

  [rcptUnknown, 'refused', scene({}), 'pass'],
  [rcptUnknown, 'taken', scene({ unknown: '250 2.1.5 Ok' }), 'warning'],
  [rcptUnknown, 'taken on purpose', scene({ unknown: '250 2.1.5 Ok' }, CATCH_ALL), 'info'],
  [rcptUnknown, 'put off', scene({ unknown: '450 4.1.1 Try later' }), 'unknown'],
  [rcptUnknown, 'we are refused', scene({ unknown: '550 5.7.1 Your IP is listed' }), 'unknown'],

  [relayOpen, 'refused', scene({}), 'pass'],
  [relayOpen, 'open', scene({ 'relay-rcpt': '250 2.1.5 Ok' }), 'critical'],
  [relayOpen, 'open for a neighbour', scene({ 'relay-rcpt': '250 2.1.5 Ok' }, NEAR), 'unknown'],
  [relayOpen, 'no clear yes', scene({ 'relay-rcpt': '252 2.0.0 Perhaps' }), 'unknown'],
  [relayOpen, 'put off', scene({ 'relay-rcpt': '450 4.7.1 Greylisted' }), 'unknown'],
  [relayOpen, 'denied for now', scene({ 'relay-rcpt': '454 4.7.1 Relay access denied' }), 'pass'],
  [relayOpen, 'the sender refused', scene({ 'relay-mail': '550 5.1.8 No' }), 'unknown'],

  [vrfyExpn, '252', scene({}), 'pass'],
  [vrfyExpn, 'switched off', scene({ vrfy: '502 5.5.1 Off' }), 'pass'],
  [vrfyExpn, 'answered', scene({ vrfy: '250 2.1.5 <postmaster@example.com>' }), 'info'],
  [vrfyExpn, 'put off', scene({ vrfy: '450 4.7.1 Later' }), 'unknown'],

  [smtpGreylist, 'at once', scene({}), 'pass'],
  [smtpGreylist, 'greylisted', scene({ postmaster: '450 4.2.0 Greylisted for 60 s' }), 'info'],
  [smtpGreylist, 'put off by a code', scene({ postmaster: '451 4.7.1 Try again' }), 'info'],
  [smtpGreylist, 'greylisted at MAIL', scene({ mail: '451 4.7.1 Greylisting' }), 'info'],
  [smtpGreylist, 'a system in trouble', scene({ postmaster: '451 4.3.0 No lookup' }), 'unknown'],
  [smtpGreylist, 'too often', scene({ postmaster: '450 4.7.1 Rate limit' }), 'unknown'],
  [smtpGreylist, 'sent away', scene({ postmaster: '421 4.7.0 Later' }), 'unknown'],
  [smtpGreylist, 'refused', scene({ postmaster: '550 5.1.1 No' }), 'pass'],

  [smtpRatelimit, 'let in', scene({}), 'pass'],
  [smtpRatelimit, 'sent away', scene({ greeting: '421 4.7.0 Later' }), 'unknown'],
  [smtpRatelimit, 'sent away late', scene({ vrfy: '421 4.7.0 Enough' }), 'unknown'],
  [
    smtpRatelimit,
    'sent away with another code',
    scene({ mail: '450 4.7.1 Too many connections' }),
    'unknown',
  ],
  [smtpRatelimit, 'refused', scene({ postmaster: '550 5.1.1 No' }), 'pass'],
];

for (const [rule, what, where, expected] of TABLE) {
  test(`${rule.id}: ${what} is ${expected}`, () => {
    assert.deepEqual(outcomes(rule, where), [`${expected} mail.example.com 192.0.2.10`]);
  });
}

test('the rules that ask for strangers wait for consent, and say so', () => {
  for (const rule of [rcptUnknown, relayOpen, vrfyExpn]) assert.equal(rule.needs, 'recipients');
});

test('findings quote what was said', () => {
  assert.deepEqual(told(rcptPostmaster, scene({ postmaster: '550 5.1.1 No such user' })), [
    'error mail.example.com 192.0.2.10: mail.example.com at 192.0.2.10 refuses <postmaster@example.com> with "550 5.1.1 No such user"',
  ]);
  assert.deepEqual(told(relayOpen, scene({ 'relay-rcpt': '250 2.1.5 Ok' })), [
    'critical mail.example.com 192.0.2.10: mail.example.com at 192.0.2.10 takes mail from outside for <relay-test@example.org>: "250 2.1.5 Ok"',
  ]);
});

test('RCPT-UNKNOWN says that some hosts refuse later', () => {
  const [text = ''] = told(rcptUnknown, scene({ unknown: '250 2.1.5 Ok' }));
  assert.match(text, /<nobody-5f2c@example\.com> at RCPT.*some refuse after DATA/);
});

test('RCPT-UNKNOWN leaves backups to another rule, and a domain without MX is its own primary', () => {
  const zone = '@ MX 10 mail\n@ MX 20 backup\nmail A 192.0.2.10\nbackup A 192.0.2.20';
  assert.deepEqual(outcomes(rcptUnknown, { zones: { 'example.com': zone } }), [
    'pass mail.example.com 192.0.2.10',
  ]);
  assert.deepEqual(outcomes(rcptUnknown, { zones: { 'example.com': '@ A 192.0.2.10' } }), [
    'pass example.com 192.0.2.10',
  ]);
});

test('RCPT-UNKNOWN is unknown where the best exchange has no address', () => {
  const zone = '@ MX 10 mail\n@ MX 20 backup\nbackup A 192.0.2.20';
  assert.deepEqual(outcomes(rcptUnknown, { zones: { 'example.com': zone } }), [
    'unknown example.com',
  ]);
});
