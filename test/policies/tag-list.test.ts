// Tag lists (RFC 6376 §3.2) as tables, and as properties: any text is read, in linear time, and what
// is printed is read back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Lookup } from '../../src/dns/lookup.ts';
import type { RecordData } from '../../src/dns/records/record-data.ts';
import { TYPE } from '../../src/dns/types.ts';
import { parseTagList, printTagList, textsOf, txtLine } from '../../src/policies/tag-list.ts';
import { nameOf, zoneFrom } from '../support/zones.ts';

/** Any text that a TXT record can hold. */
const octets = fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1'));

const TABLE: readonly (readonly [text: string, tags: string, faults: readonly string[]])[] = [
  ['v=DKIM1; p=abc', 'v=DKIM1; p=abc', []],
  [' v = DKIM1 ;\t p = ab c ; ', 'v=DKIM1; p=ab c', []],
  ['v=DKIM1;', 'v=DKIM1', []],
  ['p=', 'p=', []],
  ['a_1=x=y', 'a_1=x=y', []],
  ['a=1; a=2', 'a=1', ['6 the tag a stands there twice']],
  ['a=1; A=2', 'a=1; A=2', []],
  ['a=1;; b=2', 'a=1; b=2', ['5 there is no tag where one is expected']],
  ['', '', ['1 there is no tag where one is expected']],
  [';', '', ['1 there is no tag where one is expected']],
  ['a=1; nonsense', 'a=1', ['6 "nonsense" has no "="']],
  ['1a=1', '', ['1 "1a" is no name of a tag']],
  ['a=x\u00e4y', '', ['4 the value of a has a character that is not printable ASCII']],
  ['a=x\u00a0', '', ['4 the value of a has a character that is not printable ASCII']],
];

for (const [text, tags, faults] of TABLE) {
  test(`the tag list ${JSON.stringify(text)}`, () => {
    const read = parseTagList(text);
    assert.equal(printTagList(read.tags), tags);
    assert.deepEqual(
      read.faults.map(({ at, because }) => `${at} ${because}`),
      faults,
    );
  });
}

test('a tag knows where its name and its value stand', () => {
  const [, second] = parseTagList('v=1;  p =  xyz').tags;
  assert.deepEqual(second, { name: 'p', value: 'xyz', at: 7, valueAt: 12 });
});

test('any text is read, and every place is within it', () => {
  fc.assert(
    fc.property(octets, (text) => {
      const { tags, faults } = parseTagList(text);
      for (const { at } of [...tags, ...faults]) assert.ok(at >= 1 && at <= text.length + 1);
      for (const { name, at } of tags) assert.ok(text.startsWith(name, at - 1));
      for (const { value, valueAt } of tags) assert.ok(text.startsWith(value, valueAt - 1));
    }),
  );
});

test('what is printed is read back', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
  const value = fc.stringMatching(/^([!-:<-~]{1,9}( [!-:<-~]{1,9})?)?$/);
  const lists = fc.uniqueArray(fc.record({ name, value }, { noNullPrototype: true }), {
    selector: (tag) => tag.name,
    minLength: 1,
  });
  fc.assert(
    fc.property(lists, (tags) => {
      const read = parseTagList(printTagList(tags));
      assert.deepEqual(read.faults, []);
      assert.deepEqual(
        read.tags.map(({ name: own, value: text }) => ({ name: own, value: text })),
        tags,
      );
    }),
  );
});

test('blanks without end cost no more than other text', () => {
  const blanks = ' '.repeat(200_000);
  assert.equal(parseTagList(`a=x${blanks}y; b=${blanks}`).tags.length, 2);
});

test('a long text is printed as strings that zone text joins again', () => {
  const name = nameOf('s1._domainkey.example.com');
  const text = `v=DKIM1; p="\\${'A'.repeat(600)}`;
  const zone = zoneFrom(`@ SOA ns x 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n${txtLine(name, text)}`);
  const records = zone.nodes.get(name)?.get(TYPE.TXT)?.data ?? [];
  const lookup: Lookup<RecordData> = {
    kind: 'records',
    records,
    ttlSeconds: 1,
    secure: false,
    aliases: [],
  };
  assert.deepEqual(textsOf(lookup), [text]);
});
