// Reports as SARIF 2.1.0, for code review: every finding points at the line of the zone file that
// causes it, where this program serves the zone and so knows the line; elsewhere at its subject.
import { showJson } from '../../base/show.ts';
import { hostText, type Name } from '../../dns/name.ts';
import { findingsIn, type Report, type ToldFinding, troublesIn } from '../report.ts';
import { RULES } from '../rules/all.ts';
import type { Severity } from '../verdict.ts';
import type { Form } from './form.ts';

/** A line of a file; the path is relative where it can be. */
export interface FileLine {
  readonly file: string;
  readonly line: number;
}

export interface SarifOptions {
  /** Of this program. */
  readonly version: string;
  /** The best line for a finding about a domain, if its zone is in a file here. */
  readonly locate: (domain: Name, told: ToldFinding) => FileLine | undefined;
}

/** OASIS SARIF 2.1.0 §3.27.10: none, note, warning, error. */
const LEVEL: Readonly<Record<Severity, string>> = {
  critical: 'error',
  error: 'error',
  warning: 'warning',
  notice: 'note',
  info: 'note',
};

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/** One log with one run, whatever the number of domains; results are printed as they come. */
export function sarifForm(options: SarifOptions): Form {
  let isFirst = true;
  const troubles: object[] = [];
  return {
    begin() {
      const driver = { name: 'Fingerpost', version: options.version, rules: RULES.map(ruleOf) };
      const head = JSON.stringify({ $schema: SCHEMA, version: '2.1.0' }).slice(0, -1);
      return `${head},"runs":[{"tool":${showJson({ driver })},"results":[`;
    },
    one({ report }) {
      const { domain } = report.observation.about;
      troubles.push(...notificationsOf(report));
      return findingsIn(report)
        .map((told) => {
          const between = isFirst ? '\n' : ',\n';
          isFirst = false;
          return between + showJson(resultOf(told, domain, options));
        })
        .join('');
    },
    end() {
      const invocation = {
        executionSuccessful: troubles.length === 0,
        toolExecutionNotifications: troubles,
      };
      return `\n],"invocations":[${showJson(invocation)}]}]}\n`;
    },
  };
}

/** Why what is missing among the results says nothing. */
function notificationsOf(report: Report): readonly object[] {
  const domain = hostText(report.observation.about.domain);
  return troublesIn(report).map((trouble) => ({
    level: 'warning',
    message: { text: `${domain}: ${trouble}` },
  }));
}

function ruleOf({ id, title, why, remedy, severity }: (typeof RULES)[number]): object {
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text: remedy },
    defaultConfiguration: { level: LEVEL[severity] },
  };
}

function resultOf(told: ToldFinding, domain: Name, { locate }: SarifOptions): object {
  const { rule, subject, severity, verdict } = told;
  const found = locate(domain, told);
  const mend = verdict.mend === undefined ? '' : ` To mend it: ${verdict.mend.text}`;
  const place = found && {
    physicalLocation: {
      artifactLocation: { uri: found.file.split('/').map(encodeURIComponent).join('/') },
      region: { startLine: found.line },
    },
  };
  const logical = { logicalLocations: [{ fullyQualifiedName: subject, kind: 'resource' }] };
  return {
    ruleId: rule.id,
    level: LEVEL[severity],
    message: { text: `${subject}: ${verdict.says}.${mend}` },
    locations: [{ ...place, ...logical }],
    partialFingerprints: { ruleAndSubject: `${hostText(domain)} ${rule.id} ${subject}` },
    properties: { severity, evidence: verdict.evidence },
  };
}
