// The drawing of a drill: whole pictures, since its shape is what it is for; and its JSON.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Drill } from '../../../src/checks/drill/drill.ts';
import { drillJson } from '../../../src/checks/drill/drill-json.ts';
import { printDrill } from '../../../src/checks/drill/drill-text.ts';
import { drillOf } from '../../../src/checks/drill/observed.ts';
import { makeStyle } from '../../../src/cli/style.ts';
import { aboutOf, ran, type Scene } from '../../support/scene.ts';

const rehearsed = (text: string, more: Partial<Scene> = {}): Drill =>
  ran(drillOf(aboutOf()), { zones: { 'example.com': text }, ...more });

const linesOf = (text: string, more: Partial<Scene> = {}): readonly string[] =>
  printDrill(rehearsed(text, more), makeStyle(false)).split('\n');

const PAIR = '@ MX 10 mail\n@ MX 20 backup\nmail A 192.0.2.10\nbackup A 198.51.100.20';

test('a primary and a backup', () => {
  assert.deepEqual(linesOf(PAIR), [
    'example.com, a drill: what senders do when one thing fails',
    '  as seen 2026-06-01 12:00:00Z',
    '',
    '                                                    10 mail   20 backup',
    'nothing fails                                       ●         ·           to mail.example.com at once',
    'mail.example.com is down                            ✗╌╌╌╌╌╌╌╌▶●           to backup.example.com after 30 s, kept there',
    '    lost: nothing: backup.example.com keeps mail, and gives up after about 5 days too',
    'backup.example.com is down                          ●         ·           to mail.example.com at once',
    'name server ns1.example.com is down                 ●         ·           to mail.example.com after 2 s',
    'name server ns2.example.com is down                 ●         ·           to mail.example.com after 2 s',
    'all name servers of example.com are down            ·         ·           stays with the sender',
    '    lost: nothing for about 5 days: mail waits, and is bounced if it must wait longer (the MX records of example.com could not be looked up: no name server of the domain answers)',
    'the certificate of mail.example.com has run out     ●         ·           to mail.example.com at once',
    '    lost: nothing: no policy (DANE, MTA-STS enforce) makes senders verify it',
    'the certificate of backup.example.com has run out   ●         ·           to mail.example.com at once',
    '    lost: nothing: no policy (DANE, MTA-STS enforce) makes senders verify it',
    '',
  ]);
});

test('the way goes past every arm that is out, and past those that were not tried', () => {
  const text = '@ MX 1 a\n@ MX 2 b\n@ MX 3 c\na A 192.0.2.1\nc A 192.0.2.3';
  const down = linesOf(text).find((line) => line.startsWith('a.example.com is down'));
  assert.equal(
    down,
    'a.example.com is down                          ✗╌╌╌╌▶·╌╌╌╌▶●     to c.example.com after 30 s, kept there',
  );
});

test('nobody left: all arms are out, and no way leads on', () => {
  const text = '@ MX 1 a\n@ MX 2 b\na A 192.0.2.1\nb A 192.0.2.2';
  const cut = linesOf(text).find((line) => line.startsWith('the network'));
  assert.equal(
    cut,
    'the network 192.0.2.0/24 is cut off            ✗     ✗     stays with the sender',
  );
});

test('whole names are told where exchanges have little in common', () => {
  const text = '@ MX 1 a.example.com.\n@ MX 2 b.example.net.\na A 192.0.2.1';
  const more = { zones: { 'example.com': text, 'example.net': 'b A 192.0.2.2' } };
  const head = linesOf(text, more)[3]?.trim();
  assert.equal(head, '1 a.example.com   2 b.example.net');
});

test('a domain that takes no mail has no arms', () => {
  assert.deepEqual(linesOf('@ MX 0 .').slice(3, 5), [
    'nothing fails                              refused at once',
    '    lost: all mail: senders give up at once (example.com accepts no mail: its only MX is the root (null MX))',
  ]);
});

test('what this machine could not see is said first', () => {
  const connect = { kind: 'failed', failure: 'timeout', because: 'silence', tookMs: 1 } as const;
  const lines = linesOf('@ MX 10 mail\nmail A 192.0.2.10', {
    hosts: { 'mail.example.com': { connect } },
    egress: { open: false, because: 'closed \u001b here' },
  });
  assert.equal(lines[2], '  ✗ this machine reaches nobody on port 25 (closed \\x1b here)');
});

test('as JSON it holds everything, with no dots at the end of names', () => {
  const text = '@ MX 10 mail\n@ MX 20 b\nmail A 192.0.2.1\nmail AAAA 2001:db8::1\nb A 192.0.2.2';
  const written = JSON.parse(JSON.stringify(drillJson(rehearsed(text))));
  assert.equal(written.format, 'fingerpost-drill-1');
  assert.equal(written.domain, 'example.com');
  assert.equal(written.observedAt, '2026-06-01T12:00:00.000Z');
  assert.deepEqual(written.exchanges[0], { host: 'mail.example.com', preference: 10 });
  const failures = written.rows.map(({ failure }: { failure: object }) => failure);
  assert.deepEqual(failures[1], {
    kind: 'host',
    says: 'mail.example.com is down',
    host: 'mail.example.com',
  });
  assert.deepEqual(failures[3], {
    kind: 'network',
    says: 'the network 192.0.2.0/24 is cut off',
    network: '192.0.2.0/24',
    addresses: ['192.0.2.1', '192.0.2.2'],
  });
  assert.deepEqual(failures[5], {
    kind: 'family',
    says: 'IPv6 does not work',
    family: 'IPv6',
    addresses: ['2001:db8::1'],
  });
  assert.deepEqual(written.rows[1], {
    failure: failures[1],
    landing: { kind: 'kept', host: 'b.example.com' },
    afterSeconds: 60,
    tried: written.rows[1].tried,
    lost: 'nothing: b.example.com keeps mail, and gives up after about 5 days too',
  });
  assert.equal(written.rows[1].tried.length, 3);
});
