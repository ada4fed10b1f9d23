// The order of trying and the number of tries (docs/behaviour.md): lowest preference first, equals
// shuffled, families in turn, five addresses and at least one of each level, two whenever two
// exist.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { after, type Instant, seconds } from '../../src/base/time.ts';
import { afterClaim, afterFailure, asBadHost, type HostHealth } from '../../src/routing/health.ts';
import type { Question } from '../../src/routing/question.ts';
import { type Route, route } from '../../src/routing/route.ts';
import type { Target } from '../../src/routing/target.ts';
import {
  badHost,
  NOW,
  printTargets,
  type QuestionText,
  question,
  targetsOf,
} from '../support/routing.ts';
import { questions } from '../support/routing-questions.ts';

const v4 = (count: number, from = 1): string =>
  Array.from({ length: count }, (_, index) => `192.0.2.${from + index}`).join(' ');
const v6 = (count: number): string =>
  Array.from({ length: count }, (_, index) => `2001:db8::${index + 1}`).join(' ');

const isIpv6 = ({ address }: Target): boolean => address.includes(':');
const families = (targets: readonly Target[]): string =>
  targets.map((target) => (isIpv6(target) ? '6' : '4')).join('');

/** Hosts `mx0`, `mx1`, …, one for each of the texts, at these preferences. */
function exchanges(texts: readonly string[], preferences?: readonly number[]): QuestionText {
  const host = (index: number): string => `mx${index}.example.com`;
  return {
    mx: texts.map((_, index) => [preferences?.[index] ?? 10 * (index + 1), host(index)]),
    at: Object.fromEntries(texts.map((text, index) => [host(index), text])),
  };
}

const targetsFor = (text: QuestionText): readonly Target[] => targetsOf(route(question(text)));
const levelsOf = (targets: readonly Target[]): readonly (number | undefined)[] => [
  ...new Set(targets.map(({ preference }) => preference)),
];

/** How often each text comes up over many seeds. */
function tally(text: QuestionText, show: (targets: readonly Target[]) => string) {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 1_200; seed += 1) {
    const shown = show(targetsFor({ ...text, seed }));
    counts.set(shown, (counts.get(shown) ?? 0) + 1);
  }
  return counts;
}

describe('order', () => {
  it('equal hosts are shuffled by the seed, each order as likely as any other', () => {
    const three = exchanges([v4(1, 1), v4(1, 2), v4(1, 3)], [10, 10, 10]);
    const counts = tally(three, printTargets);
    assert.equal(counts.size, 6);
    for (const count of counts.values()) assert.ok(count > 140 && count < 260, `${count}`);
  });

  it('hosts are shuffled first, then their addresses: those of a host stay together', () => {
    const two = exchanges([v4(2, 1), v4(2, 3)], [10, 10]);
    const hosts = tally(two, (targets) => targets.map(({ host }) => host.slice(0, 3)).join(' '));
    assert.deepEqual([...hosts.keys()].sort(), ['mx0 mx0 mx1 mx1', 'mx1 mx1 mx0 mx0']);
    const addresses = tally(two, (targets) => targets.map(({ address }) => address).join(' '));
    assert.equal(addresses.size, 8);
  });

  it('a host with many addresses is not first more often than one with few', () => {
    const unequal = exchanges([v4(4, 1), v4(1, 5)], [10, 10]);
    const counts = tally(unequal, (targets) => targets[0]?.host ?? '');
    for (const count of counts.values()) assert.ok(count > 500 && count < 700, `${count}`);
  });

  it('preferences are never shuffled', () => {
    const two = exchanges([v4(1, 1), v4(1, 2)], [10, 11]);
    assert.deepEqual([...tally(two, (targets) => levelsOf(targets).join(' ')).keys()], ['10 11']);
  });

  it('IPv4 and IPv6 take turns within a preference', () => {
    const mixed = exchanges([`${v4(2)} ${v6(2)}`]);
    assert.deepEqual([...tally(mixed, families).keys()].sort(), ['4646', '6464']);
    const few = exchanges([`${v4(3)} ${v6(1)}`]);
    assert.deepEqual([...tally(few, families).keys()].sort(), ['4644', '6444']);
  });

  it('families take turns between hosts too', () => {
    const two = exchanges([v4(2), v6(2)], [10, 10]);
    assert.deepEqual([...tally(two, families).keys()].sort(), ['4646', '6464']);
  });
});

describe('how many are tried', () => {
  const ROWS: readonly (readonly [
    sentence: string,
    asked: QuestionText,
    levels: string,
    families: RegExp,
  ])[] = [
    ['one where one exists', exchanges([v4(1)]), '10', /^4$/],
    [
      'two whenever two exist',
      { ...exchanges([v4(2)]), settings: { addressesMax: 1 } },
      '10',
      /^44$/,
    ],
    [
      'two whenever two exist, at two levels',
      { ...exchanges([v4(3), v4(3, 4)]), settings: { addressesMax: 1 } },
      '10 20',
      /^44$/,
    ],
    ['five of one level', exchanges([v4(9)]), '10', /^4{5}$/],
    [
      'the last slot is kept for a level not yet shown',
      exchanges([v4(9), v4(9, 11)]),
      '10 20',
      /^4{5}$/,
    ],
    [
      'the last slots are kept for the levels not yet shown',
      exchanges([v4(9), v4(1, 11), v4(1, 12)]),
      '10 20 30',
      /^4{5}$/,
    ],
    [
      'the last slots fill up the lowest level first',
      exchanges([v4(1), v4(9, 11), v4(9, 21)]),
      '10 20 30',
      /^4{5}$/,
    ],
    [
      'one slot is kept for the other family',
      exchanges([v4(9), `${v4(2, 11)} ${v6(1)}`]),
      '10 20',
      /^(4446|4444)[46]$/,
    ],
    [
      'one for the other family, at the last level',
      exchanges([v4(9), v4(1, 11), v6(3)]),
      '10 20 30',
      /^44446$/,
    ],
    [
      'more than five only so that each level has one',
      exchanges(Array.from({ length: 8 }, (_, index) => v4(2, 1 + 2 * index))),
      '10 20 30 40 50 60 70 80',
      /^4{8}$/,
    ],
    [
      'twenty at the most',
      exchanges(Array.from({ length: 25 }, (_, index) => v4(1, 1 + index))),
      Array.from({ length: 20 }, (_, index) => `${10 * (index + 1)}`).join(' '),
      /^4{20}$/,
    ],
    [
      'as many levels as slots: one of them shows the other family',
      exchanges([`${v4(1)} ${v6(1)}`, v4(1, 2), v4(1, 3), v4(1, 4), v4(1, 5)]),
      '10 20 30 40 50',
      /6/,
    ],
  ];
  for (const [sentence, asked, levels, shape] of ROWS) {
    it(sentence, () => {
      for (let seed = 0; seed < 40; seed += 1) {
        const targets = targetsFor({ ...asked, seed });
        assert.equal(levelsOf(targets).join(' '), levels);
        assert.match(families(targets), shape);
        if (shape.source.includes('[46]')) assert.match(families(targets), /6/);
      }
    });
  }

  it('what finds no slot is left as surplus', () => {
    const decided = route(question(exchanges([v4(9)])));
    assert.deepEqual(decided.kind === 'hosts' && decided.left.map(({ kind }) => kind), [
      'surplus',
      'surplus',
      'surplus',
      'surplus',
    ]);
  });
});

describe('hosts that failed lately', () => {
  const both = exchanges([v4(1, 1), v4(1, 2)]);
  const addressesFor = (text: QuestionText): readonly string[] =>
    targetsFor(text).map(({ address }) => address);

  it('are skipped until their probe is due, and no longer', () => {
    const with0 = (due: number) => addressesFor({ ...both, bad: [badHost('192.0.2.1', due)] });
    assert.deepEqual(with0(1), ['192.0.2.2']);
    assert.deepEqual(with0(0), ['192.0.2.1', '192.0.2.2']);
  });

  it('say in words how long', () => {
    const decided = route(question({ ...both, bad: [badHost('192.0.2.1', 20)] }));
    assert.equal(
      decided.kind === 'hosts' && decided.left[0]?.because,
      'it failed 1 min ago (no connection: timed out); next try in 20 s',
    );
  });

  it('where all are bad the one that is due first is tried', () => {
    assert.deepEqual(
      addressesFor({ ...both, bad: [badHost('192.0.2.1', 300), badHost('192.0.2.2', 200)] }),
      ['192.0.2.2'],
    );
    assert.deepEqual(
      addressesFor({ ...both, bad: [badHost('192.0.2.1', 200), badHost('192.0.2.2', 200)] }),
      ['192.0.2.1'],
      'of equals the better preference',
    );
  });

  it('every level is reached, though all are bad and stay so', () => {
    const asked = exchanges([v4(2, 1), v4(2, 3), v4(1, 5)]);
    const health = new Map<string, HostHealth>();
    const fail = (address: Target['address'], now: Instant): void => {
      const claimed = afterClaim(health.get(address), now);
      health.set(address, afterFailure(claimed, { address, because: 'down' }, now));
    };
    let now = NOW;
    for (const { address } of targetsFor(asked)) fail(address, now);
    const tried: string[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) {
      now = after(now, seconds(5));
      const bad = [...health.values()].map(asBadHost);
      const targets = targetsFor({ ...asked, now, bad });
      assert.equal(targets.length, 1);
      for (const { address } of targets) {
        tried.push(address);
        fail(address, now);
      }
    }
    assert.deepEqual(tried.toSorted(), v4(5).split(' '), 'each once in five attempts');
  });
});

/** What could be tried, worked out apart from the code: target and left must be made of it. */
function fitAddresses(asked: Question, decided: Route): ReadonlySet<string> {
  const left = decided.kind === 'hosts' ? decided.left : [];
  const known = [
    ...targetsOf(decided),
    ...left.filter(({ kind }) => kind === 'memory' || kind === 'surplus'),
  ].map(({ address }) => address ?? '');
  const waits = new Map(asked.health.map(({ address, probeAt }) => [`${address}`, probeAt]));
  const fit = known.filter((address) => (waits.get(address) ?? 0) <= asked.now);
  return new Set(fit.length > 0 ? fit : known);
}

describe('for every question', () => {
  const holds = (check: (asked: Question, targets: readonly Target[], decided: Route) => void) =>
    fc.assert(
      fc.property(questions(), (asked) => {
        const decided = route(asked);
        check(asked, targetsOf(decided), decided);
      }),
      { numRuns: 400 },
    );
  const slotsOf = ({ settings }: Question): number => Math.max(2, settings.addressesHardMax);

  it('the order respects preference', () => {
    holds((_, targets) => {
      const numbers = targets.map(({ preference }) => preference ?? 0);
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => a - b),
      );
    });
  });

  it('no address is tried twice, and never more than the most there may be', () => {
    holds((asked, targets) => {
      assert.equal(new Set(targets.map(({ address }) => address)).size, targets.length);
      assert.ok(targets.length <= slotsOf(asked), `${targets.length}`);
    });
  });

  it('every address is either tried or left, with one reason', () => {
    holds((asked, targets, decided) => {
      const left = decided.kind === 'here' ? [] : decided.left;
      const places = [...targets, ...left.filter(({ address }) => address)].map(
        ({ host, address }) => `${host} ${address}`,
      );
      assert.equal(new Set(places).size, places.length);
      for (const each of left) assert.ok(each.because !== '');
      if (decided.kind !== 'hosts') return;
      const dropped = new Set(
        left.filter(({ kind }) => kind === 'self' || kind === 'not-better').map(({ host }) => host),
      );
      for (const { host, ipv4, ipv6 } of asked.facts?.hosts ?? []) {
        const text = host.replace(/\.$/, '');
        if (dropped.has(text)) continue;
        const all = [ipv4, ipv6].flatMap((each) => (each.kind === 'records' ? each.records : []));
        for (const address of all) assert.ok(places.includes(`${text} ${address}`), text);
      }
    });
  });

  it('two targets whenever two exist', () => {
    holds((asked, targets, decided) => {
      const fit = fitAddresses(asked, decided);
      const isAllBad = [...fit].every((address) =>
        asked.health.some((host) => host.address === address && host.probeAt > asked.now),
      );
      if (!isAllBad) assert.ok(targets.length >= Math.min(2, fit.size));
      else assert.ok(targets.length <= 1);
    });
  });

  it('each level is shown, as far as there are slots, and the slots are used', () => {
    holds((asked, targets, decided) => {
      if (decided.kind !== 'hosts') return;
      const fit = fitAddresses(asked, decided);
      const tryable = decided.left.filter(({ kind }) => kind !== 'repeated');
      const levels = new Set(
        [...decided.targets, ...tryable]
          .filter(({ address }) => fit.has(address ?? ''))
          .map(({ preference }) => preference ?? 0),
      );
      const isAllBad = targets.length === 1 && fit.size > 1;
      if (isAllBad) return;
      const slots = Math.min(Math.max(2, asked.settings.addressesMax, levels.size), slotsOf(asked));
      assert.equal(levelsOf(targets).length, Math.min(levels.size, slots));
      assert.equal(targets.length, Math.min(slots, fit.size));
    });
  });

  it('the other family is shown whenever it exists', () => {
    holds((asked, targets, decided) => {
      const fit = [...fitAddresses(asked, decided)];
      if (targets.length < 2) return;
      const exist = new Set(fit.map((address) => address.includes(':')));
      assert.equal(new Set(targets.map(isIpv6)).size, exist.size);
    });
  });
});
