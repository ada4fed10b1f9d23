// The code in a probe: right for its text, its address and its run, and for nothing else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newToken } from '../../src/observing/round-trip-token.ts';
import { seededChance } from '../support/dns-world.ts';

const token = newToken(seededChance(1), 'user@example.com');
const mac = token.sign('text');

test('a code is right for the text it was made of, and fits a header', () => {
  assert.equal(token.isSigned('text', mac), true);
  assert.match(mac, /^[A-Za-z0-9_-]{43}$/);
});

const WRONG: Readonly<Record<string, boolean>> = {
  'another text': token.isSigned('texT', mac),
  'another address': newToken(seededChance(1), 'other@example.com').isSigned('text', mac),
  'another run': newToken(seededChance(2), 'user@example.com').isSigned('text', mac),
  'a code that is cut': token.isSigned('text', mac.slice(0, -2)),
  'a longer code': token.isSigned('text', `${mac}AAAA`),
  'no code': token.isSigned('text', ''),
};

for (const [what, isSigned] of Object.entries(WRONG)) {
  test(`${what} is refused`, () => assert.equal(isSigned, false));
}
