// MX-TARGET-CNAME, as a table of scenes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { targetCname } from '../../../../src/checks/rules/mx/target-cname.ts';
import { failure, outcomes, type Scene, told } from '../../../support/scene.ts';

const HOSTS = 'mail A 192.0.2.10\nother CNAME mail\n';

const TABLE: readonly (readonly [what: string, scene: Scene, expected: readonly string[]])[] = [
  [
    'a host with an address passes',
    { zones: { 'example.com': `${HOSTS}@ MX 10 mail` } },
    ['pass mail.example.com'],
  ],
  [
    'an alias is found, each exchange on its own',
    { zones: { 'example.com': `${HOSTS}@ MX 10 mail\n@ MX 20 other` } },
    ['pass mail.example.com', 'error other.example.com'],
  ],
  [
    'a host that cannot be looked up is unknown',
    {
      zones: { 'example.com': `${HOSTS}@ MX 10 mail` },
      lookups: { 'mail.example.com A': failure() },
    },
    ['unknown mail.example.com'],
  ],
  [
    'a domain without MX has no exchange to be an alias',
    { zones: { 'example.com': HOSTS } },
    ['not-applicable example.com'],
  ],
  [
    'nor has one that takes no mail',
    { zones: { 'example.com': '@ MX 0 .' } },
    ['not-applicable example.com'],
  ],
];

for (const [what, scene, expected] of TABLE) {
  test(`MX-TARGET-CNAME: ${what}`, () => {
    assert.deepEqual(outcomes(targetCname, scene), expected);
  });
}

test('MX-TARGET-CNAME names the host to put in place of the alias', () => {
  const scene = { zones: { 'example.com': `${HOSTS}@ MX 20 other` } };
  assert.deepEqual(told(targetCname, scene), [
    'error other.example.com: other.example.com is an alias of mail.example.com',
  ]);
});
