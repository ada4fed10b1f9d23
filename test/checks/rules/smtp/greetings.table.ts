// What mail hosts say first: the rules about greeting, EHLO, extensions and log-ins, as tables of
// replies to one conversation.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rule } from '../../../../src/checks/rule.ts';
import { smtpAuth25 } from '../../../../src/checks/rules/smtp/auth-25.ts';
import { smtpBanner } from '../../../../src/checks/rules/smtp/banner.ts';
import { smtpBannerPix } from '../../../../src/checks/rules/smtp/banner-pix.ts';
import { smtpEhlo } from '../../../../src/checks/rules/smtp/ehlo.ts';
import { smtpExt } from '../../../../src/checks/rules/smtp/ext.ts';
import { smtpGreetDelay } from '../../../../src/checks/rules/smtp/greet-delay.ts';
import { judged, outcomes, type Scene, told } from '../../../support/scene.ts';
import type { HostPlan } from '../../../support/scene-dialogue.ts';
import { shown } from '../../../support/scene-tls.ts';

const scene = (plan: HostPlan): Scene => ({
  zones: { 'example.com': '@ MX 10 mail\nmail A 192.0.2.10' },
  hosts: { 'mail.example.com': plan },
});
const greeting = (text: string): HostPlan => ({ replies: { greeting: text } });
const ehlo = (text: string): HostPlan => ({ replies: { ehlo: text } });

type Row = readonly [rule: Rule, what: string, plan: HostPlan, expected: string];

const TABLE: readonly Row[] = [
  [smtpBanner, 'a whole name', {}, 'pass'],
  [smtpBanner, 'several lines', greeting('220-mail.example.com ESMTP\n220 Hello'), 'pass'],
  [smtpBanner, 'another name than that of the exchange', greeting('220 mx7.example.net'), 'pass'],
  [smtpBanner, 'capitals', greeting('220 MAIL.EXAMPLE.COM Microsoft ESMTP'), 'pass'],
  [smtpBanner, 'an address in brackets', greeting('220 [192.0.2.10] ESMTP'), 'pass'],
  [smtpBanner, 'an IPv6 address in brackets', greeting('220 [IPv6:2001:db8::10]'), 'pass'],
  [smtpBanner, 'a name of one label', greeting('220 mail ESMTP'), 'warning'],
  [smtpBanner, 'localhost', greeting('220 localhost.localdomain ESMTP'), 'warning'],
  [smtpBanner, 'no name', greeting('220'), 'warning'],
  [smtpBanner, 'a word that is no name', greeting('220 ESMTP_ready! go'), 'warning'],
  [smtpBanner, 'another good code', greeting('250 mail.example.com'), 'warning'],
  [smtpBanner, 'no service for anybody', greeting('521 mail.example.com no mail here'), 'error'],
  [smtpBanner, 'no service, in words', greeting('554 No SMTP service here'), 'error'],
  [smtpBanner, 'a refusal of whoever asks', greeting('554 5.7.1 You are blocked'), 'unknown'],
  [smtpBanner, 'a refusal that may be', greeting('554 mail.example.com'), 'unknown'],
  [smtpBanner, 'too many', greeting('421 4.3.2 Too many connections'), 'unknown'],
  [smtpBanner, 'not now', greeting('451 4.3.0 Try again later'), 'unknown'],
  [smtpBanner, 'silence', greeting(''), 'unknown'],
  [smtpBanner, 'stars are the matter of another', greeting('220 ********2***0'), 'not-applicable'],

  [smtpBannerPix, 'nothing hidden', {}, 'pass'],
  [smtpBannerPix, 'a greeting of stars', greeting('220 *************2***0'), 'warning'],
  [smtpBannerPix, 'one star is none', greeting('220 mail.example.com *** welcome'), 'pass'],
  [smtpBannerPix, 'X over STARTTLS', ehlo('250-mail.example.com\n250 XXXXXXXA'), 'warning'],
  [smtpBannerPix, 'extensions in X', ehlo('250-mail.example.com\n250 XCLIENT NAME'), 'pass'],
  [smtpBannerPix, 'silence', greeting(''), 'unknown'],

  [smtpGreetDelay, 'at once', {}, 'pass'],
  [smtpGreetDelay, 'after 15 seconds', { greetedAfterMs: 15_000 }, 'pass'],
  [smtpGreetDelay, 'later', { greetedAfterMs: 15_001 }, 'info'],
  [smtpGreetDelay, 'never', { ...greeting(''), greetedAfterMs: 60_000 }, 'unknown'],

  [smtpEhlo, 'its name', {}, 'pass'],
  [smtpEhlo, 'a friendly text', ehlo('250 mail.example.com at your service'), 'pass'],
  [smtpEhlo, 'no whole name', ehlo('250-mail\n250 STARTTLS'), 'warning'],
  [
    smtpEhlo,
    'the same half name as in the greeting, which is told there',
    { replies: { greeting: '220 mail ESMTP', ehlo: '250-mail\n250 STARTTLS' } },
    'not-applicable',
  ],
  [smtpEhlo, 'HELO only', ehlo('502 5.5.1 Not implemented'), 'warning'],
  [smtpEhlo, 'a dislike of our name', ehlo('550 5.7.1 Access denied'), 'unknown'],
  [smtpEhlo, 'a word about our name', ehlo('501 5.5.4 Invalid HELO name'), 'unknown'],
  [smtpEhlo, 'not now', ehlo('451 4.3.0 Busy'), 'unknown'],
  [smtpEhlo, 'sent away', greeting('421 4.7.0 Later'), 'unknown'],

  [smtpExt, 'extensions', {}, 'pass'],
  [smtpExt, 'HELO has none', ehlo('502 5.5.1 Not implemented'), 'pass'],
  [smtpExt, 'silence', ehlo(''), 'unknown'],

  [smtpAuth25, 'no log-in', {}, 'pass'],
  [smtpAuth25, 'one in clear', ehlo('250-mail.example.com\n250 AUTH PLAIN LOGIN'), 'notice'],
  [smtpAuth25, 'one of the old form', ehlo('250-mail.example.com\n250 AUTH=LOGIN'), 'notice'],
  [
    smtpAuth25,
    'one after STARTTLS',
    { replies: { 'ehlo-tls': '250-mail.example.com\n250 AUTH PLAIN' }, tls: shown() },
    'notice',
  ],
  [smtpAuth25, 'silence', ehlo(''), 'unknown'],
];

for (const [rule, what, plan, expected] of TABLE) {
  test(`${rule.id}: ${what} is ${expected}`, () => {
    assert.deepEqual(outcomes(rule, scene(plan)), [`${expected} mail.example.com 192.0.2.10`]);
  });
}

test('SMTP-EXT lists what is announced, under TLS where there is TLS', () => {
  const replies = { 'ehlo-tls': '250-mail.example.com\n250-SIZE 1000\n250 CHUNKING' };
  const [verdict] = judged(smtpExt, scene({ replies, tls: shown() }));
  assert.equal(verdict?.outcome === 'pass' && verdict.says, 'announces SIZE 1000, CHUNKING');
});

test('SMTP-EHLO says whether HELO helps', () => {
  const refused = '502 5.5.1 Not implemented';
  const helps = told(smtpEhlo, scene({ replies: { ehlo: refused } }))[0];
  assert.match(helps ?? '', /refuses EHLO \("502 5\.5\.1 Not implemented"\); HELO works$/);
  const lost = told(smtpEhlo, scene({ replies: { ehlo: refused, helo: '502 No' } }))[0];
  assert.match(lost ?? '', /HELO fails too$/);
});

test('the reply of a host that could not be tested is quoted', () => {
  const [verdict] = judged(smtpBanner, scene(greeting('421 4.7.0 Too many connections')));
  assert.equal(verdict?.outcome === 'unknown' && verdict.reply, '421 4.7.0 Too many connections');
});
