// The forms in which `fingerpost check` prints: for people, for programs, for build servers.
import { FingerpostError } from '../base/errors.ts';
import { showJson, showText } from '../base/show.ts';
import type { Comparison } from '../checks/report/compare.ts';
import { printComparison } from '../checks/report/compare-text.ts';
import type { Form, View } from '../checks/report/form.ts';
import { comparisonJson, reportJson } from '../checks/report/json.ts';
import { junitForm } from '../checks/report/junit.ts';
import { markdownForm } from '../checks/report/markdown.ts';
import { printMatrix } from '../checks/report/matrix-text.ts';
import { sarifForm } from '../checks/report/sarif.ts';
import { printSpfTree } from '../checks/report/spf-tree.ts';
import { type HeadOptions, printReport } from '../checks/report/text.ts';
import type { Report } from '../checks/report.ts';
import { SEVERITIES, type Severity } from '../checks/verdict.ts';
import type { Call } from './call.ts';
import { zoneLines } from './zone-lines.ts';

/** The form that `--format` or `--json` asks for. Throws `USAGE` for an unknown one. */
export function formOf(call: Call): Form {
  const given = formatOf(call);
  const make = FORMS.get(given);
  if (make) return make(call);
  const known = [...FORMS.keys()].join(', ');
  throw new FingerpostError('USAGE', `--format is one of ${known}`, { given });
}

function formatOf(call: Call): string {
  const given = call.text('format');
  if (!call.json) return given ?? 'text';
  if (given === undefined || given === 'json') return 'json';
  throw new FingerpostError('USAGE', `--json and --format ${showText(given)} do not go together`);
}

const FORMS: ReadonlyMap<string, (call: Call) => Form> = new Map([
  ['text', textForm],
  ['json', jsonForm],
  ['junit', (call) => junitForm(failOnOf(call))],
  ['sarif', (call) => sarifForm({ version: call.around.version, locate: zoneLines(call) })],
  ['markdown', () => markdownForm],
]);

/** What changed, in the form that is asked for. Throws `USAGE` for one that it does not have. */
export function comparisonForm(
  call: Call,
): (reports: { readonly before: Report; readonly now: Report }, changes: Comparison) => string {
  switch (formatOf(call)) {
    case 'text':
      return (reports, changes) => printComparison(reports, changes, call.style);
    case 'json':
      return ({ before, now }, changes) => `${showJson(comparisonJson(before, now, changes), 2)}\n`;
    default:
      throw new FingerpostError('USAGE', '--since is told as text or json');
  }
}

function textForm(call: Call): Form {
  let isFirst = true;
  return {
    begin: () => '',
    one(view) {
      const between = isFirst ? '' : '\n';
      isFirst = false;
      const options = { marks: call.style, all: call.isSet('all') };
      const pictures = picturesOf(view, options);
      return `${between}${printReport(view.report, { ...options, pictures })}`;
    },
    end: () => '',
  };
}

/** The exchanges; and SPF, where its record leads on to others or cannot be read. */
function picturesOf({ matrix, spf }: View, { marks, all }: HeadOptions): readonly string[] {
  const exchanges = matrix ? [printMatrix(matrix, marks)] : [];
  if (spf?.root.kind !== 'record') return exchanges;
  const isPlain = spf.lookups === 0 && spf.root.record.faults.length === 0;
  if (isPlain && !all) return exchanges;
  return [...exchanges, `${marks.strong('SPF, as receivers count it')}\n${printSpfTree(spf)}`];
}

/** One report alone is an object; several are a list. */
function jsonForm(call: Call): Form {
  const isList = call.text('file') !== undefined || call.operands.length > 1;
  let isFirst = true;
  return {
    begin: () => (isList ? '[\n' : ''),
    one(view) {
      const between = isFirst ? '' : ',\n';
      isFirst = false;
      return `${between}${showJson(reportJson(view), 2)}${isList ? '' : '\n'}`;
    },
    end: () => (isList ? '\n]\n' : ''),
  };
}

/** `--fail-on`. Throws `USAGE` for a word that is no severity. */
export function failOnOf(call: Call): Severity {
  const given = call.text('failOn') ?? 'error';
  const known = SEVERITIES.find((each) => each === given);
  if (known) return known;
  throw new FingerpostError('USAGE', `--fail-on is one of ${SEVERITIES.join(', ')}`, { given });
}
