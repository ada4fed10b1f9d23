// What is taken (docs/behaviour.md): for whom, from where, with which reply it is refused.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCidr } from '../../src/base/ip.ts';
import { judgeClient, judgeRecipient, type TakingPolicy } from '../../src/receiving/policy.ts';
import { type OurDomain, ourDomains, type Recipients } from '../../src/routing/domains.ts';
import { isAddressFault } from '../../src/smtp/address.ts';
import { parseForwardPath } from '../../src/smtp/path.ts';
import { printReply } from '../../src/smtp/reply.ts';
import { ip, nameOf } from '../support/routing.ts';

const primary = (name: string, recipients: Recipients): OurDomain => ({
  role: 'primary',
  name: nameOf(name),
  recipients,
  deliverTo: { kind: 'maildir', path: './mail' },
});
const backup = (name: string, recipients: Recipients): OurDomain => ({
  role: 'backup',
  name: nameOf(name),
  recipients,
});

const DOMAINS = [
  backup('backup.example', new Set(['user'])),
  primary('example.com', new Set(['user', 'odd one'])),
  primary('open.example', 'any'),
];

function policy(given: Partial<TakingPolicy> = {}, domains = DOMAINS): TakingPolicy {
  return { kind: 'smtp', domains: ourDomains(domains), allowFrom: [], ...given };
}

const networks = (...texts: string[]) =>
  texts.map((text) => parseCidr(text)).filter((each) => !!each);

/** The address that is taken for a path, or the reply. */
function judged(path: string, by: TakingPolicy): string {
  const recipient = parseForwardPath(path);
  assert.ok(!isAddressFault(recipient), path);
  const taken = judgeRecipient(by, recipient);
  return taken.kind === 'taken' ? taken.address.text : printReply(taken.reply);
}

const noSuch = (text: string): string => `550 5.1.1 No such recipient: ${text}`;
const noRelay = (text: string): string => `550 5.7.1 No relaying: ${text} is not handled here`;

type Row = readonly [sentence: string, path: string, answer: string];

function holds(by: TakingPolicy, rows: readonly Row[]): void {
  for (const [sentence, path, answer] of rows) {
    it(`${sentence}: ${path}`, () => assert.equal(judged(path, by), answer));
  }
}

describe('the smtp listener: for our domains only', () => {
  holds(policy(), [
    ['a listed recipient', '<user@example.com>', 'user@example.com'],
    ['in any case, kept as it is', '<User@EXAMPLE.com>', 'User@EXAMPLE.com'],
    ['a quoted one', '<"Odd One"@example.com>', '"Odd One"@example.com'],
    ['an unknown one', '<nobody@example.com>', noSuch('nobody@example.com')],
    ['a part of one', '<use@example.com>', noSuch('use@example.com')],
    ['a listed one of a backup', '<user@backup.example>', 'user@backup.example'],
    [
      'an unknown one, on the backup too',
      '<nobody@backup.example>',
      noSuch('nobody@backup.example'),
    ],
    ['whoever, where every local part is one', '<whoever@open.example>', 'whoever@open.example'],
    ['never relays', '<user@example.org>', noRelay('example.org')],
    ['never relays to a domain below ours', '<user@mail.example.com>', noRelay('mail.example.com')],
    ['never relays to an address', '<user@[192.0.2.1]>', noRelay('[192.0.2.1]')],
    [
      'never relays by a percent sign',
      '<user%example.org@example.com>',
      noSuch('user%example.org@example.com'),
    ],
    ['never relays by a source route', '<@example.com:user@example.org>', noRelay('example.org')],
    [
      'never relays by a quoted address',
      '<"user@example.org"@example.com>',
      noSuch('"user@example.org"@example.com'),
    ],
  ]);

  it('from anybody', () => {
    for (const client of ['192.0.2.1', '127.0.0.1', '::1', '2001:db8::1']) {
      assert.equal(judgeClient(policy(), ip(client)), undefined);
    }
  });

  it('and relays for nobody, whatever may submit elsewhere', () => {
    const generous = policy({ allowFrom: networks('0.0.0.0/0', '::/0') });
    assert.equal(judged('<user@example.org>', generous), noRelay('example.org'));
  });
});

describe('postmaster is always taken (RFC 5321 §4.5.1)', () => {
  holds(policy(), [
    ['at a primary', '<postmaster@example.com>', 'postmaster@example.com'],
    ['at a backup', '<PostMaster@backup.example>', 'PostMaster@backup.example'],
    ['bare: that of our first primary domain', '<Postmaster>', 'postmaster@example.com'],
    ['bare, in any case', '<POSTMASTER>', 'postmaster@example.com'],
    ['not elsewhere', '<postmaster@example.org>', noRelay('example.org')],
  ]);
  it('bare, at a server that is a backup only', () => {
    const only = policy({}, [backup('backup.example', 'any')]);
    assert.equal(judged('<Postmaster>', only), 'postmaster@backup.example');
  });
  it('bare, at a server without domains: there is nobody', () => {
    assert.match(judged('<Postmaster>', policy({}, [])), /^550 5\.1\.1 /);
  });
});

describe('the submission listener', () => {
  const submission = (...allowed: string[]): TakingPolicy =>
    policy({ kind: 'submission', allowFrom: networks(...allowed) });
  const CLIENTS: readonly (readonly [client: string, allowed: readonly string[], may: boolean])[] =
    [
      ['127.0.0.1', [], false],
      ['::1', [], false],
      ['127.0.0.1', ['127.0.0.0/8'], true],
      ['::ffff:127.0.0.1', ['127.0.0.0/8'], true],
      ['::1', ['127.0.0.0/8'], false],
      ['192.0.2.1', ['127.0.0.0/8', '192.0.2.0/24'], true],
      ['198.51.100.1', ['127.0.0.0/8', '192.0.2.0/24'], false],
      ['2001:db8::1', ['2001:db8::/32'], true],
      ['2001:db9::1', ['2001:db8::/32'], false],
      ['::ffff:192.0.2.1', ['::/0'], false],
    ];
  for (const [client, allowed, may] of CLIENTS) {
    it(`${client} ${may ? 'may' : 'may not'} submit where ${allowed.join(' and ') || 'nobody'} may`, () => {
      const refusal = judgeClient(submission(...allowed), ip(client));
      assert.equal(refusal === undefined, may);
      if (refusal) assert.match(printReply(refusal), /^550 5\.7\.1 /);
    });
  }

  describe('takes mail for anybody', () => {
    holds(submission('127.0.0.0/8'), [
      ['somebody else', '<user@example.org>', 'user@example.org'],
      ['an address', '<user@[192.0.2.1]>', 'user@[192.0.2.1]'],
      ['one of ours', '<user@example.com>', 'user@example.com'],
      ['but not for unknown ones of ours', '<nobody@example.com>', noSuch('nobody@example.com')],
      ['and for postmaster', '<Postmaster>', 'postmaster@example.com'],
    ]);
  });
});
