// Observations as text: what was gathered comes back as it was, and other text is told apart.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  isObservation,
  type Observation,
  printObservation,
  readObservation,
} from '../../src/checks/observation.ts';
import type { RawEnding } from '../../src/dns/authority.ts';
import { observationWith, SCENES } from '../support/report-scenes.ts';
import { SCENE_NOW } from '../support/scene.ts';
import { observationOf } from '../support/scene-observation.ts';
import { nameOf } from '../support/zones.ts';

/** With one packet from one name server. */
function observed(bytes: Uint8Array): Observation {
  const name = nameOf('example.com');
  const server = { host: nameOf('ns1.example.com'), address: '192.0.2.53' as never };
  const ending: RawEnding = { kind: 'response', bytes, edns: true };
  const asked = { name, type: 15, by: 'udp' } as const;
  const times = { at: SCENE_NOW, tookMs: 1 };
  const want = { kind: 'answers', ...asked } as const;
  const answers = [{ server, ...asked, ...times, ending }];
  return observationWith([{ kind: 'answers', id: 'D1', want, ...times, answers }]);
}

describe('an observation', () => {
  test('comes back as it was, whatever kind of bytes a socket gave', () => {
    const bytes = Uint8Array.of(0, 255, 65);
    const expected = JSON.parse(JSON.stringify(observed(bytes)));
    for (const given of [bytes, Buffer.from(bytes), Buffer.from([1, ...bytes]).subarray(1)]) {
      const read = readObservation(printObservation(observed(given)));
      assert.ok(isObservation(read));
      const [fact] = read.facts;
      assert.ok(fact?.kind === 'answers');
      const ending = fact.answers[0]?.ending;
      assert.deepEqual(ending, { kind: 'response', bytes, edns: true });
      assert.deepEqual(read.about, expected.about);
    }
  });

  for (const [name, scene] of Object.entries(SCENES)) {
    test(`of everything that checks ask (${name}) comes back as it was`, () => {
      const text = printObservation(observationOf(scene));
      const read = readObservation(text);
      assert.ok(isObservation(read), 'because' in read ? read.because : '');
      assert.equal(printObservation(read), text);
    });
  }

  test('may hold more than this version knows', () => {
    const text = printObservation(observed(Uint8Array.of(1)));
    const more = text.replace('"about":{', '"later":1,"about":{"later":{"x":[]},');
    assert.ok(isObservation(readObservation(more)));
  });

  const others = [
    ['{', 'it is not JSON'],
    ['null', 'it is no observation (`fingerpost check DOMAIN --save FILE` writes one)'],
    ['[]', 'it is no observation (`fingerpost check DOMAIN --save FILE` writes one)'],
    ['{"format":"fingerpost-observation-9"}', 'its format is fingerpost-observation-9, and this'],
    ['{"format":"fingerpost-observation-1"}', 'it is damaged: it.program is missing'],
  ] as const;
  for (const [text, because] of others) {
    test(`is not ${text}`, () => {
      const read = readObservation(text);
      assert.ok(!isObservation(read));
      assert.ok(read.because.startsWith(because), read.because);
    });
  }

  const damages: readonly (readonly [from: string, to: string, because: string])[] = [
    ['"about":{', '"about":[],"x":{', 'it.about is no object'],
    ['"facts":[', '"facts":{},"x":[', 'it.facts is no list'],
    ['"kind":"answers","id"', '"kind":"rumour","id"', 'it.facts[0].kind is none of lookup, '],
    ['"id":"D1"', '"id":"../../etc"', 'it.facts[0].id is no id'],
    ['"want":{"kind":"answers"', '"want":{"kind":"page"', 'it.facts[0].want.kind is none of'],
    ['"domain":"example.com."', '"domain":"a..b"', 'it.about.domain is no domain name'],
    ['"address":"192.0.2.53"', '"address":"\\u001b[2J"', 'address is no address'],
    ['"type":15', '"type":70000', 'type is no number'],
    [`"now":${SCENE_NOW}`, '"now":1e300', 'it.about.now is no instant'],
    ['"$bytes":"AQ=="', '"$bytes":1', 'ending.bytes is no bytes'],
    ['"edns":true', '"edns":"yes"', 'ending.edns is no yes or no'],
    ['"by":"udp"', '"by":"pigeon"', 'by is no udp, tcp'],
    ['"global":["', '"global":["\\u0007', 'it.about.world.global[0] is no network'],
  ];
  for (const [from, to, because] of damages) {
    test(`is damaged where ${because}`, () => {
      const text = printObservation(observed(Uint8Array.of(1)));
      assert.ok(text.includes(from), from);
      const read = readObservation(text.replace(from, to));
      assert.ok(!isObservation(read));
      assert.ok(read.because.includes(because), read.because);
    });
  }

  test('holds records of the type that was asked for, or bytes', () => {
    const name = nameOf('example.com');
    const lookup = (record: object): Observation =>
      observationWith([
        {
          kind: 'lookup',
          id: 'L1',
          at: SCENE_NOW,
          tookMs: 1,
          want: { kind: 'lookup', name, type: 15 },
          lookup: {
            kind: 'records',
            ttlSeconds: 1,
            secure: false,
            aliases: [],
            records: [record as never],
          },
        },
      ]);
    const read = (record: object) => readObservation(printObservation(lookup(record)));
    assert.ok(isObservation(read({ kind: 'MX', preference: 1, exchange: name })));
    assert.ok(isObservation(read({ kind: 'unknown', bytes: Uint8Array.of(1) })));
    assert.ok(!isObservation(read({ kind: 'A', address: '192.0.2.1' })));
  });
});
