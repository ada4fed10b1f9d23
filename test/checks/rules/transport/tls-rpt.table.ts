// The rules about TLS-RPT, as tables of scenes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rule } from '../../../../src/checks/rule.ts';
import { tlsRptRecord } from '../../../../src/checks/rules/transport/tlsrpt-record.ts';
import { tlsRptRua } from '../../../../src/checks/rules/transport/tlsrpt-rua.ts';
import { failure, outcomes, type Scene, told } from '../../../support/scene.ts';

const NAME = '_smtp._tls.example.com';
const MAIL = '@ MX 10 mail\nmail A 192.0.2.10\n';

const withTexts = (...texts: readonly string[]): Scene => ({
  zones: { 'example.com': MAIL + texts.map((text) => `_smtp._tls TXT "${text}"`).join('\n') },
});
const FAILS: Scene = { ...withTexts(), lookups: { [`${NAME} TXT`]: failure() } };
const GOOD = 'v=TLSRPTv1; rua=mailto:tls@example.com';

type Row = readonly [rule: Rule, what: string, scene: Scene, expected: readonly string[]];

const TABLE: readonly Row[] = [
  [tlsRptRecord, 'a record', withTexts(GOOD), [`pass ${NAME}`]],
  [tlsRptRecord, 'a record beside others', withTexts(GOOD, 'x'), [`pass ${NAME}`]],
  [tlsRptRecord, 'none', withTexts(), [`not-applicable ${NAME}`]],
  [tlsRptRecord, 'two', withTexts(GOOD, `${GOOD};`), [`warning ${NAME}`]],
  [tlsRptRecord, 'no rua', withTexts('v=TLSRPTv1;'), [`warning ${NAME}`]],
  [tlsRptRecord, 'a bad version', withTexts('v=TLSRPT1; rua=mailto:a@b.c'), [`warning ${NAME}`]],
  [tlsRptRecord, 'a failure', FAILS, [`unknown ${NAME}`]],
  [tlsRptRua, 'a mailbox', withTexts(GOOD), [`pass ${NAME}`, 'pass tls@example.com']],
  [tlsRptRua, 'a page', withTexts('v=TLSRPTv1; rua=https://example.net/tls'), [`pass ${NAME}`]],
  [tlsRptRua, 'no scheme', withTexts('v=TLSRPTv1; rua=tls@example.com'), [`warning ${NAME}`]],
  [
    tlsRptRua,
    'another scheme',
    withTexts('v=TLSRPTv1; rua=ftp://example.net'),
    [`warning ${NAME}`],
  ],
  [
    tlsRptRua,
    'three',
    withTexts(`${GOOD},https://a.example/,https://b.example/`),
    [`notice ${NAME}`, 'pass tls@example.com'],
  ],
  [
    tlsRptRua,
    'a domain that does not exist',
    withTexts('v=TLSRPTv1; rua=mailto:tls@gone.example.com'),
    [`pass ${NAME}`, 'warning tls@gone.example.com'],
  ],
  [tlsRptRua, 'none', withTexts(), [`not-applicable ${NAME}`]],
  [tlsRptRua, 'two', withTexts(GOOD, `${GOOD};`), [`not-applicable ${NAME}`]],
  [tlsRptRua, 'a failure', FAILS, [`unknown ${NAME}`]],
];

for (const [rule, what, scene, expected] of TABLE) {
  test(`${rule.id}: ${what}`, () => assert.deepEqual(outcomes(rule, scene), expected));
}

test('TLSRPT-RECORD names the place', () => {
  assert.deepEqual(told(tlsRptRecord, withTexts('v=TLSRPTv1; rua')), [
    `warning ${NAME}: at character 13: "rua" is no field such as rua=…`,
  ]);
});
