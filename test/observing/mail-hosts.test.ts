// Talking to mail hosts in a false network: hosts that are well, slow, rude or silent, what is
// recorded of each, and how few connections it takes.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type IpAddress, isIpv6 } from '../../src/base/ip.ts';
import { minutes, seconds } from '../../src/base/time.ts';
import type { About } from '../../src/checks/about.ts';
import type { Connected } from '../../src/net/network.ts';
import { createMailHosts, type MailHosts } from '../../src/observing/mail-hosts.ts';
import type { ConnectSeen, Dialogue } from '../../src/smtp/probe.ts';
import { type FalseClock, falseClock } from '../support/false-clock.ts';
import { type FalseNetwork, falseNetwork } from '../support/false-network.ts';
import { MailHost, type MailScript } from '../support/mail-host.ts';
import { inShort } from '../support/probe-dialogue.ts';
import { aboutOf } from '../support/scene.ts';
import { nameOf } from '../support/zones.ts';

const GLOBAL = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32'];
const AT = '198.51.100.7' as IpAddress;
const HOST = nameOf('mail.example.com');
const STARTTLS = { extensions: ['SIZE 1000', 'STARTTLS'] };

interface Stage {
  readonly clock: FalseClock;
  readonly network: FalseNetwork;
  readonly host: MailHost;
  readonly hosts: MailHosts;
  /** The dialogue with the host, however long it takes. */
  talk(about?: Partial<About>, recipients?: readonly string[]): Promise<Dialogue>;
  ended<T>(work: Promise<T>): Promise<T>;
}

async function stage(script: MailScript = {}): Promise<Stage> {
  const clock = falseClock();
  const network = falseNetwork(clock);
  const host = new MailHost(script);
  await host.listen(network.host([AT]));
  const families = { ipv4: true, ipv6: true };
  const hello = 'us.example.net';
  const hosts = createMailHosts({ network, clock, hello, port: 25, families, global: GLOBAL });
  const ended = async <T>(work: Promise<T>): Promise<T> => {
    let isOver = false;
    void work.finally(() => {
      isOver = true;
    });
    await clock.until(() => isOver, minutes(30));
    return work;
  };
  return {
    clock,
    network,
    host,
    hosts,
    ended,
    talk: (about = { mayAskRecipients: false }, recipients = []) =>
      ended(hosts.talk(aboutOf(about), { host: HOST, address: AT }, recipients)),
  };
}

const lastOf = ({ steps }: Pick<Dialogue, 'steps'>): string => {
  const step = steps.at(-1);
  return step ? inShort(step) : 'nothing';
};

describe('a host that is well', () => {
  test('is asked what may be asked, and left politely', async () => {
    const { host, talk, clock, network } = await stage();
    const startedAt = clock.now();
    const dialogue = await talk();
    assert.deepEqual(host.commands, [
      'EHLO us.example.net',
      'MAIL FROM:<>',
      'RCPT TO:<postmaster@example.com>',
      'RCPT TO:<Postmaster>',
      'RSET',
      'QUIT',
    ]);
    const { host: name, address, port, connect } = dialogue;
    assert.deepEqual([name, address, port], ['mail.example.com', AT, 25]);
    assert.deepEqual([dialogue.startedAt, connect], [startedAt, { kind: 'connected', tookMs: 0 }]);
    assert.deepEqual([dialogue.tls, dialogue.clear], [undefined, undefined]);
    assert.equal(lastOf(dialogue), 'quit: 221 2.0.0 bye');
    assert.equal(network.open, 0);
    assert.deepEqual(host.messages, []);
  });

  test('is asked for recipients where somebody agreed', async () => {
    const { host, talk } = await stage();
    await talk({ mayAskRecipients: true, unknownRecipient: 'nobody-1' }, ['abuse@example.com']);
    assert.deepEqual(host.commands.slice(2), [
      'RCPT TO:<postmaster@example.com>',
      'RCPT TO:<Postmaster>',
      'RCPT TO:<abuse@example.com>',
      'RCPT TO:<nobody-1@example.com>',
      'RSET',
      'MAIL FROM:<postmaster@us.example.net>',
      'RCPT TO:<relay-test@example.org>',
      'RSET',
      'VRFY postmaster',
      'QUIT',
    ]);
    assert.deepEqual(host.messages, []);
  });

  test('shows its certificates, and whether they prove its name', async () => {
    const { network, talk } = await stage(STARTTLS);
    const chain = [Uint8Array.of(1, 2), Uint8Array.of(3)];
    const agreed = { kind: 'started', protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' };
    const because = 'ERR_TLS_CERT_ALTNAME_INVALID';
    for (const proof of [{ verified: true }, { verified: false, because }]) {
      network.set(AT, { kind: 'tls', tls: { kind: 'works', ...proof, chain } });
      const dialogue = await talk();
      assert.deepEqual(dialogue.tls, { ...agreed, ...proof, chain });
      assert.equal(dialogue.clear, undefined);
      assert.equal(lastOf(dialogue), 'quit: 221 2.0.0 bye');
    }
  });

  test('may take its time', async () => {
    const { network, talk } = await stage(STARTTLS);
    network.set(AT, { kind: 'delay', length: seconds(8) });
    const dialogue = await talk();
    assert.deepEqual(dialogue.connect, { kind: 'connected', tookMs: 8_000 });
    assert.equal(lastOf(dialogue), 'quit: 221 2.0.0 bye');
    const [greeting, ehlo] = dialogue.steps;
    assert.deepEqual([greeting?.atMs, greeting?.tookMs], [8_000, 8_000]);
    assert.deepEqual([ehlo?.atMs, ehlo?.tookMs], [16_000, 16_000]);
  });
});

describe('a host that is not', () => {
  const endings: readonly (readonly [string, MailScript, string])[] = [
    ['says nothing', { greeting: 'hang' }, 'greeting: no greeting within 1 min'],
    ['drops the connection', { greeting: 'drop' }, 'greeting: the host closed the connection'],
    ['does not answer MAIL', { mail: 'hang' }, 'mail: no answer to MAIL within 30 s'],
    ['drops at MAIL', { mail: 'drop' }, 'mail: the host closed the connection'],
    ['takes no mail', { greeting: '554 no mail' }, 'quit: 221 2.0.0 bye'],
    ['is busy at once', { greeting: '421 4.7.0 later' }, 'greeting: 421 4.7.0 later'],
    ['is busy at EHLO', { ehlo: '421 4.7.0 later' }, 'ehlo: 421 4.7.0 later'],
    [
      'is busy at RCPT',
      { rcpt: '421 4.7.0 later' },
      'postmaster postmaster@example.com: 421 4.7.0 later',
    ],
  ];
  for (const [what, script, ending] of endings) {
    test(`${what}: the conversation ends there`, async () => {
      const { network, talk } = await stage(script);
      const dialogue = await talk();
      assert.equal(lastOf(dialogue), ending);
      assert.equal(dialogue.connect.kind, 'connected');
      assert.equal(dialogue.clear, undefined);
      assert.equal(network.open, 0);
      assert.equal(network.dialled.length, 1);
    });
  }

  test('drags on: four minutes are enough', async () => {
    const { network, talk } = await stage(STARTTLS);
    network.set(AT, { kind: 'delay', length: seconds(14) });
    const dialogue = await talk();
    assert.match(lastOf(dialogue), /: the conversation took longer than 4 min$/);
  });

  test('refuses STARTTLS: the rest is said on a connection in clear', async () => {
    const { host, network, talk } = await stage({ ...STARTTLS, starttls: '454 4.7.0 not now' });
    const dialogue = await talk();
    assert.deepEqual(dialogue.steps.slice(-2).map(inShort), [
      'starttls: 454 4.7.0 not now',
      'quit: 221 2.0.0 bye',
    ]);
    assert.equal(dialogue.tls, undefined);
    assert.deepEqual(dialogue.clear?.connect, { kind: 'connected', tookMs: 0 });
    assert.deepEqual(
      dialogue.clear?.steps.map(({ name }) => name),
      ['greeting', 'ehlo', 'mail', 'postmaster', 'bare-postmaster', 'rset', 'quit'],
    );
    assert.equal(host.commands.filter((line) => line === 'STARTTLS').length, 1);
    assert.deepEqual([network.dialled.length, host.mostConnections], [2, 1]);
  });

  test('fails in the handshake: likewise', async () => {
    const { network, talk } = await stage(STARTTLS);
    network.set(AT, { kind: 'tls', tls: { kind: 'fails', because: 'no shared cipher' } });
    const dialogue = await talk();
    assert.deepEqual(dialogue.tls, { kind: 'failed', because: 'no shared cipher' });
    assert.equal(lastOf(dialogue), 'starttls: 220 2.0.0 go on');
    assert.ok(dialogue.clear);
    assert.equal(lastOf(dialogue.clear), 'quit: 221 2.0.0 bye');
  });

  test('says 421 on the second connection: it is left alone as well', async () => {
    const { talk, network } = await stage({
      ...STARTTLS,
      starttls: '454 4.7.0 not now',
      greeting: ['220 mx', '421 4.7.0 later'],
    });
    const dialogue = await talk();
    assert.ok(dialogue.clear);
    assert.equal(lastOf(dialogue.clear), 'greeting: 421 4.7.0 later');
    assert.equal((await talk()).connect.kind, 'not-tried');
    assert.equal(network.dialled.length, 2);
  });
});

describe('a host that said 421', () => {
  test('is left alone for a minute, and the reply is the reason', async () => {
    const { host, network, talk, clock } = await stage({ greeting: '421 4.7.0 too many' });
    await talk();
    host.says({});
    await clock.advance(seconds(59));
    const early = await talk();
    const because = 'it said 421 4.7.0 too many a moment ago';
    assert.deepEqual(early.connect, { kind: 'not-tried', because });
    assert.deepEqual(early.steps, []);
    assert.equal(network.dialled.length, 1);
    await clock.advance(seconds(1));
    assert.equal(lastOf(await talk()), 'quit: 221 2.0.0 bye');
  });

  test('is left alone by those who waited for their turn', async () => {
    const { hosts, ended, network } = await stage({ greeting: '421 4.7.0 too many' });
    const about = aboutOf();
    const place = { host: HOST, address: AT };
    const both = await ended(
      Promise.all([hosts.talk(about, place, []), hosts.talk(about, place, [])]),
    );
    assert.deepEqual(
      both.map(({ connect }) => connect.kind),
      ['connected', 'not-tried'],
    );
    assert.equal(network.dialled.length, 1);
  });
});

describe('a host that is not reached', () => {
  const failures: readonly (readonly [string, boolean, ConnectSeen['kind'] | string])[] = [
    ['connection refused', false, 'refused'],
    ['connection timed out', true, 'timeout'],
    ['connection timed out', false, 'timeout'],
    ['connection reset by peer', false, 'reset'],
    ['no route to host', false, 'unreachable'],
    ['network unreachable', false, 'unreachable'],
    ['too many open files in this program', false, 'other'],
  ];
  for (const [because, timeout, failure] of failures) {
    test(`${because}: ${failure}`, async () => {
      const clock = falseClock();
      const connect = async (): Promise<Connected> => ({ kind: 'failed', because, timeout });
      const hosts = createMailHosts({
        network: { connect },
        clock,
        hello: 'us.example.net',
        port: 25,
        families: { ipv4: true, ipv6: true },
        global: GLOBAL,
      });
      const dialogue = await hosts.talk(aboutOf(), { host: HOST, address: AT }, []);
      assert.deepEqual(dialogue.connect, { kind: 'failed', failure, because, tookMs: 0 });
      assert.deepEqual([dialogue.steps, dialogue.clear], [[], undefined]);
    });
  }

  test('is waited for a quarter of a minute', async () => {
    const { network, talk } = await stage();
    network.set(AT, { kind: 'hang' });
    assert.deepEqual((await talk()).connect, {
      kind: 'failed',
      failure: 'timeout',
      because: 'connection timed out',
      tookMs: 15_000,
    });
  });

  const untried: readonly (readonly [string, string])[] = [
    ['10.0.0.1', '10.0.0.1 is no public address: private use (RFC 1918)'],
    ['127.0.0.1', '127.0.0.1 is no public address: loopback (RFC 1122)'],
    ['::ffff:198.51.100.7', 'an IPv4 address in IPv6 form (RFC 4291)'],
    ['2001:db8::7', 'this machine has no route for IPv6'],
  ];
  test('is not even tried where it must not be', async () => {
    const { clock, network } = await stage();
    const families = { ipv4: true, ipv6: false };
    const hosts = createMailHosts({
      network,
      clock,
      hello: 'us.example.net',
      port: 25,
      families,
      global: GLOBAL,
    });
    for (const [text, because] of untried) {
      const address = text as IpAddress;
      const dialogue = await hosts.talk(aboutOf(), { host: HOST, address }, []);
      assert.ok(dialogue.connect.kind === 'not-tried');
      assert.ok(dialogue.connect.because.endsWith(because), dialogue.connect.because);
      assert.equal(dialogue.startedAt, clock.now());
    }
    assert.deepEqual(network.dialled, []);
  });
});

describe('politeness', () => {
  /** Conversations with hosts that never speak; how many of them are under way at once. */
  async function crowd(places: readonly (readonly [host: string, address: string])[]) {
    const { network, hosts, clock, ended } = await stage();
    for (const address of new Set(places.map((place) => place[1]))) {
      if (address !== AT) await new MailHost({ greeting: 'hang' }).listen(network.host([address]));
      else network.set(address, { kind: 'mute' });
    }
    const talks = places.map(([host, address]) =>
      hosts.talk(aboutOf(), { host: nameOf(host), address: address as IpAddress }, []),
    );
    await clock.settle();
    const most = network.open;
    const dialogues = await ended(Promise.all(talks));
    assert.equal(network.dialled.length, places.length);
    assert.ok(network.dialled.every(({ to }) => to.port === 25));
    assert.ok(dialogues.every((each) => lastOf(each) === 'greeting: no greeting within 1 min'));
    return most;
  }

  test('one connection at a time to an address, whoever it belongs to', async () => {
    const places = ['a.example.com', 'b.example.com', 'c.example.com'] as const;
    assert.equal(await crowd(places.map((host) => [host, AT])), 1);
  });

  test('two to a host', async () => {
    const addresses = ['198.51.100.7', '198.51.100.8', '198.51.100.9', '2001:db8::9'];
    assert.ok(addresses.some((text) => isIpv6(text as IpAddress)));
    assert.equal(await crowd(addresses.map((address) => ['mx.example.com', address])), 2);
  });

  test('thirty-two in all', async () => {
    const all = Array.from({ length: 40 }, (_, at) => [`h${at}.example.com`, `203.0.113.${at}`]);
    assert.equal(await crowd(all as [string, string][]), 32);
  });
});

test('after five minutes nobody is talked to any more, and what is under way ends', async () => {
  const { clock, hosts, host, ended } = await stage({ greeting: 'hang' });
  const started = clock.now();
  const about = aboutOf({ mayAskRecipients: false, now: started });
  const work = Array.from({ length: 12 }, (_, at) =>
    hosts.talk(about, { host: nameOf(`m${at}.example.com`), address: AT }, []),
  );
  const dialogues = await ended(Promise.all(work));
  const left = dialogues.filter(({ connect }) => connect.kind === 'not-tried');
  assert.equal(left.length, 12 - host.connections);
  assert.equal(host.connections, 6);
  assert.match(JSON.stringify(left[0]), /there was no time left for it/);
  assert.ok(clock.now() - started <= minutes(6));
});
