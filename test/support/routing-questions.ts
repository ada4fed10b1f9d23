// Any question that may come up, and some that should not: hosts listed twice, ourselves among
// them, addresses that belong to several hosts or to nobody, lookups that failed, hosts that are
// bad.
import fc from 'fast-check';
import type { Question } from '../../src/routing/question.ts';
import { badHost, FAILURES, ip, type QuestionText, question, US } from './routing.ts';

const HOSTS = [
  ...Array.from({ length: 9 }, (_, number) => `mx${number}.example.com`),
  'us.example.net',
  '.',
];

/** Global ones twice, so that most questions have targets. */
const ADDRESSES = [
  ...Array.from({ length: 12 }, (_, last) => `192.0.2.${last}`),
  ...Array.from({ length: 12 }, (_, last) => `2001:db8::${last.toString(16)}`),
  '203.0.113.1',
  '2001:db8:ffff::1',
  '127.0.0.1',
  '10.0.0.1',
  '::1',
  '::ffff:192.0.2.1',
  'fe80::1',
].map(ip);

const someAddresses = fc.oneof(
  { weight: 8, arbitrary: fc.subarray(ADDRESSES, { maxLength: 6 }).map((list) => list.join(' ')) },
  { weight: 1, arbitrary: fc.constantFrom('no-data', 'no-name', ...FAILURES) },
);

const exchanges = fc.array(
  fc.tuple(
    fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 65_535 })),
    fc.constantFrom(...HOSTS),
  ),
  { minLength: 1, maxLength: 25 },
);

const mailExchanges: fc.Arbitrary<NonNullable<QuestionText['mx']>> = fc.oneof(
  { weight: 8, arbitrary: exchanges },
  { weight: 1, arbitrary: fc.constantFrom('no-data', 'no-name', ...FAILURES) },
);

const at = fc
  .array(someAddresses, { minLength: HOSTS.length, maxLength: HOSTS.length })
  .map((list) =>
    Object.fromEntries([...HOSTS, 'example.com'].map((host, index) => [host, list[index] ?? ''])),
  );

const bad = fc
  .array(fc.tuple(fc.constantFrom(...ADDRESSES), fc.integer({ min: -60, max: 600 })), {
    maxLength: 20,
  })
  .map((list) => list.map(([address, due]) => badHost(address, due)));

const settings = fc.record({
  addressesMax: fc.integer({ min: 1, max: 8 }),
  addressesHardMax: fc.integer({ min: 1, max: 25 }),
});

export const questions = (): fc.Arbitrary<Question> =>
  fc
    .record({
      mx: mailExchanges,
      at,
      bad,
      settings,
      seed: fc.integer({ min: 0, max: 0x7fffffff }),
      ours: fc.option(fc.constant({ role: 'backup' } as const), { nil: undefined }),
      families: fc.constantFrom(
        { ipv4: true, ipv6: true },
        { ipv4: true, ipv6: false },
        { ipv4: false, ipv6: true },
      ),
      isUsKnown: fc.boolean(),
    })
    .map(({ families, isUsKnown, ours, ...text }) =>
      question({
        ...text,
        ...(ours ? { ours } : {}),
        self: { families, addresses: isUsKnown ? US.addresses : [] },
      }),
    );
