// The work of `fingerpost check`: what is refused before anything is asked, and what becomes of
// each observation. It knows the rules, so it is loaded when it is needed.
import { resolve } from 'node:path';
import type { ObservationRequest } from '../api/types.ts';
import { FingerpostError } from '../base/errors.ts';
import { showText } from '../base/show.ts';
import { type Observation, printObservation } from '../checks/observation.ts';
import { compare } from '../checks/report/compare.ts';
import { evidenceLines } from '../checks/report/evidence.ts';
import { viewOf } from '../checks/report/form.ts';
import { exitFor, exitOf } from '../checks/report.ts';
import { type Name, sameName } from '../dns/name.ts';
import type { Call } from './call.ts';
import { comparisonForm, failOnOf, formOf } from './check-form.ts';
import { domainsOf } from './domain-list.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { writeTo } from './given-file.ts';
import { observeEach } from './observe-each.ts';
import { savedObservation } from './observing.ts';
import { printHost } from './words.ts';

function usage(message: string): FingerpostError {
  return new FingerpostError('USAGE', message);
}

/** What becomes of each observation, and what the command ends with. */
interface Telling {
  begin(): void;
  take(observation: Observation): void;
  end(): ExitCode;
}

/** The report of every domain. */
function reports(call: Call): Telling {
  const failOn = failOnOf(call);
  const form = formOf(call);
  let code: ExitCode = EXIT.ok;
  return {
    begin: () => call.print(form.begin()),
    take(observation) {
      const view = viewOf(observation);
      code = worse(code, exitOf(view.report, failOn));
      call.print(form.one(view));
    },
    end() {
      call.print(form.end());
      return code;
    },
  };
}

/** What is behind an id, instead of the report. */
function evidence(call: Call, id: string): Telling {
  return {
    begin() {},
    take(observation) {
      const lines = evidenceLines(observation, id);
      if (!lines) throw usage(`there is no evidence ${id} in this observation`);
      if (!call.printedJson({ id, lines })) call.print(lines.map((line) => `${line}\n`).join(''));
    },
    end: () => EXIT.ok,
  };
}

/** What changed since an older observation, instead of the report. */
function changes(call: Call, file: string, domain: Name): Telling {
  const failOn = failOnOf(call);
  const form = comparisonForm(call);
  const older = savedObservation(call, file);
  if (!sameName(older.about.domain, domain)) {
    throw usage(`${showText(file)} is about ${printHost(older.about.domain)}`);
  }
  const before = viewOf(older).report;
  let code: ExitCode = EXIT.ok;
  return {
    begin() {},
    take(observation) {
      const now = viewOf(observation).report;
      const compared = compare(before, now);
      code = exitFor(compared.came, now, failOn);
      call.print(form({ before, now }, compared));
    },
    end: () => code,
  };
}

function tellingOf(call: Call, first: Name | undefined): Telling {
  const id = call.text('evidence');
  const since = call.text('since');
  if (id !== undefined) return evidence(call, id);
  return since === undefined || first === undefined ? reports(call) : changes(call, since, first);
}

function requestOf(call: Call, domain: Name): ObservationRequest {
  const selectors = call.texts('selector');
  return {
    domain,
    purpose: 'check',
    ...(selectors.length > 0 && { selectors }),
    ...(call.isSet('probeRecipients') && { probeRecipients: true }),
  };
}

export async function runCheck(call: Call): Promise<ExitCode> {
  const from = call.text('from');
  const domains = domainsOf(call);
  refuseMixed(call, domains);
  const saved = from === undefined ? undefined : savedObservation(call, from);
  const telling = tellingOf(call, saved?.about.domain ?? domains[0]);
  telling.begin();
  if (saved) telling.take(saved);
  else {
    const requests = domains.map((domain) => requestOf(call, domain));
    await observeEach(call, requests, (observation) => {
      telling.take(observation);
      save(call, observation);
    });
  }
  return telling.end();
}

/** Options that do not go together, told before anything is asked. */
function refuseMixed(call: Call, domains: readonly Name[]): void {
  const isGiven = (option: string): boolean => call.text(option) !== undefined;
  if (isGiven('evidence') && isGiven('since'))
    throw usage('--evidence and --since do not go together');
  if (isGiven('from')) {
    if (domains.length > 0) throw usage('--from takes no domain: the file says which');
    if (isGiven('save')) throw usage('--from and --save do not go together');
    return;
  }
  if (domains.length === 0) throw usage('name a domain, a list with --file, or --from FILE');
  if (domains.length === 1) return;
  for (const option of ['save', 'since', 'evidence']) {
    if (isGiven(option)) throw usage(`--${option} takes one domain`);
  }
}

function save(call: Call, observation: Observation): void {
  const file = call.text('save');
  if (file === undefined) return;
  writeTo(call, resolve(call.around.cwd, file), printObservation(observation));
}

const ORDER: readonly number[] = [EXIT.ok, EXIT.no, EXIT.untestable, EXIT.error];

/** 2 says more than 3, which says more than 1. */
const worse = (one: ExitCode, other: ExitCode): ExitCode =>
  ORDER.indexOf(other) > ORDER.indexOf(one) ? other : one;
