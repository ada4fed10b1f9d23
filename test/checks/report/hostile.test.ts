// Strangers write greetings, records and pages. Whatever they write, nothing that a terminal, a log or
// a page would obey is in any text that we make of it: no control, no format character, no markup.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { IpAddress } from '../../../src/base/ip.ts';
import { showJson } from '../../../src/base/show.ts';
import { drillJson } from '../../../src/checks/drill/drill-json.ts';
import { printDrill } from '../../../src/checks/drill/drill-text.ts';
import { drillOf } from '../../../src/checks/drill/observed.ts';
import { conclude, FactBook } from '../../../src/checks/fact-book.ts';
import type { Observation } from '../../../src/checks/observation.ts';
import { compare } from '../../../src/checks/report/compare.ts';
import { printComparison } from '../../../src/checks/report/compare-text.ts';
import { evidenceLines } from '../../../src/checks/report/evidence.ts';
import { viewOf } from '../../../src/checks/report/form.ts';
import { comparisonJson, reportJson } from '../../../src/checks/report/json.ts';
import { junitForm } from '../../../src/checks/report/junit.ts';
import { markdownForm } from '../../../src/checks/report/markdown.ts';
import { printMatrix } from '../../../src/checks/report/matrix-text.ts';
import { sarifForm } from '../../../src/checks/report/sarif.ts';
import { printSpfTree } from '../../../src/checks/report/spf-tree.ts';
import { printReport } from '../../../src/checks/report/text.ts';
import { exchange, named, THE_DOMAIN } from '../../../src/checks/subject.ts';
import { finding, pass, unknownReply } from '../../../src/checks/verdict.ts';
import { printNotices } from '../../../src/checks/watch/notice-text.ts';
import { makeStyle } from '../../../src/cli/style.ts';
import { observationWith, reportWith } from '../../support/report-scenes.ts';
import { SCENE_NOW, type Scene } from '../../support/scene.ts';
import { observationOf } from '../../support/scene-observation.ts';
import { nameOf } from '../../support/zones.ts';

/** Everything that Unicode calls control, format, private, unassigned or a line end but ours. */
const OBEYED = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;

const marks = makeStyle(false);

/** Pieces that have hurt terminals, logs and pages before. */
const nasty = fc.constantFrom(
  ...['\u001b[2J', '\u001b]0;title\u0007', '\u009b31m', '\r', '\n', '\0', '\u0008', '\u007f'],
  ...['\u202e', '\u2066', '\u200b', '\ufeff', '\u00ad', '\u2028', '\ue000', '\ufdd0'],
  ...['<script>', ']]>', '&lt;', '"', "'", '`', '````', '**', '[x](http://a.test)', '@team'],
  ...['\\', '\\x1b', '|', '中文', 'é', '😀', ' '],
);
const hostile = fc
  .array(fc.oneof({ weight: 3, arbitrary: nasty }, fc.string({ maxLength: 5 })), { maxLength: 8 })
  .map((pieces) => pieces.join(''));

/** As it would come over the wire: octets, as characters of the same number. */
const octets = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
/** A reply line cannot hold what ends it. */
const inReply = (text: string): string => octets(text).replace(/[\r\n]/g, '?');
/** The same as a string of zone text. */
const inZone = (text: string): string =>
  Array.from(
    Buffer.from(text, 'utf8').subarray(0, 200),
    (byte) => `\\${String(byte).padStart(3, '0')}`,
  ).join('');

interface Strangers {
  readonly greeting: string;
  readonly reply: string;
  readonly text: string;
  readonly page: string;
}

function sceneOf({ greeting, reply, text, page }: Strangers): Scene {
  return {
    zones: {
      'example.com': [
        '@ MX 10 mail\n@ MX 20 b\nmail A 192.0.2.10\nb A 192.0.2.11',
        `@ TXT "v=spf1 include:${inZone(text)} -all"\n@ TXT "${inZone(text)}"`,
        `_dmarc TXT "v=DMARC1; p=${inZone(text)}"`,
        `_mta-sts TXT "v=STSv1; id=1"\nmta-sts A 192.0.2.80`,
        `@ CAA 0 iodef "mailto:${inZone(text)}@example.com"`,
      ].join('\n'),
    },
    hosts: {
      'mail.example.com': {
        replies: {
          greeting: `220 ${inReply(greeting)}`,
          ehlo: `250-${inReply(greeting)}\n250 ${inReply(reply)}`,
          mail: `250 ${inReply(reply)}`,
          postmaster: `550 5.1.1 ${inReply(reply)}`,
        },
      },
      'b.example.com': {
        connect: { kind: 'failed', failure: 'other', because: greeting, tookMs: 1 },
      },
    },
    pages: {
      'https://mta-sts.example.com/.well-known/mta-sts.txt': {
        kind: 'answered',
        address: '192.0.2.80' as IpAddress,
        status: 200,
        headers: { 'content-type': octets(text) },
        body: Buffer.from(`version: STSv1\nmode: ${page}\n`),
        isCut: false,
      },
    },
  };
}

const strangers: fc.Arbitrary<Strangers> = fc.record({
  greeting: hostile,
  reply: hostile,
  text: hostile,
  page: hostile,
});

/** Every text form of an observation, by its name. */
function textsOf(observation: Observation, earlier: Observation): Readonly<Record<string, string>> {
  const view = viewOf(observation);
  const { report, matrix, spf } = view;
  const before = viewOf(earlier).report;
  const changes = compare(before, report);
  const drill = conclude(drillOf(observation.about), new FactBook(observation.facts));
  assert.ok(drill.kind === 'value' && matrix && spf);
  const sarif = sarifForm({ version: '1', locate: () => undefined });
  return {
    text: printReport(report, { marks, all: true, pictures: [] }),
    matrix: printMatrix(matrix, marks),
    spf: printSpfTree(spf),
    json: showJson(reportJson(view), 2),
    junit: junitForm('info').one(view),
    sarif: sarif.begin() + sarif.one(view) + sarif.end(),
    markdown: markdownForm.one(view),
    comparison: printComparison({ before, now: report }, changes, marks),
    comparisonJson: showJson(comparisonJson(before, report, changes)),
    drill: printDrill(drill.value, marks),
    drillJson: showJson(drillJson(drill.value)),
    evidence: observation.facts
      .flatMap(({ id }) => evidenceLines(observation, id) ?? [`no ${id}`])
      .join('\n'),
  };
}

describe('what strangers say', () => {
  test('reaches no text raw', () => {
    const earlier = observationOf(sceneOf({ greeting: '', reply: '', text: '', page: '' }));
    fc.assert(
      fc.property(strangers, (said) => {
        const texts = textsOf(observationOf(sceneOf(said)), earlier);
        for (const [form, text] of Object.entries(texts)) {
          const found = OBEYED.exec(text);
          assert.equal(found, null, `${form} at ${found?.index}: ${JSON.stringify(found?.[0])}`);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('is there all the same: it is made safe, not left out', () => {
    const said = { greeting: '\u001b[2J', reply: '\u202e中文', text: '\u009b', page: '\u0007' };
    const texts = textsOf(observationOf(sceneOf(said)), observationOf(sceneOf(said)));
    assert.match(texts.evidence ?? '', /220 \\x1b\[2J/);
    assert.match(texts.evidence ?? '', /5\.1\.1 \\xe2\\x80\\xae中文/);
    assert.match(texts.text ?? '', /\\xe2\\x80\\xae中文/);
    assert.match(texts.spf ?? '', /include:\\xc2\\x9b/);
  });

  const anywhere = fc.record({ says: hostile, subject: hostile, mend: hostile, reply: hostile });

  test('is safe in every place of a verdict', () => {
    fc.assert(
      fc.property(anywhere, ({ says, subject, mend, reply }) => {
        const report = reportWith(
          observationWith(),
          [
            'R-ONE',
            'error',
            finding(named(subject), says, { actor: 'other', mend: { kind: 'record', text: mend } }),
          ],
          [
            'R-TWO',
            'info',
            finding(THE_DOMAIN, says, { actor: 'other', mend: { kind: 'setting', text: mend } }),
          ],
          ['R-THREE', 'info', unknownReply(named(subject), says, { code: 450, lines: [reply] })],
          ['R-FOUR', 'info', pass(exchange(nameOf('mail.example.com')), says)],
        );
        const none = reportWith(observationWith());
        const sarif = sarifForm({ version: '1', locate: () => undefined });
        const texts = [
          printReport(report, { marks, all: true, pictures: [] }),
          printComparison({ before: none, now: report }, compare(none, report), marks),
          printComparison({ before: report, now: none }, compare(report, none), marks),
          junitForm('info').one({ report }),
          sarif.one({ report }),
          markdownForm.one({ report }),
        ];
        for (const text of texts) assert.doesNotMatch(text, OBEYED);
      }),
    );
  });

  test('cannot end an element or an attribute of XML', () => {
    fc.assert(
      fc.property(hostile, (says) => {
        const verdict = finding(named(says), says, { actor: 'other' });
        const report = reportWith(observationWith(), ['R-ONE', 'error', verdict]);
        const [line = ''] =
          junitForm('error')
            .one({ report })
            .match(/ {4}<testcase .*/s) ?? [];
        const shape = line.replace(/"[^"<>]*"/g, '""').replace(/>[^<>]+</g, '><');
        assert.match(
          shape,
          /^ {4}<testcase name="" classname="" time=""><failure type="" message=""><\/failure><\/testcase><system-out\/>/,
        );
        assert.doesNotMatch(line, /&(?!(?:amp|lt|gt|quot);)/);
      }),
    );
  });

  test('cannot become markup, a link or a call in Markdown', () => {
    const said = [
      ['<b>*x*</b> _y_ [a](b)', '\\<b\\>\\*x\\*\\</b\\> \\_y\\_ \\[a\\]\\(b\\)'],
      ['see http://a.test/`x` now', "see `http://a.test/'x'` now"],
      ['ask @team or #12 or www.a.test', 'ask `@team` or `#12` or `www.a.test`'],
      ['1 | 2 ~ 3 \\', '1 \\| 2 \\~ 3 \\\\\\\\'],
    ];
    for (const [says = '', expected = ''] of said) {
      const verdict = finding(THE_DOMAIN, says, { actor: 'other' });
      const report = reportWith(observationWith(), ['R-ONE', 'error', verdict]);
      const text = markdownForm.one({ report });
      assert.ok(text.includes(`: ${expected}\n`), text);
    }
  });

  test('cannot leave its block in Markdown', () => {
    const mend = { kind: 'record', text: 'a\n````\n# b' } as const;
    const verdict = finding(THE_DOMAIN, 'x', { actor: 'other', mend });
    const report = reportWith(observationWith(), ['R-ONE', 'error', verdict]);
    assert.equal(markdownForm.one({ report }).match(/````/g)?.length, 2);
  });

  test('is safe in the mail that a watch sends', () => {
    const said = { rule: 'R-ONE', severity: 'error', since: SCENE_NOW, times: 1 } as const;
    fc.assert(
      fc.property(anywhere, ({ says, subject, mend, reply }) => {
        const where = { domain: subject, at: SCENE_NOW };
        const { subject: line, body } = printNotices(subject, [
          { kind: 'broken', ...where, ...said, subject, says, mend },
          { kind: 'recovered', ...where, ...said, subject, says },
          { kind: 'changed', ...where, record: subject, before: [says], now: [reply] },
        ]);
        const alone = printNotices(subject, [{ kind: 'worse', ...where, ...said, subject, says }]);
        for (const text of [line, alone.subject]) assert.doesNotMatch(`${text}`, /\n/);
        for (const text of [line, body, alone.subject]) assert.doesNotMatch(text, OBEYED);
      }),
    );
  });
});
