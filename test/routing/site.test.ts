// Domains that lead to the same hosts are one site, whatever the moment and the shuffle.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Route, route } from '../../src/routing/route.ts';
import { siteOf } from '../../src/routing/site.ts';
import { badHost, type QuestionText, question } from '../support/routing.ts';

const host = (number: number): string => `mx${number}.example.net`;
const at = Object.fromEntries(
  Array.from({ length: 8 }, (_, number) => [host(number), `192.0.2.${number + 1}`]),
);
const equals: QuestionText = {
  mx: Array.from({ length: 8 }, (_, number) => [10, host(number)] as const),
  at,
};

function siteFor(text: QuestionText): string {
  const decided: Route = route(question(text));
  assert.equal(decided.kind, 'hosts');
  return decided.kind === 'hosts' ? siteOf(decided.targets, decided.left) : '';
}

test('it is the hosts, each once, in one order', () => {
  const two = { [host(0)]: '192.0.2.1 2001:db8::1', [host(1)]: '192.0.2.2' };
  const expected = `${host(0)} ${host(1)}`;
  assert.equal(
    siteFor({
      mx: [
        [10, host(1)],
        [20, host(0)],
      ],
      at: two,
    }),
    expected,
  );
  assert.equal(
    siteFor({
      domain: 'example.org',
      mx: [
        [5, host(0)],
        [5, host(1)],
      ],
      at: two,
    }),
    expected,
  );
});

test('other hosts are another site', () => {
  assert.notEqual(siteFor({ mx: [[10, host(0)]], at }), siteFor({ mx: [[10, host(1)]], at }));
});

test('which hosts are tried this time does not matter', () => {
  const sites = new Set(Array.from({ length: 50 }, (_, seed) => siteFor({ ...equals, seed })));
  assert.equal(sites.size, 1, 'the shuffle');
  assert.ok(sites.has(siteFor({ ...equals, bad: [badHost('192.0.2.3', 60)] })), 'the memory');
  assert.ok(sites.has(siteFor({ ...equals, at: { ...at, [host(4)]: 'timeout' } })), 'the DNS');
});

test('we ourselves and those behind us do not count', () => {
  const asBackup = {
    mx: [
      [10, host(0)],
      [20, 'us.example.net'],
      [30, host(1)],
    ],
    at,
  } as const;
  assert.equal(siteFor(asBackup), siteFor({ mx: [[10, host(0)]], at }));
  assert.equal(
    siteFor({
      mx: [
        [0, '.'],
        [10, host(0)],
      ],
      at,
    }),
    host(0),
  );
});
