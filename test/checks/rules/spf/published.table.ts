// SPF-NONE, SPF-MULTI, SPF-TYPE99, SPF-SENDERID: which records a domain publishes for SPF.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpAddress } from '../../../../src/base/ip.ts';
import type { Rule } from '../../../../src/checks/rule.ts';
import { multi } from '../../../../src/checks/rules/spf/multi.ts';
import { none } from '../../../../src/checks/rules/spf/none.ts';
import { senderid } from '../../../../src/checks/rules/spf/senderid.ts';
import { type99 } from '../../../../src/checks/rules/spf/type99.ts';
import { failure, judged, outcomes, type Scene, told } from '../../../support/scene.ts';

const zone = (text: string): Scene => ({ zones: { 'example.com': text } });
const late: Scene = { ...zone(''), lookups: { 'example.com TXT': failure() } };
const gone: Scene = { zones: {} };

type Row = readonly [rule: Rule, what: string, scene: Scene, expected: readonly string[]];

const TABLE: readonly Row[] = [
  [none, 'a record passes', zone('@ TXT "v=spf1 -all"'), ['pass example.com']],
  [
    none,
    'a domain that sends nothing and says so passes',
    zone('@ MX 0 .\n@ TXT "v=spf1 -all"'),
    ['pass example.com'],
  ],
  [none, 'no TXT record is found', zone('@ MX 10 mail'), ['warning example.com']],
  [none, 'other TXT records are none', zone('@ TXT "site=1"'), ['warning example.com']],
  [none, 'a record in strings is one', zone('@ TXT "v=sp" "f1 -all"'), ['pass example.com']],
  [
    none,
    'a domain without mail is left to SPF-NOMAIL',
    zone('@ MX 0 .'),
    ['not-applicable example.com'],
  ],
  [none, 'a lookup that fails is unknown', late, ['unknown example.com']],
  [none, 'a domain that does not exist needs none', gone, ['not-applicable example.com']],

  [multi, 'one record passes', zone('@ TXT "v=spf1 -all"\n@ TXT "v=spf10"'), ['pass example.com']],
  [multi, 'two are found', zone('@ TXT "v=spf1 -all"\n@ TXT "V=SPF1 mx"'), ['error example.com']],
  [
    multi,
    'two at an included domain are found there',
    zone('@ TXT "v=spf1 include:x.example.com -all"\nx TXT "v=spf1 a"\nx TXT "v=spf1 mx"'),
    ['pass example.com', 'error x.example.com'],
  ],
  [multi, 'none are not several', zone(''), ['not-applicable example.com']],
  [multi, 'a lookup that fails is unknown', late, ['unknown example.com']],

  [type99, 'no such record passes', zone('@ TXT "v=spf1 -all"'), ['pass example.com']],
  [type99, 'one is found', zone('@ TYPE99 \\# 7 06763d73706631'), ['warning example.com']],
  [
    type99,
    'a server that does not answer for the type is unknown',
    { ...zone(''), lookups: { 'example.com SPF': failure() } },
    ['unknown example.com'],
  ],

  [senderid, 'SPF alone passes', zone('@ TXT "v=spf1 -all"'), ['pass example.com']],
  [senderid, 'Sender ID is told', zone('@ TXT "spf2.0/mfrom,pra mx -all"'), ['info example.com']],
  [senderid, 'a lookup that fails is unknown', late, ['unknown example.com']],
];

for (const [rule, what, scene, expected] of TABLE) {
  test(`${rule.id}: ${what}`, () => {
    assert.deepEqual(outcomes(rule, scene), expected);
  });
}

const mendOf = (rule: Rule, scene: Scene): string | undefined => {
  const found = judged(rule, scene).find(({ outcome }) => outcome === 'finding');
  return found?.outcome === 'finding' ? found.mend?.text : undefined;
};

test('SPF-NONE proposes a record for what is known to send', () => {
  const senders = ['192.0.2.10' as IpAddress, '2001:db8::10' as IpAddress];
  const about = { declared: { selectors: [], senders } };
  assert.equal(
    mendOf(none, { ...zone('@ MX 10 mail'), about }),
    'example.com. TXT "v=spf1 mx ip4:192.0.2.10 ip6:2001:db8::10 -all"',
  );
  assert.equal(mendOf(none, zone('')), 'example.com. TXT "v=spf1 -all"');
});

test('SPF-MULTI quotes what it found', () => {
  assert.deepEqual(told(multi, zone('@ TXT "v=spf1 -all"\n@ TXT "v=spf1 mx"')), [
    'error example.com: there are 2 SPF records: "v=spf1 -all" and "v=spf1 mx"',
  ]);
});
