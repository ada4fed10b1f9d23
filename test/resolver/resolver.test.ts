// What a lookup brings for whatever servers do, and how often they are asked.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { between, printDuration } from '../../src/base/time.ts';
import type { Name } from '../../src/dns/name.ts';
import { RCODE } from '../../src/dns/packet.ts';
import { TYPE } from '../../src/dns/types.ts';
import type { DatagramListener, Network } from '../../src/net/network.ts';
import { createResolver } from '../../src/resolver/resolver.ts';
import {
  a,
  type Behaviours,
  cname,
  extendedError,
  mx,
  ns,
  type Script,
  soa,
} from '../support/dns-server.ts';
import { dnsWorld, endpoint, lookupInShort, seededChance } from '../support/dns-world.ts';

const DOMAIN = 'example.com.' as Name;
const ANSWER = { does: 'answer', answers: [mx('example.com.', 10, 'mail.example.com.')] } as const;
const NO_NAME = { does: 'answer', rcode: RCODE.NXDOMAIN, authority: [soa('com.')] } as const;
const REFUSED = { does: 'answer', rcode: RCODE.REFUSED } as const;
const SERVFAIL = { does: 'answer', rcode: RCODE.SERVFAIL } as const;
const SILENT = { does: 'keep silent' } as const;

/** Asks one server for the MX of example.com. */
async function askOne(said: Behaviours | Script, trustAd = false) {
  const isScript = !Array.isArray(said) && !('does' in said);
  const script = (isScript ? said : { 'example.com. MX': said }) as Script;
  const world = await dnsWorld([script], { trustAd });
  const started = world.clock.now();
  const lookup = await world.ended(world.resolver.lookup(DOMAIN, TYPE.MX));
  const took = printDuration(between(started, world.clock.now()));
  return { ...world, lookup, took, asked: world.servers[0]?.asked ?? [] };
}

const BEHAVIOURS: readonly (readonly [string, Behaviours | Script, string])[] = [
  ['records', ANSWER, 'records 10 mail.example.com. ttl 300'],
  [
    'records in another case',
    { does: 'answer', answers: [mx('EXAMPLE.com.', 10, 'mail.example.com.')] },
    'records 10 mail.example.com. ttl 300',
  ],
  [
    'records of which one lives shorter',
    { does: 'answer', answers: [mx('example.com.', 10, 'a.'), mx('example.com.', 20, 'b.', 7)] },
    'records 10 a. 20 b. ttl 7',
  ],
  [
    'records that live for ever',
    { does: 'answer', answers: [mx('example.com.', 10, 'a.', 2 ** 31 - 1)] },
    'records 10 a. ttl 86400',
  ],
  [
    'records that nobody asked for',
    {
      does: 'answer',
      answers: [mx('example.org.', 10, 'a.'), a('example.com.', '192.0.2.1')],
      authority: [soa('com.')],
    },
    'no-data ttl 60',
  ],
  ['no data', { does: 'answer', authority: [soa('example.com.', 120)] }, 'no-data ttl 120'],
  ['no data, SOA short', { does: 'answer', authority: [soa('com.', 120, 9)] }, 'no-data ttl 9'],
  [
    'no data, long',
    { does: 'answer', authority: [soa('com.', 99_999, 99_999)] },
    'no-data ttl 10800',
  ],
  ['no data, no SOA', { does: 'answer' }, 'no-data ttl 5'],
  ['no data, SOA of a stranger', { does: 'answer', authority: [soa('org.')] }, 'no-data ttl 5'],
  ['no name', NO_NAME, 'no-name ttl 60'],
  ['no name, no SOA', { does: 'answer', rcode: RCODE.NXDOMAIN }, 'no-name ttl 5'],
  ['referral', { does: 'answer', authority: [ns('example.com.', 'ns.')] }, 'failure refused'],
  [
    'no data of a server with authority that shows its name servers',
    { does: 'answer', authoritative: true, authority: [ns('example.com.', 'ns.')] },
    'no-data ttl 5',
  ],
  ['refused', REFUSED, 'failure refused'],
  ['servfail', SERVFAIL, 'failure servfail'],
  ['bogus', { ...SERVFAIL, edns: extendedError(6) }, 'failure bogus'],
  ['signature expired', { ...SERVFAIL, edns: extendedError(7) }, 'failure bogus'],
  ['no reachable authority', { ...SERVFAIL, edns: extendedError(22) }, 'failure servfail'],
  ['another code', { does: 'answer', rcode: 9 }, 'failure servfail'],
  ['an error without the question', { ...SERVFAIL, questions: [] }, 'failure servfail'],
  ['silence', SILENT, 'failure timeout'],
  ['garbage', { does: 'send', bytes: Uint8Array.of(0, 0, 0x84, 0, 0, 1, 0) }, 'failure malformed'],
  ['a single byte', { does: 'send', bytes: Uint8Array.of(1) }, 'failure timeout'],
  ['a wrong id', { ...ANSWER, does: 'answer with a wrong id' }, 'failure timeout'],
  [
    'another question',
    { ...ANSWER, questions: [{ name: 'example.org.' as Name, type: TYPE.MX, class: 1 }] },
    'failure timeout',
  ],
  ['an answer without a question', { ...ANSWER, questions: [] }, 'failure timeout'],
  ['truncation', { ...ANSWER, does: 'truncate' }, 'records 10 mail.example.com. ttl 300'],
  ['truncation, then a closed connection', { does: 'hang up' }, 'failure unreachable'],
  [
    'no EDNS, by FORMERR',
    [{ does: 'answer', rcode: RCODE.FORMERR, questions: [] }, ANSWER],
    'records 10 mail.example.com. ttl 300',
  ],
  [
    'no EDNS, by NOTIMP',
    [{ does: 'answer', rcode: RCODE.NOTIMP }, ANSWER],
    'records 10 mail.example.com. ttl 300',
  ],
  ['FORMERR always', { does: 'answer', rcode: RCODE.FORMERR }, 'failure refused'],
  [
    'an alias and its end',
    {
      does: 'answer',
      answers: [cname('example.com.', 'x.test.', 50), mx('x.test.', 10, 'a.')],
    },
    'records 10 a. ttl 50 by x.test.',
  ],
  [
    'an alias to no name',
    { ...NO_NAME, answers: [cname('example.com.', 'x.test.')], authority: [soa('test.')] },
    'no-name ttl 60 by x.test.',
  ],
  [
    'an alias to no data',
    {
      does: 'answer',
      answers: [cname('example.com.', 'x.test.', 50)],
      authority: [soa('test.')],
    },
    'no-data ttl 50 by x.test.',
  ],
  [
    'an alias that the server does not follow',
    {
      'example.com. MX': {
        does: 'answer',
        answers: [cname('example.com.', 'x.test.')],
        authority: [soa('example.com.')],
      },
      'x.test. MX': { does: 'answer', answers: [cname('x.test.', 'y.test.', 40)] },
      'y.test. MX': { does: 'answer', answers: [mx('y.test.', 10, 'a.')] },
    },
    'records 10 a. ttl 40 by x.test. y.test.',
  ],
  [
    'an alias to a name whose server fails',
    {
      'example.com. MX': { does: 'answer', answers: [cname('example.com.', 'x.test.')] },
      'x.test. MX': SERVFAIL,
    },
    'failure servfail',
  ],
  [
    'an alias to itself',
    { does: 'answer', answers: [cname('example.com.', 'EXAMPLE.com.')] },
    'failure alias-loop',
  ],
  [
    'aliases in a circle',
    {
      'example.com. MX': { does: 'answer', answers: [cname('example.com.', 'x.test.')] },
      'x.test. MX': { does: 'answer', answers: [cname('x.test.', 'example.com.')] },
    },
    'failure alias-loop',
  ],
];

for (const [title, said, expected] of BEHAVIOURS) {
  test(`lookup: ${title}`, async () => {
    assert.equal(lookupInShort((await askOne(said)).lookup), expected);
  });
}

test('eleven aliases are followed, twelve are not', async () => {
  const chain = (count: number): Script =>
    Object.fromEntries(
      Array.from({ length: count }, (_, at) => {
        const owner = at === 0 ? 'example.com.' : `n${at}.test.`;
        return [`${owner} MX`, { does: 'answer', answers: [cname(owner, `n${at + 1}.test.`)] }];
      }),
    );
  const end = (count: number): Script => ({
    [`n${count}.test. MX`]: { does: 'answer', answers: [mx(`n${count}.test.`, 10, 'a.')] },
  });
  const eleven = await askOne({ ...chain(11), ...end(11) });
  assert.match(lookupInShort(eleven.lookup), /^records 10 a\. /);
  const twelve = await askOne({ ...chain(12), ...end(12) });
  assert.equal(lookupInShort(twelve.lookup), 'failure alias-loop');
});

test('a loop is told from a long chain, in one answer and over several', async () => {
  const one = { does: 'answer', answers: [cname('example.com.', 'example.com.')] } as const;
  const several: Script = {
    'example.com. MX': { does: 'answer', answers: [cname('example.com.', 'x.test.')] },
    'x.test. MX': { does: 'answer', answers: [cname('x.test.', 'example.com.')] },
  };
  for (const said of [one, several]) {
    const { lookup } = await askOne(said);
    assert.match(lookup.kind === 'failure' ? lookup.because : '', /lead back/);
  }
});

test('the same chain in one answer has the same limit', async () => {
  const answers = Array.from({ length: 12 }, (_, at) =>
    cname(at === 0 ? 'example.com.' : `n${at}.test.`, `n${at + 1}.test.`),
  );
  const twelve = await askOne({ does: 'answer', answers: [...answers, mx('n12.test.', 1, 'a.')] });
  assert.equal(lookupInShort(twelve.lookup), 'failure alias-loop');
});

test('a query asks for recursion and AD, offers EDNS with 1232 bytes, and not DO', async () => {
  const { asked } = await askOne(ANSWER);
  const { packet } = asked[0] ?? assert.fail('nothing was asked');
  assert.equal(packet.recursionDesired, true);
  assert.equal(packet.authenticData, true);
  assert.equal(packet.checkingDisabled, false);
  assert.deepEqual(packet.edns, { version: 0, udpBytesMax: 1_232, dnssecOk: false, options: [] });
});

test('without EDNS the second query has a new id', async () => {
  const { asked } = await askOne([{ does: 'answer', rcode: RCODE.FORMERR }, ANSWER]);
  assert.deepEqual(
    asked.map(({ packet }) => packet.edns === undefined),
    [false, true],
  );
  assert.notEqual(asked[0]?.packet.id, asked[1]?.packet.id);
});

test('AD is believed only where it is to be believed', async () => {
  const proven = { ...ANSWER, authenticData: true } as const;
  assert.match(lookupInShort((await askOne(proven, true)).lookup), / secure$/);
  assert.doesNotMatch(lookupInShort((await askOne(proven, false)).lookup), /secure/);
  for (const [first, second] of [
    [true, false],
    [false, true],
  ]) {
    const half = await askOne(
      {
        'example.com. MX': {
          does: 'answer',
          answers: [cname('example.com.', 'x.test.')],
          authenticData: first,
        },
        'x.test. MX': {
          does: 'answer',
          answers: [mx('x.test.', 10, 'a.')],
          authenticData: second,
        },
      } as Script,
      true,
    );
    assert.equal(lookupInShort(half.lookup), 'records 10 a. ttl 300 by x.test.');
  }
});

test('truncation: what came by UDP is dropped, and TCP is asked', async () => {
  const { asked } = await askOne({ ...ANSWER, does: 'truncate' });
  assert.deepEqual(
    asked.map(({ by }) => by),
    ['udp', 'tcp'],
  );
});

test('a silent server is asked three times within ten seconds', async () => {
  const { asked, took, lookup } = await askOne(SILENT);
  assert.equal(asked.length, 3);
  assert.equal(took, '10 s');
  assert.equal(new Set(asked.map(({ packet }) => packet.id)).size, 3);
  assert.match(
    lookup.kind === 'failure' ? lookup.because : '',
    /198\.51\.100\.1:53 did not answer/,
  );
});

test('a server that answers at the second time of asking', async () => {
  const { took, lookup } = await askOne([SILENT, ANSWER]);
  assert.equal(lookupInShort(lookup), 'records 10 mail.example.com. ttl 300');
  assert.equal(took, '2 s');
});

test('a hanging TCP connection is given up', async () => {
  const world = await dnsWorld([{ '*': { does: 'truncate' } }]);
  world.network.set('198.51.100.1:53', { kind: 'mute' });
  const lookup = world.resolver.lookup(DOMAIN, TYPE.MX);
  const ended = await world.ended(lookup);
  assert.equal(lookupInShort(ended), 'failure timeout');
});

test('ids are those that chance gives, and each query has a port of its own', async () => {
  const world = await dnsWorld([{ '*': { does: 'answer' } }]);
  for (let at = 0; at < 50; at += 1) {
    await world.ended(world.resolver.lookup(`d${at}.test.` as Name, TYPE.MX));
  }
  const asked = world.servers[0]?.asked ?? [];
  assert.ok(new Set(asked.map(({ packet }) => packet.id)).size >= 49);
  assert.equal(new Set(asked.map(({ from }) => from.port)).size, 50);
});

/** A network in which a forger, who knows the query, answers before the server does. */
function forged(network: Network, from: string): Network {
  return {
    connect: (to, options) => network.connect(to, options),
    listen: (at, options, accepted) => network.listen(at, options, accepted),
    interfaceAddresses: () => network.interfaceAddresses(),
    async udp(at, options, listener: DatagramListener) {
      const socket = await network.udp(at, options, listener);
      return {
        at: socket.at,
        close: () => socket.close(),
        send(bytes, to) {
          const denial = Uint8Array.from(bytes);
          denial.set([0x80, RCODE.NXDOMAIN], 2);
          listener.received(denial, endpoint(from));
          socket.send(bytes, to);
        },
      };
    },
  };
}

test('a forged packet counts only from the endpoint that was asked', async () => {
  for (const [from, expected] of [
    ['198.51.100.1:53', /^no-name/],
    ['198.51.100.9:53', /^records/],
    ['198.51.100.1:5353', /^records/],
  ] as const) {
    const world = await dnsWorld([{ '*': ANSWER }]);
    const resolver = createResolver({
      network: forged(world.network, from),
      clock: world.clock,
      chance: seededChance(2),
      servers: [endpoint('198.51.100.1:53')],
    });
    const lookup = await world.ended(resolver.lookup(DOMAIN, TYPE.MX));
    assert.match(lookupInShort(lookup), expected, from);
  }
});
