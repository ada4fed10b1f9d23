// Whole checks of a domain whose name servers are broken, slow or hostile, under a false clock: each
// ends in time, asks a bounded number of questions, makes an observation of bounded size, blames
// nobody for what is only slowness, and finds what is really wrong.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Duration, milliseconds, minutes, seconds } from '../../src/base/time.ts';
import { findingsIn } from '../../src/checks/report.ts';
import type { Asked, Packet, ResourceRecord } from '../../src/dns/packet.ts';
import { TYPE } from '../../src/dns/types.ts';
import {
  assertBounded,
  type CheckPlan,
  type CheckWorld,
  checkWorld,
  HEAD,
  MAIL,
  NS1,
  NS2,
  ZONE,
} from '../support/check-world.ts';
import { a, cname, mx, ns, record } from '../support/dns-server.ts';
import { type Behaviour, refusing } from '../support/walk-world.ts';
import { nameOf } from '../support/zones.ts';

interface Case extends CheckPlan {
  readonly domain?: string;
  /** What happens to the world before it is checked. */
  readonly prepare?: (world: CheckWorld) => void;
  /** Findings that are errors or worse; nothing else must be red. */
  readonly red: readonly string[];
}

const DOMAIN = 'example.test.';
const silent: Behaviour = () => 'silence';
const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

/** The records in place of the good answer, where there are some for the question. */
const saying =
  (recordsFor: (asked: Asked) => readonly ResourceRecord[] | undefined): Behaviour =>
  ({ packet: { questions } }, good) => {
    const [asked] = questions;
    const answers = asked && recordsFor(asked);
    return answers ? { ...good, rcode: 0, answers, authority: [], additional: [] } : 'good';
  };

const changed =
  (change: (good: Packet, asked: Asked) => Packet): Behaviour =>
  ({ packet: { questions } }, good) => {
    const [asked] = questions;
    return asked ? change(good, asked) : good;
  };

function txt(owner: string, text: string): ResourceRecord {
  const bytes = Buffer.from(text, 'latin1');
  const strings = numbers(Math.ceil(bytes.length / 255)).map((at) =>
    bytes.subarray(at * 255, at * 255 + 255),
  );
  return record(owner, 'TXT', { kind: 'TXT', strings });
}

const asksTxt = ({ type, name }: Asked): boolean => type === TYPE.TXT && !name.startsWith('_');

/** Both servers answer only after so long. */
const far = (length: Duration) => (world: CheckWorld) => {
  for (const address of [NS1, NS2]) world.network.set(address, { kind: 'delay', length });
};

/** So many exchanges, `m0` and so on, and the addresses of each. */
const exchanges = (count: number, addressesOf: (at: number) => readonly string[]): Behaviour =>
  saying(({ name, type }) => {
    if (name === DOMAIN && type === TYPE.MX) {
      return numbers(count).map((at) => mx(DOMAIN, at, `m${at}.${DOMAIN}`));
    }
    const at = /^m(\d+)\./.exec(name)?.[1];
    if (at === undefined || type !== TYPE.A) return undefined;
    return addressesOf(Number(at)).map((address) => a(name, address));
  });

/** So many name servers in the zone itself; each has an address where nobody listens. */
const nameServers = (count: number): Behaviour =>
  saying(({ name, type }) => {
    if (name === DOMAIN && type === TYPE.NS) {
      return numbers(count).map((at) => ns(DOMAIN, `n${at}.${DOMAIN}`));
    }
    const at = /^n(\d+)\./.exec(name)?.[1];
    if (at === undefined || type !== TYPE.A) return undefined;
    return [a(name, `10.0.${Number(at) >> 8}.${Number(at) & 255}`)];
  });

/** Refers every name but those of the zone itself to thirty servers that nobody has heard of. */
function nowhereToEnd(): Behaviour {
  let count = 0;
  return ({ packet: { questions } }, good) => {
    const { name = nameOf('.'), type } = questions[0] ?? {};
    if (name === DOMAIN && type === TYPE.MX) {
      const answers = numbers(50).map((at) => mx(DOMAIN, at, `m.y${at}.${DOMAIN}`));
      return { ...good, rcode: 0, answers, authority: [] };
    }
    if (name === DOMAIN || /^(?:_|ns\d)/.test(name)) return good;
    const authority = numbers(30).map(() => {
      count += 1;
      return ns(name, `h${count}.z${count}.${DOMAIN}`);
    });
    return { ...good, rcode: 0, authoritative: false, answers: [], authority, additional: [] };
  };
}

/** Every name is a zone of its own, whose servers are below it, at addresses that are known. */
const everDeeper = changed((good, { name }) => {
  if (name === DOMAIN) return good;
  const hosts = numbers(13).map((at) => `g${at}.${name}`);
  const authority = hosts.map((host) => ns(name, host));
  const additional = hosts.map((host, at) => a(host, at % 2 === 0 ? NS1 : NS2));
  return { ...good, rcode: 0, authoritative: false, answers: [], authority, additional };
});

function endlessAliases(): Behaviour {
  let count = 0;
  return saying(({ name, type }) => {
    if (name === DOMAIN || type === TYPE.NS || type === TYPE.SOA) return undefined;
    count += 1;
    return [cname(name, `c${count}.${DOMAIN}`)];
  });
}

/** Ten includes in every record, and ten in each of those, never the same. */
function spfTree(): Behaviour {
  let count = 0;
  return saying((asked) => {
    if (!asksTxt(asked)) return undefined;
    const includes = numbers(10).map(() => {
      count += 1;
      return `include:s${count}.${DOMAIN.slice(0, -1)}`;
    });
    return [txt(asked.name, `v=spf1 ${includes.join(' ')} -all`)];
  });
}

const SPF_TERMS = numbers(10)
  .map((at) => `mx:m${at}x.example.test a:m${at}.example.test/24 exists:%{i}.m${at}.example.test`)
  .join(' ');

/** Names that lead to four hundred hosts each. */
const spfOfMany = saying((asked) => {
  const { name, type } = asked;
  if (asksTxt(asked)) return [txt(name, `v=spf1 ${SPF_TERMS} ptr -all`)];
  if (type !== TYPE.MX || name === DOMAIN) return undefined;
  return numbers(400).map((at) => mx(name, at, `k${at}.${name}`));
});

const manyReports = saying(({ name }) => {
  if (!name.startsWith('_dmarc.')) return undefined;
  const addresses = numbers(2_000).map((at) => `mailto:r@d${at}.test`);
  return [txt(name, `v=DMARC1; p=none; rua=${addresses.join(',')}`)];
});

const junk = numbers(230).map(() => txt('junk.example.test.', 'j'.repeat(255)));

/** Ten servers with two addresses each, and 60 KB beside every answer. */
function talkative(): CheckPlan {
  const hosts = numbers(10).map((at) => `n${at}`);
  const addresses = numbers(20).map((at) => `203.0.113.${100 + at}`);
  const lines = hosts.flatMap((host, at) => [
    `@ NS ${host}`,
    `${host} A ${addresses[2 * at]}`,
    `${host} A ${addresses[2 * at + 1]}`,
  ]);
  const zone = `${lines.join('\n')}\n${ZONE}`;
  const top = lines
    .map((line) => line.replace('@', 'example').replace(/(n\d+)( A|$)/, '$1.example$2'))
    .join('\n');
  const behaves = changed((good) => ({ ...good, additional: [...good.additional, ...junk] }));
  const zones = { 'example.test.': `${HEAD}${zone}` };
  return { top: `${top}\n`, zone, more: { [addresses.join(' ')]: { zones, behaves } } };
}

const CASES: Readonly<Record<string, Case>> = {
  'all as it should be': { red: [] },
  'silent servers': { ns1: silent, red: ['DEL-NONE critical'] },
  'one silent server': { ns1: silent, ns2: () => 'good', red: ['NS-LAME error'] },
  'servers 1.5 s away': { prepare: far(milliseconds(1_500)), red: [] },
  'servers 2.5 s away': { prepare: far(milliseconds(2_500)), red: [] },
  'bytes that are no packet': { ns1: () => Buffer.alloc(300, 0xff), red: ['DEL-NONE critical'] },
  'packets without a byte': { ns1: () => new Uint8Array(), red: ['DEL-NONE critical'] },
  'servers that refuse': { ns1: changed((good) => refusing(good)), red: ['DEL-NONE critical'] },
  'answers to another question': {
    ns1: changed((good, asked) => ({
      ...good,
      questions: [{ ...asked, name: nameOf('victim.test') }],
    })),
    red: ['DEL-NONE critical'],
  },
  'records of somebody else': {
    ns1: changed((good) => ({
      ...good,
      answers: [mx('victim.test.', 1, 'evil.test.'), a('mail.victim.test.', '192.0.2.66')],
      authority: [ns('test.', 'evil.example.test.')],
      additional: [a('a.nic.test.', '192.0.2.66')],
    })),
    red: ['DEL-NONE critical', 'DMARC-NONE error', 'MX-NONE error', 'NS-UNRESOLVED error'],
  },
  '64 KB of text at every name': {
    ns1: saying(({ name, type }) =>
      type === TYPE.TXT ? [txt(name, 'x'.repeat(64_000))] : undefined,
    ),
    red: ['DMARC-NONE error'],
  },
  '400 policies at every name': {
    ns1: saying(({ name, type }) =>
      type === TYPE.TXT
        ? numbers(400).map((at) => txt(name, `v=spf1 include:x${at}.example.test v=DMARC1`))
        : undefined,
    ),
    red: ['DMARC-NONE error', 'SPF-MULTI error'],
  },
  '60 KB beside every answer of twenty servers': { ...talkative(), red: [] },
  '500 exchanges at hosts that are not there': {
    ns1: exchanges(500, (at) => [`10.1.0.${at % 250}`]),
    red: ['SMTP-CONNECT critical', 'SPF-MX10 error'],
  },
  '500 exchanges at one address': { ns1: exchanges(500, () => [MAIL]), red: ['SPF-MX10 error'] },
  '500 exchanges at one silent address': {
    ns1: exchanges(500, () => ['10.0.0.1']),
    red: ['SMTP-CONNECT error', 'SPF-MX10 error'],
  },
  '500 exchanges at one address that never greets': {
    ns1: exchanges(500, () => [MAIL]),
    mail: { greeting: 'hang' },
    red: ['SPF-MX10 error'],
  },
  'two exchanges with 300 addresses where nobody is': {
    ns1: exchanges(2, (host) => numbers(300).map((at) => `10.${host}.${at >> 8}.${at & 255}`)),
    red: ['SMTP-CONNECT error'],
  },
  'fifty exchanges with 100 addresses where nobody is': {
    ns1: exchanges(50, (host) => numbers(100).map((at) => `10.${host}.0.${at}`)),
    red: ['SMTP-CONNECT critical', 'SPF-MX10 error'],
  },
  '300 name servers where nobody is': {
    ns1: nameServers(300),
    red: ['DEL-NS-MISMATCH error', 'NS-LAME error'],
  },
  'a delegation to ninety name servers where nobody is': {
    top: numbers(90)
      .map((at) => `example NS n${at}.example\nn${at}.example A 10.0.0.${at}\n`)
      .join(''),
    // Among thirty that are looked at nobody answers, and there was no time to be certain.
    red: [],
  },
  'names that lead to servers nobody knows, without end': {
    ns1: nowhereToEnd(),
    red: ['SPF-MX10 error'],
  },
  'zones below zones without end': { ns1: everDeeper, red: [] },
  'the same, from sixty labels below': {
    ns1: everDeeper,
    domain: `${'l.'.repeat(60)}example.test`,
    red: ['DEL-NONE critical'],
  },
  'aliases of themselves': {
    ns1: saying(({ name, type }) =>
      name === DOMAIN || type === TYPE.NS ? undefined : [cname(name, name)],
    ),
    red: [],
  },
  'aliases without end': { ns1: endlessAliases(), red: ['ZONE-CNAME-OTHER error'] },
  'an SPF tree without end': { ns1: spfTree(), red: ['SPF-LOOKUPS error'] },
  'an SPF record that leads to thousands of hosts': {
    ns1: spfOfMany,
    red: ['SPF-LOOKUPS error', 'SPF-MX10 error', 'SPF-VOID error'],
  },
  'a DMARC record with 2,000 addresses elsewhere': {
    ns1: manyReports,
    red: ['DMARC-EXTERNAL error'],
  },
  'a name forty labels below the domain': {
    domain: `${'l.'.repeat(40)}example.test`,
    red: ['DEL-NONE critical'],
  },
};

for (const [what, { domain, prepare, red, ...plan }] of Object.entries(CASES)) {
  test(`${what}: a check ends, and tells what is so`, async () => {
    const world = await checkWorld(plan);
    prepare?.(world);
    const checked = await world.check(domain);
    assertBounded(checked);
    assert.deepEqual(checked.red, red);
    // What is left under way is what nobody waits for any more, and it ends by itself.
    await world.clock.advance(minutes(1));
    assert.deepEqual([world.clock.pending, world.network.open], [0, 0]);
  });
}

test('servers four seconds away are told to be too slow, in seconds', async () => {
  const world = await checkWorld();
  far(seconds(4))(world);
  const checked = await world.check();
  assertBounded(checked);
  const told = findingsIn(checked.report)
    .map(({ verdict }) => verdict.says)
    .join();
  assert.match(told, /did not answer within 5 s|left \d+ questions unanswered/);
});
