// What is gathered about a domain, and that the same facts are the same object.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { milliseconds, seconds } from '../../src/base/time.ts';
import type { Lookup } from '../../src/dns/lookup.ts';
import type { Name } from '../../src/dns/name.ts';
import { RCODE } from '../../src/dns/packet.ts';
import type { RecordData } from '../../src/dns/records/record-data.ts';
import { createMailFacts, gatherMailFacts } from '../../src/resolver/mail-facts.ts';
import type { Facts } from '../../src/routing/facts.ts';
import { a, aaaa, cname, mx, type Script, soa } from '../support/dns-server.ts';
import { dnsWorld } from '../support/dns-world.ts';
import { falseClock } from '../support/false-clock.ts';

const DOMAIN = 'example.com.' as Name;
const NO_DATA = { does: 'answer', authority: [soa('com.', 60)] } as const;
const NO_NAME = { ...NO_DATA, rcode: RCODE.NXDOMAIN } as const;
const SERVFAIL = { does: 'answer', rcode: RCODE.SERVFAIL } as const;

const EXAMPLE: Script = {
  'example.com. MX': {
    does: 'answer',
    answers: [
      mx('example.com.', 20, 'backup.example.com.'),
      mx('example.com.', 10, 'mail.example.com.'),
    ],
  },
  'mail.example.com. A': { does: 'answer', answers: [a('mail.example.com.', '192.0.2.10', 100)] },
  'mail.example.com. AAAA': {
    does: 'answer',
    answers: [aaaa('mail.example.com.', '2001:db8::10')],
  },
  'backup.example.com. A': { does: 'answer', answers: [a('backup.example.com.', '192.0.2.20')] },
  'backup.example.com. AAAA': NO_DATA,
};

const brief = (lookup: Lookup<unknown>): string =>
  lookup.kind === 'records' ? lookup.records.join(' ') : lookup.kind;

function inShort({ mx: exchanges, hosts }: Facts) {
  const mxs =
    exchanges.kind === 'records'
      ? exchanges.records.map(({ preference, host }) => `${preference} ${host}`)
      : exchanges.kind;
  return { mx: mxs, hosts: hosts.map((host) => [host.host, brief(host.ipv4), brief(host.ipv6)]) };
}

const GATHERED: readonly (readonly [string, Script, ReturnType<typeof inShort>])[] = [
  [
    'every exchange, the most preferred first',
    EXAMPLE,
    {
      mx: ['10 mail.example.com.', '20 backup.example.com.'],
      hosts: [
        ['mail.example.com.', '192.0.2.10', '2001:db8::10'],
        ['backup.example.com.', '192.0.2.20', 'no-data'],
      ],
    },
  ],
  [
    'no MX: the domain itself',
    {
      'example.com. A': { does: 'answer', answers: [a('example.com.', '192.0.2.1')] },
      '*': NO_DATA,
    },
    { mx: 'no-data', hosts: [['example.com.', '192.0.2.1', 'no-data']] },
  ],
  ['no such domain', { '*': NO_NAME }, { mx: 'no-name', hosts: [] }],
  ['the DNS fails', { '*': SERVFAIL }, { mx: 'failure', hosts: [] }],
  [
    'null MX: nobody is asked for the root',
    { 'example.com. MX': { does: 'answer', answers: [mx('example.com.', 0, '.')] } },
    { mx: ['0 .'], hosts: [] },
  ],
  [
    'the same exchange and the same address twice',
    {
      'example.com. MX': {
        does: 'answer',
        answers: [mx('example.com.', 10, 'm.test.'), mx('example.com.', 20, 'm.test.')],
      },
      'm.test. A': {
        does: 'answer',
        answers: [a('m.test.', '192.0.2.1'), a('m.test.', '192.0.2.1')],
      },
      '*': NO_DATA,
    },
    { mx: ['10 m.test.', '20 m.test.'], hosts: [['m.test.', '192.0.2.1', 'no-data']] },
  ],
  [
    'an exchange that fails, one that does not exist, one by an alias',
    {
      'example.com. MX': {
        does: 'answer',
        answers: [
          mx('example.com.', 1, 'bad.test.'),
          mx('example.com.', 2, 'gone.test.'),
          mx('example.com.', 3, 'alias.test.'),
        ],
      },
      'bad.test. A': SERVFAIL,
      'bad.test. AAAA': SERVFAIL,
      'alias.test. A': {
        does: 'answer',
        answers: [cname('alias.test.', 'real.test.'), a('real.test.', '192.0.2.3')],
      },
      'alias.test. AAAA': NO_DATA,
      '*': NO_NAME,
    },
    {
      mx: ['1 bad.test.', '2 gone.test.', '3 alias.test.'],
      hosts: [
        ['bad.test.', 'failure', 'failure'],
        ['gone.test.', 'no-name', 'no-name'],
        ['alias.test.', '192.0.2.3', 'no-data'],
      ],
    },
  ],
];

for (const [title, script, expected] of GATHERED) {
  test(`gathered: ${title}`, async () => {
    const world = await dnsWorld([script]);
    const facts = await world.ended(gatherMailFacts(world.resolver, DOMAIN));
    assert.equal(facts.domain, DOMAIN);
    assert.deepEqual(inShort(facts), expected);
  });
}

test('an exchange is the same in any case', async () => {
  const known = { ttlSeconds: 60, secure: false, aliases: [] };
  const records = ['m.test.', 'M.TEST.'].map(
    (host) => ({ kind: 'MX', preference: 10, exchange: host as Name }) as const,
  );
  const facts = await gatherMailFacts(
    {
      lookup: async (name) =>
        name === DOMAIN ? { kind: 'records', records, ...known } : { kind: 'no-data', ...known },
    },
    DOMAIN,
  );
  assert.deepEqual(inShort(facts), {
    mx: ['10 m.test.', '10 M.TEST.'],
    hosts: [['m.test.', 'no-data', 'no-data']],
  });
});

test('of very many exchanges and addresses, the first fifty count', async () => {
  const answers = Array.from({ length: 120 }, (_, at) =>
    mx('example.com.', 500 - at, `h${at}.test.`),
  );
  const addresses = Array.from({ length: 60 }, (_, at) => a('h119.test.', `192.0.2.${at}`));
  const world = await dnsWorld([
    {
      'example.com. MX': { does: 'answer', answers },
      'h119.test. A': { does: 'answer', answers: addresses },
      '*': NO_DATA,
    },
  ]);
  const facts = await world.ended(gatherMailFacts(world.resolver, DOMAIN));
  assert.equal(facts.mx.kind === 'records' && facts.mx.records.length, 100);
  assert.equal(facts.hosts.length, 50);
  assert.equal(facts.hosts[0]?.host, 'h119.test.');
  const [first] = facts.hosts;
  assert.equal(first?.ipv4.kind === 'records' && first.ipv4.records.length, 50);
});

async function factsWorld(script: Script) {
  const world = await dnsWorld([script]);
  return { ...world, factsOf: createMailFacts(world) };
}

test('facts are the same object, at once, until the first of them expires', async () => {
  const { clock, ended, factsOf } = await factsWorld(EXAMPLE);
  const first = await ended(factsOf(DOMAIN));
  await clock.advance(seconds(59));
  assert.equal(factsOf('EXAMPLE.com.' as Name), first);
  await clock.advance(seconds(1));
  const second = factsOf(DOMAIN);
  assert.ok(second instanceof Promise);
  assert.notEqual(await ended(second), first);
});

test('facts with a TTL that was half gone hold for what is left of it', async () => {
  const { clock, ended, factsOf, resolver } = await factsWorld(EXAMPLE);
  await ended(gatherMailFacts(resolver, DOMAIN));
  await clock.advance(seconds(50));
  const facts = await ended(factsOf(DOMAIN));
  await clock.advance(seconds(9));
  assert.equal(factsOf(DOMAIN), facts);
  await clock.advance(seconds(1));
  assert.ok(factsOf(DOMAIN) instanceof Promise);
});

test('a TTL counts from the first question', async () => {
  const { clock, ended, factsOf, network } = await factsWorld(EXAMPLE);
  network.set('198.51.100.1:53', { kind: 'delay', length: seconds(1) });
  const started = clock.now();
  const facts = await ended(factsOf(DOMAIN));
  const left = seconds(60 - (clock.now() - started) / 1_000);
  assert.ok(left < seconds(60));
  await clock.advance(milliseconds(left - 1));
  assert.equal(factsOf(DOMAIN), facts);
  await clock.advance(milliseconds(1));
  assert.ok(factsOf(DOMAIN) instanceof Promise);
});

test('a crowd asks once', async () => {
  const { ended, factsOf, servers } = await factsWorld(EXAMPLE);
  const crowd = Array.from({ length: 50 }, () => factsOf(DOMAIN));
  const facts = await ended(Promise.all(crowd));
  assert.equal(new Set(facts).size, 1);
  assert.equal(servers[0]?.asked.length, 5);
});

test('a failure is asked again soon', async () => {
  const { clock, ended, factsOf, servers } = await factsWorld({
    'example.com. MX': [SERVFAIL, { does: 'answer', answers: [mx('example.com.', 1, '.')] }],
  });
  const first = await ended(factsOf(DOMAIN));
  assert.equal(first.mx.kind, 'failure');
  assert.equal(factsOf(DOMAIN), first);
  await clock.advance(seconds(5));
  assert.equal((await ended(factsOf(DOMAIN))).mx.kind, 'records');
  assert.equal(servers[0]?.asked.length, 2);
});

test('a flush of the resolver is a flush of facts', async () => {
  const { ended, factsOf, resolver } = await factsWorld(EXAMPLE);
  const first = await ended(factsOf(DOMAIN));
  resolver.flush();
  assert.notEqual(await ended(factsOf(DOMAIN)), first);
});

test('facts gathered across a flush are neither shared nor kept', async () => {
  const answers: PromiseWithResolvers<Lookup<RecordData>>[] = [];
  const resolver = {
    flushes: 0,
    flush() {},
    lookup() {
      const answer = Promise.withResolvers<Lookup<RecordData>>();
      answers.push(answer);
      return answer.promise;
    },
  };
  const factsOf = createMailFacts({ resolver, clock: falseClock() });
  const early = factsOf(DOMAIN);
  resolver.flushes += 1;
  const late = factsOf(DOMAIN);
  assert.notEqual(late, early);
  const noName = { kind: 'no-name', ttlSeconds: 60, secure: false, aliases: [] } as const;
  answers[1]?.resolve(noName);
  const kept = await late;
  answers[0]?.resolve(noName);
  assert.notEqual(await early, kept);
  assert.equal(factsOf(DOMAIN), kept);
});
