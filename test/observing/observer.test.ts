// The observer: every want is answered once, inquiries do not wait for each other, and an end always
// comes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpAddress } from '../../src/base/ip.ts';
import { minutes, seconds } from '../../src/base/time.ts';
import type { About } from '../../src/checks/about.ts';
import type { RecordedFact } from '../../src/checks/fact.ts';
import { type Inquiry, lookup } from '../../src/checks/inquiry.ts';
import { printObservation, readObservation } from '../../src/checks/observation.ts';
import { keyOf } from '../../src/checks/want.ts';
import { TYPE } from '../../src/dns/types.ts';
import { type Gather, observe } from '../../src/observing/observer.ts';
import { falseClock } from '../support/false-clock.ts';
import { aboutOf, failure } from '../support/scene.ts';
import { nameOf } from '../support/zones.ts';

type Begin = (about: About) => Inquiry<unknown>;

const asks = (...names: readonly string[]): Begin =>
  function* () {
    for (const name of names) yield* lookup(nameOf(name), TYPE.MX);
  };

/** Answers every lookup with a failure, once `delay` lets it. */
function recorder(delay: (key: string) => Promise<void> = async () => {}) {
  const asked: string[] = [];
  const gather: Gather = async (about, want, id) => {
    asked.push(keyOf(want));
    await delay(keyOf(want));
    assert.ok(want.kind === 'lookup');
    return { kind: 'lookup', id, want, at: about.now, tookMs: 1, lookup: failure() };
  };
  return { asked, gather };
}

const idsOf = (facts: readonly RecordedFact[]): readonly string[] =>
  facts.map(({ id, want }) => `${id} ${keyOf(want)}`);

function aboutNow() {
  const clock = falseClock();
  return { clock, about: aboutOf({ now: clock.now() }) };
}

test('what several want is asked once, and facts stand in the order of wanting', async () => {
  const { clock, about } = aboutNow();
  const { asked, gather } = recorder();
  const inquiries = [asks('a.test', 'b.test'), asks('a.test', 'c.test'), asks('A.TEST')];
  const seen = await observe(about, { clock, gather, inquiries, version: '1' });
  assert.deepEqual(asked.toSorted(), [
    'lookup a.test. MX',
    'lookup b.test. MX',
    'lookup c.test. MX',
  ]);
  assert.deepEqual(idsOf(seen.facts), [
    'L1 lookup a.test. MX',
    'L2 lookup b.test. MX',
    'L3 lookup c.test. MX',
  ]);
});

test('an inquiry goes on while another waits', async () => {
  const { clock, about } = aboutNow();
  const slow = Promise.withResolvers<void>();
  const { asked, gather } = recorder((key) =>
    key.includes('slow') ? slow.promise : Promise.resolve(),
  );
  const inquiries = [asks('slow.test', 'after.test'), asks('a.test', 'b.test', 'c.test')];
  const seen = observe(about, { clock, gather, inquiries, version: '1' });
  for (let turns = 0; turns < 50; turns += 1) await Promise.resolve();
  assert.deepEqual(
    asked.map((key) => key.split(' ')[1]),
    ['slow.test.', 'a.test.', 'b.test.', 'c.test.'],
  );
  slow.resolve();
  assert.equal((await seen).facts.length, 5);
});

test('an inquiry that throws harms nobody else', async () => {
  const { clock, about } = aboutNow();
  const { gather } = recorder();
  const broken: Begin = () => {
    throw new TypeError('a mistake');
  };
  const seen = await observe(about, {
    clock,
    gather,
    inquiries: [broken, asks('a.test')],
    version: '1',
  });
  assert.equal(seen.facts.length, 1);
});

test('nothing is asked after the deadline, nor more than the limit', async () => {
  const { clock, about } = aboutNow();
  const endless: Begin = function* () {
    for (let at = 0; ; at += 1) yield* lookup(nameOf(`n${at}.test`), TYPE.MX);
  };
  const many = await observe(about, {
    clock,
    gather: recorder().gather,
    inquiries: [endless],
    version: '1',
    limits: { wantsMax: 7 },
  });
  assert.equal(many.facts.length, 7);
  const { gather } = recorder(async () => void (await clock.advance(seconds(20))));
  const late = await observe(about, {
    clock,
    gather,
    inquiries: [endless],
    version: '1',
    limits: { deadline: minutes(1) },
  });
  assert.equal(late.facts.length, 3);
});

test('progress tells what is waited for', async () => {
  const { clock, about } = aboutNow();
  const told: string[] = [];
  await observe(about, {
    clock,
    gather: recorder().gather,
    inquiries: [asks('a.test')],
    version: '1',
    progress: ({ answered, wanted, waitingFor }) =>
      told.push(`${answered}/${wanted} ${waitingFor.join()}`),
  });
  assert.deepEqual(told.at(0)?.split(' ').slice(1).join(' '), 'lookup a.test. MX');
  assert.equal(told.at(-1), '1/1 ');
});

test('a saved observation is read as what it was, bytes included', async () => {
  const { clock, about } = aboutNow();
  const { gather } = recorder();
  const seen = await observe(about, { clock, gather, inquiries: [asks('a.test')], version: '1' });
  const page: RecordedFact = {
    kind: 'page',
    id: 'P1',
    want: { kind: 'page', url: 'https://a.test/' },
    at: about.now,
    tookMs: 1,
    page: {
      kind: 'answered',
      address: '192.0.2.1' as IpAddress,
      status: 200,
      headers: {},
      body: Uint8Array.of(0, 255),
      isCut: false,
    },
  };
  const whole = { ...seen, facts: [...seen.facts, page] };
  assert.deepEqual(readObservation(printObservation(whole)), whole);
});

for (const [text, because] of [
  ['{', /not JSON/],
  ['{}', /no observation/],
  ['null', /no observation/],
  ['[]', /no observation/],
  ['{"format":"fingerpost-observation-9"}', /fingerpost-observation-9/],
] as const) {
  test(`${text} is no observation, and it is said why`, () => {
    const read = readObservation(text);
    assert.ok('because' in read);
    assert.match(read.because, because);
  });
}

test('of many wants at once all are asked or none', async () => {
  const { clock, about } = aboutNow();
  const { asked, gather } = recorder();
  const greedy: Begin = function* () {
    yield numbersTo(5).map((at) => {
      return { kind: 'lookup', name: nameOf(`n${at}.test`), type: TYPE.MX } as const;
    });
  };
  const inquiries = [asks('a.test'), greedy, asks('a.test', 'b.test')];
  await observe(about, { clock, gather, inquiries, version: '1', limits: { wantsMax: 5 } });
  assert.deepEqual(asked, ['lookup a.test. MX', 'lookup b.test. MX']);
});

const numbersTo = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, at) => at);

/** A fact of every kind, each of which holds a good kilobyte from a stranger. */
const LARGE: readonly ((about: About) => Record<string, unknown>)[] = [
  ({ domain: name }) => ({ want: { kind: 'lookup', name, type: TYPE.TXT }, lookup: records() }),
  ({ domain: name }) => ({ want: { kind: 'resolved', name, type: TYPE.TXT }, lookup: records() }),
  ({ domain: name }) => ({
    want: { kind: 'zone', name },
    delegation: { kind: 'failure', failure: 'refused', at: name, because: 'x'.repeat(1_000) },
  }),
  ({ domain: name }) => ({
    want: { kind: 'answers', name, type: TYPE.TXT, by: 'udp' },
    answers: [],
    because: 'x'.repeat(1_000),
  }),
  ({ domain: host }) => ({
    want: { kind: 'dialogue', host, address: '192.0.2.1', recipients: [] },
    dialogue: {
      host: 'example.com',
      address: '192.0.2.1',
      port: 25,
      startedAt: 1,
      connect: { kind: 'connected', tookMs: 1 },
      steps: [],
      tls: { kind: 'failed', because: 'x'.repeat(1_000) },
    },
  }),
  () => ({
    want: { kind: 'page', url: 'https://example.com/' },
    page: { kind: 'failed', stage: 'tls', because: 'x'.repeat(1_000) },
  }),
  () => ({ want: { kind: 'egress' }, open: true, because: 'x'.repeat(1_000) }),
];

const records = () => ({
  kind: 'records',
  ttlSeconds: 1,
  secure: false,
  aliases: [],
  records: [{ kind: 'TXT', strings: [new Uint8Array(255), new Uint8Array(255)] }],
});

test('what strangers say is kept up to a size, and the rest says that it was left out', async () => {
  const { clock, about } = aboutNow();
  const facts = LARGE.map((make) => make(about));
  const gather: Gather = async (_, want, id) => {
    const found = facts.find((fact) => keyOf(fact.want as typeof want) === keyOf(want));
    return { kind: want.kind, id, at: about.now, tookMs: 1, ...found } as RecordedFact;
  };
  const all: Begin = function* () {
    yield facts.map(({ want }) => want as never);
  };
  const options = { clock, gather, inquiries: [all], version: '1' };
  const whole = await observe(about, options);
  const cut = await observe(about, { ...options, limits: { sizeMax: 3_000 } });
  const textOf = (fact: RecordedFact): string => JSON.stringify(fact);
  const isLeftOut = (fact: RecordedFact): boolean =>
    textOf(fact).includes('it was left out, since too much was said before');
  assert.deepEqual(whole.facts.filter(isLeftOut), []);
  const none = await observe(about, { ...options, limits: { sizeMax: 10 } });
  assert.equal(none.facts.filter(isLeftOut).length, facts.length);
  assert.ok(none.facts.every((fact) => textOf(fact).length < 400));
  const kept = cut.facts.filter((fact) => !isLeftOut(fact));
  assert.ok(kept.length > 0 && kept.length < facts.length, String(kept.length));
  for (const seen of [whole, cut, none]) {
    assert.deepEqual(
      seen.facts.map(({ want }) => keyOf(want)),
      facts.map(({ want }) => keyOf(want as never)),
    );
    assert.deepEqual(readObservation(printObservation(seen)), seen);
  }
});
