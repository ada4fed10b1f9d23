// Backups: they take the domain's mail, refuse what the best exchange refuses, and can do the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rule } from '../../../../src/checks/rule.ts';
import { backupBlind } from '../../../../src/checks/rules/smtp/backup-blind.ts';
import { backupRelays } from '../../../../src/checks/rules/smtp/backup-relays.ts';
import { mxParity } from '../../../../src/checks/rules/smtp/parity.ts';
import { rcptPostmaster } from '../../../../src/checks/rules/smtp/postmaster.ts';
import type { ConnectSeen } from '../../../../src/smtp/probe.ts';
import { outcomes, type Scene, told } from '../../../support/scene.ts';
import type { HostPlan } from '../../../support/scene-dialogue.ts';
import { shown } from '../../../support/scene-tls.ts';

const ZONE = '@ MX 10 mail\n@ MX 20 backup\nmail A 192.0.2.10\nbackup A 192.0.2.20';
const ALONE: Scene = { zones: { 'example.com': '@ MX 10 mail\nmail A 192.0.2.10' } };

const scene = (mail: HostPlan, backup: HostPlan): Scene => ({
  zones: { 'example.com': ZONE },
  hosts: { 'mail.example.com': mail, 'backup.example.com': backup },
});
const postmaster = (text: string): HostPlan => ({ replies: { postmaster: text } });
const unknown = (text: string): HostPlan => ({ replies: { unknown: text } });
const ehlo = (...lines: readonly string[]): HostPlan => {
  const text = ['mail.example.com', ...lines].join('\n250-');
  return { replies: { ehlo: `250-${text}\n250 STARTTLS`, 'ehlo-tls': `250-${text}\n250 HELP` } };
};
const DOWN: ConnectSeen = { kind: 'failed', failure: 'timeout', because: 'silence', tookMs: 1 };
const DENIED = postmaster('554 5.7.1 Relay access denied');

type Row = readonly [rule: Rule, what: string, scene: Scene, expected: readonly string[]];

const BACKUP = 'backup.example.com 192.0.2.20';

const TABLE: readonly Row[] = [
  [backupRelays, 'one that takes mail passes', scene({}, {}), [`pass ${BACKUP}`]],
  [backupRelays, 'one that relays nothing is found', scene({}, DENIED), [`error ${BACKUP}`]],
  [
    backupRelays,
    'also while the best exchange is down',
    scene({ connect: DOWN }, DENIED),
    [`error ${BACKUP}`],
  ],
  [
    backupRelays,
    '5.7.1 alone counts beside a best exchange that takes it',
    scene({}, postmaster('550 5.7.1 Not allowed')),
    [`error ${BACKUP}`],
  ],
  [
    backupRelays,
    'and not beside one that does not',
    scene(postmaster('550 5.7.1 Not allowed'), postmaster('550 5.7.1 Not allowed')),
    [`unknown ${BACKUP}`],
  ],
  [
    backupRelays,
    'an unknown postmaster is another fault',
    scene({}, postmaster('550 5.1.1 No such user')),
    [`pass ${BACKUP}`],
  ],
  [
    backupRelays,
    'a refusal of ourselves is unknown',
    scene({}, postmaster('554 5.7.1 Client host blocked')),
    [`unknown ${BACKUP}`],
  ],
  [
    backupRelays,
    'greylisting is unknown',
    scene({}, postmaster('450 4.2.0 Greylisted')),
    [`unknown ${BACKUP}`],
  ],
  [backupRelays, 'without a backup', ALONE, ['not-applicable example.com']],
  [
    rcptPostmaster,
    'what the backup refuses for the whole domain is told once',
    scene({}, DENIED),
    ['pass mail.example.com 192.0.2.10', `not-applicable ${BACKUP}`],
  ],

  [backupBlind, 'one that knows the mailboxes passes', scene({}, {}), [`pass ${BACKUP}`]],
  [
    backupBlind,
    'one that takes what the best exchange refuses is found',
    scene({}, unknown('250 2.1.5 Ok')),
    [`warning ${BACKUP}`],
  ],
  [
    backupBlind,
    'beside a catch-all there is nothing to know',
    scene(unknown('250 2.1.5 Ok'), unknown('250 2.1.5 Ok')),
    [`not-applicable ${BACKUP}`],
  ],
  [
    backupBlind,
    'what the best exchange puts off is no refusal',
    scene(unknown('450 4.2.0 Greylisted'), unknown('250 2.1.5 Ok')),
    [`unknown ${BACKUP}`],
  ],
  [
    backupBlind,
    'nor is a refusal of ourselves',
    scene(unknown('554 5.7.1 Client host blocked'), unknown('250 2.1.5 Ok')),
    [`unknown ${BACKUP}`],
  ],
  [
    backupBlind,
    'what the backup puts off is unknown',
    scene({}, unknown('450 4.2.0 Greylisted')),
    [`unknown ${BACKUP}`],
  ],
  [backupBlind, 'without a backup', ALONE, ['not-applicable example.com']],

  [mxParity, 'hosts that are alike pass', scene({}, {}), ['pass backup.example.com']],
  [
    mxParity,
    'a smaller size is found',
    scene(ehlo('SIZE 52428800'), ehlo('SIZE 1000')),
    ['warning backup.example.com'],
  ],
  [
    mxParity,
    'a size that is not told is not smaller',
    scene(ehlo('SIZE 52428800'), ehlo('SIZE')),
    ['pass backup.example.com'],
  ],
  [
    mxParity,
    'no TLS at the backup is found',
    scene(ehlo(), { replies: { ehlo: '250-backup.example.com\n250 HELP' } }),
    ['notice backup.example.com'],
  ],
  [
    mxParity,
    'a certificate that is worse is found',
    scene({ tls: shown() }, { tls: shown({ because: 'CERT_HAS_EXPIRED' }) }),
    ['notice backup.example.com'],
  ],
  [
    mxParity,
    'the order of extensions is no difference',
    scene(ehlo('8BITMIME', 'SMTPUTF8'), ehlo('SMTPUTF8', '8BITMIME')),
    ['pass backup.example.com'],
  ],
  [
    mxParity,
    'a host that is down is unknown',
    scene({}, { connect: DOWN }),
    ['unknown backup.example.com'],
  ],
  [
    mxParity,
    'so is everything while the best is down',
    scene({ connect: DOWN }, {}),
    ['unknown mail.example.com', 'unknown backup.example.com'],
  ],
  [
    mxParity,
    'TLS that could not be told is no difference',
    scene({ tls: shown() }, { replies: { starttls: '454 4.7.0 Not now' } }),
    ['pass backup.example.com'],
  ],
  [mxParity, 'one host alone', ALONE, ['not-applicable example.com']],
];

for (const [rule, what, where, expected] of TABLE) {
  test(`${rule.id}: ${what}`, () => {
    assert.deepEqual(outcomes(rule, where), expected);
  });
}

test('MX-PARITY lists what differs', () => {
  const where = scene(ehlo('SMTPUTF8', 'SIZE 2000'), ehlo('8BITMIME', 'SIZE 1000'));
  assert.deepEqual(told(mxParity, where), [
    'warning backup.example.com: backup.example.com differs from mail.example.com: it alone has 8BITMIME, it lacks SMTPUTF8 and SIZE 1000 instead of 2000',
  ]);
});

test('a host that is listed twice counts by its better preference', () => {
  const zone = '@ MX 10 mail\n@ MX 30 mail\n@ MX 20 backup\nmail A 192.0.2.10\nbackup A 192.0.2.20';
  const hosts = { 'backup.example.com': unknown('250 2.1.5 Ok') };
  assert.deepEqual(outcomes(backupBlind, { zones: { 'example.com': zone }, hosts }), [
    `warning ${BACKUP}`,
  ]);
});
