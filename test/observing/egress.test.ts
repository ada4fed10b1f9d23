// Whether SMTP ports can be reached: one connection to any reference is enough, and a refusal
// proves nothing.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seconds } from '../../src/base/time.ts';
import { type Egress, type EgressOptions, egressCheck } from '../../src/observing/egress.ts';
import { falseClock } from '../support/false-clock.ts';
import { type Fault, falseNetwork } from '../support/false-network.ts';
import { lookupsFrom } from '../support/lookups.ts';
import { MailHost } from '../support/mail-host.ts';
import { nameOf } from '../support/zones.ts';

const REFERENCES = ['one.example', 'two.example', 'three.example'];
const ROWS = {
  'one.example MX': 'mx.one.example backup.one.example',
  'mx.one.example A': '203.0.113.1 203.0.113.11',
  'two.example MX': 'mx.two.example',
  'mx.two.example A': '203.0.113.2',
  'mx.two.example AAAA': '2001:db8::2',
  'three.example MX': 'mx.three.example',
  'mx.three.example AAAA': '2001:db8::3',
};

interface Tried {
  readonly egress: Egress;
  readonly dialled: readonly string[];
  readonly took: number;
  readonly open: number;
}

/** Of the addresses in `faults`; nobody is at any other. */
async function tried(
  faults: Readonly<Record<string, Fault | 'well'>>,
  more: Partial<EgressOptions> = {},
): Promise<Tried> {
  const clock = falseClock();
  const network = falseNetwork(clock);
  for (const [address, fault] of Object.entries(faults)) {
    if (fault === 'well') await new MailHost().listen(network.host([address]));
    else network.set(address, fault);
  }
  const start = clock.now();
  let egress: Egress | undefined;
  let took = 0;
  void egressCheck({
    network,
    lookup: lookupsFrom(ROWS),
    port: 25,
    families: { ipv4: true, ipv6: true },
    global: ['203.0.113.0/24', '2001:db8::/32'],
    references: REFERENCES.map((each) => nameOf(each)),
    ...more,
  }).then((ended) => {
    egress = ended;
    took = clock.now() - start;
  });
  await clock.advance(seconds(11));
  assert.ok(egress, 'it ended');
  const dialled = network.dialled.map(({ to }) => `${to.address} ${to.port}`).sort();
  return { egress, dialled, took, open: network.open };
}

const HANG: Fault = { kind: 'hang' };
const REFUSE: Fault = { kind: 'refuse' };
const THREE = ['2001:db8::3 25', '203.0.113.1 25', '203.0.113.2 25'];

describe('egress', () => {
  test('is open where one reference connects, and tells each family', async () => {
    const { egress, dialled, took, open } = await tried({
      '203.0.113.1': HANG,
      '203.0.113.2': 'well',
      '2001:db8::3': HANG,
    });
    const because = 'mx.two.example 203.0.113.2:25 answered';
    const families = { ipv4: true, ipv6: false };
    assert.deepEqual([egress, took], [{ open: true, because, families }, 10_000]);
    assert.deepEqual(dialled, THREE);
    assert.equal(open, 0, 'nobody stays connected');
  });

  test('is closed where nobody can be reached; a refusal may be a firewall', async () => {
    const { egress, took } = await tried({
      '203.0.113.1': REFUSE,
      '203.0.113.2': { kind: 'unreachable' },
      '2001:db8::3': HANG,
    });
    assert.deepEqual(egress, {
      open: false,
      families: { ipv4: false, ipv6: false },
      because:
        'mx.one.example 203.0.113.1:25: connection refused; ' +
        'mx.two.example 203.0.113.2:25: no route to host; ' +
        'mx.three.example [2001:db8::3]:25: connection timed out',
    });
    assert.equal(took, 10_000);
  });

  test('ends at once where each family connects', async () => {
    const { egress, took } = await tried({ '203.0.113.1': 'well', '2001:db8::3': 'well' });
    assert.deepEqual([egress.open, egress.families, took], [true, { ipv4: true, ipv6: true }, 0]);
  });

  test('of one reference is tried at up to three of its addresses', async () => {
    const references = [nameOf('two.example'), nameOf('nowhere.example')];
    const { dialled } = await tried({}, { references });
    assert.deepEqual(dialled, ['2001:db8::2 25', '203.0.113.2 25']);
  });

  test('leaves out families without a route, and follows the port of the world', async () => {
    const families = { ipv4: true, ipv6: false };
    const { dialled } = await tried({}, { families, port: 2_525 });
    assert.deepEqual(dialled, ['203.0.113.1 2525', '203.0.113.11 2525', '203.0.113.2 2525']);
  });

  const untold: readonly (readonly [string, Partial<EgressOptions>])[] = [
    ['nothing resolves', { lookup: lookupsFrom({}) }],
    ['the DNS fails', { lookup: lookupsFrom({ 'one.example MX': 'failure' }) }],
    ['every address is private', { global: [] }],
    ['there is no reference', { references: [] }],
  ];
  for (const [what, more] of untold) {
    test(`cannot be told where ${what}`, async () => {
      const { egress, dialled } = await tried({}, more);
      assert.equal(egress.open, undefined);
      assert.match(egress.because, /^no mail host of .+ was found to try port 25 with$/);
      assert.deepEqual(dialled, []);
    });
  }

  test('asks large services where nobody chose others', async () => {
    const asked: string[] = [];
    const { references: _, ...rest } = {
      references: [],
      network: falseNetwork(falseClock()),
      port: 25,
      families: { ipv4: true, ipv6: true },
      global: [],
    };
    const lookup = lookupsFrom({});
    const { because } = await egressCheck({
      ...rest,
      lookup: (name, type) => {
        asked.push(name);
        return lookup(name, type);
      },
    });
    assert.deepEqual(asked, ['gmail.com.', 'outlook.com.', 'yahoo.com.']);
    assert.match(because, /gmail\.com, outlook\.com, yahoo\.com/);
  });
});
