// SEC-SIGNED, SEC-VALID and SEC-RESOLVER: what our resolver proves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secResolver } from '../../../../src/checks/rules/dane/sec-resolver.ts';
import { secSigned } from '../../../../src/checks/rules/dane/sec-signed.ts';
import { secValid } from '../../../../src/checks/rules/dane/sec-valid.ts';
import type { Lookup } from '../../../../src/dns/lookup.ts';
import { failure, judged, type Scene } from '../../../support/scene.ts';
import { table } from '../delegation/rule-table.ts';
import { NOT_PROVED, PROVES_NOTHING, validating } from './resolver-scenes.ts';

const ZONES = { 'example.com': '@ MX 10 mail\nmail A 192.0.2.10' };
const PLAIN: Scene = { zones: ZONES };
const BOGUS: Lookup<never> = {
  kind: 'failure',
  failure: 'bogus',
  because: 'answered SERVFAIL (signature expired)',
};

table(secResolver, [
  ['a resolver that proves passes', PLAIN, ['pass example.com']],
  [
    'one that does not is told, and is nobody’s fault',
    { ...PLAIN, ...PROVES_NOTHING },
    'info example.com: DNSSEC and DANE are not judged, for want of a resolver that proves: ' +
      '192.0.2.1 is not on this machine',
  ],
  [
    'what could not be told is unknown',
    { ...PLAIN, ...validating(undefined, 'the resolver did not answer') },
    'unknown example.com: the resolver did not answer',
  ],
]);

table(secSigned, [
  ['a signed domain passes', { ...PLAIN, secure: ['example.com'] }, ['pass example.com']],
  ['so does one that is not', PLAIN, ['pass example.com']],
  [
    'a lookup that fails is unknown',
    { ...PLAIN, resolved: { 'example.com MX': BOGUS } },
    ['unknown example.com'],
  ],
  ['a resolver that proves nothing is no witness', { ...PLAIN, ...PROVES_NOTHING }, NOT_PROVED],
]);

test('SEC-SIGNED says which it is', () => {
  const saysOf = (scene: Scene) =>
    judged(secSigned, scene).map((verdict) => verdict.outcome === 'pass' && verdict.says);
  assert.deepEqual(saysOf({ ...PLAIN, secure: ['example.com'] }), ['example.com is signed']);
  assert.deepEqual(saysOf(PLAIN), ['example.com is not signed with DNSSEC']);
});

table(secValid, [
  ['lookups that work pass', PLAIN, ['pass example.com']],
  [
    'what cannot be proved is found, all of it as one fault',
    { ...PLAIN, resolved: { 'example.com MX': BOGUS, 'mail.example.com A': BOGUS } },
    'error example.com: example.com MX and mail.example.com A cannot be proved: ' +
      'answered SERVFAIL (signature expired)',
  ],
  [
    'hosts of others are not of this zone',
    {
      zones: { 'example.com': '@ MX 10 mail.example.net.', 'example.net': 'mail A 192.0.2.10' },
      resolved: { 'mail.example.net A': BOGUS },
    },
    ['pass example.com'],
  ],
  [
    'other failures may be our own trouble',
    { ...PLAIN, resolved: { 'mail.example.com A': failure() } },
    'unknown example.com: mail.example.com A: did not answer within 5 s',
  ],
  ['a resolver that proves nothing is no witness', { ...PLAIN, ...PROVES_NOTHING }, NOT_PROVED],
]);
