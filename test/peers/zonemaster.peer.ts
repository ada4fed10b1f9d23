// zonemaster-cli and `fingerpost check` on the same domains of the closed internet: whatever one
// finds in the DNS and the other does not stands in a table with its reason, and the table holds
// nothing else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whyNot } from '../support/peers/stage.ts';
import { check } from './internet/checker.ts';
import { DOMAINS } from './internet/domains.ts';
import { PROGRAMS, startInternet } from './internet/internet.ts';
import { ALONE, DIFFERENCES, TAGS } from './zonemaster/differences.ts';
import { isAboutNames, type Ours, oursIn, tagsOf } from './zonemaster/findings.ts';

const options = { skip: whyNot([...PROGRAMS, 'zonemaster-cli']), timeout: 600_000 };

/** Rules of ours that say what a tag says. */
const rulesFor = (tag: string): readonly string[] => {
  const meaning = TAGS[tag];
  return meaning && 'ours' in meaning ? meaning.ours : [];
};

interface Compared {
  /** Tags that no rule of ours answers, and rules of ours that answer no tag. */
  readonly left: readonly string[];
  /** Rows of the tables that were needed: `TAG`, `TAG RULE`, `RULE`. */
  readonly rows: readonly string[];
}

function compare(tags: ReadonlySet<string>, { noted, faults }: Ours): Compared {
  const answers = [...tags].flatMap((tag) =>
    rulesFor(tag).flatMap((rule) => (noted.has(rule) ? [{ tag, rule }] : [])),
  );
  const ofNoInterest = [...tags].filter((tag) => 'notOurs' in (TAGS[tag] ?? {}));
  const answered = new Set([...ofNoInterest, ...answers.map(({ tag }) => tag)]);
  const asked = new Set(answers.map(({ rule }) => rule));
  const unasked = [...faults].filter((rule) => !asked.has(rule));
  const alone = unasked.filter((rule) => rule in ALONE);
  const left = [
    ...[...tags].filter((tag) => !answered.has(tag)),
    ...unasked.filter((rule) => !(rule in ALONE)),
  ];
  const pairs = answers.map(({ tag, rule }) => `${tag} ${rule}`);
  return { left: left.toSorted(), rows: [...ofNoInterest, ...pairs, ...alone] };
}

/** Every row that the tables have. */
const allRows = (): readonly string[] => [
  ...Object.entries(TAGS).flatMap(([tag, meaning]) =>
    'ours' in meaning ? meaning.ours.map((rule) => `${tag} ${rule}`) : [tag],
  ),
  ...Object.keys(ALONE),
];

test('every difference from Zonemaster is explained, and no other', options, async (t) => {
  const domains = DOMAINS.filter(isAboutNames);
  const internet = await startInternet(t, { domains: DOMAINS, mail: false });
  const { reports } = await check(internet, domains);
  const tags = await tagsOf(internet, domains);
  t.diagnostic(`${domains.length} domains`);
  const needed = new Set<string>();
  for (const report of reports) {
    await t.test(report.domain, () => {
      const { left, rows } = compare(tags.get(report.domain) ?? new Set(), oursIn(report));
      for (const row of rows) needed.add(row);
      const explained = DIFFERENCES.filter(({ domain }) => domain === report.domain);
      assert.deepEqual(left, explained.map(({ found }) => found).toSorted());
    });
  }
  await t.test('no row of the tables is superfluous', () => {
    assert.deepEqual(
      allRows().filter((row) => !needed.has(row)),
      [],
    );
    const names = new Set(reports.map(({ domain }) => domain));
    assert.deepEqual(
      DIFFERENCES.filter(({ domain }) => !names.has(domain)),
      [],
    );
  });
});
