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
