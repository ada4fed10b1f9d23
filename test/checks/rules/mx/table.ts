// Tables of scenes: what a rule says of each, as outcomes and subjects.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rule } from '../../../../src/checks/rule.ts';
import { judged, outcomes, type Scene } from '../../../support/scene.ts';
import { nameOf } from '../../../support/zones.ts';

export type Row = readonly [what: string, scene: Scene, expected: readonly string[]];

/** One test for each row. */
export function table(rule: Rule, rows: readonly Row[]): void {
  for (const [what, scene, expected] of rows) {
    test(`${rule.id}: ${what}`, () => assert.deepEqual(outcomes(rule, scene), expected));
  }
}

/** A scene of which only the zone of example.com matters. */
export const zone = (text: string, more: Omit<Scene, 'zones'> = {}): Scene => ({
  zones: { 'example.com': text },
  ...more,
});

/** MX records that no zone of ours would hold: `10 192.0.2.10.` */
export const served = (...records: readonly string[]): Pick<Scene, 'lookups'> => ({
  lookups: {
    'example.com MX': {
      kind: 'records',
      ttlSeconds: 3_600,
      secure: false,
      aliases: [],
      records: records.map((record) => {
        const [preference = '', host = ''] = record.split(' ');
        return { kind: 'MX', preference: Number(preference), exchange: nameOf(host) };
      }),
    },
  },
});

/** What the findings propose to publish or to set. */
export const mends = (rule: Rule, scene: Scene): readonly string[] =>
  judged(rule, scene).flatMap((verdict) =>
    verdict.outcome === 'finding' && verdict.mend ? [verdict.mend.text] : [],
  );
