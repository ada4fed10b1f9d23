// MTA-STS (RFC 8461): the TXT record that says that there is a policy, the policy's text, and which
// hosts its patterns allow. Total: each reader gives a value or the faults with their places.
import { hostText, type Name, nameFromHost } from '../dns/name.ts';
import { recordFields } from './record-fields.ts';
import { type TextFault, trimBlanks } from './tag-list.ts';

export interface StsRecord {
  readonly kind: 'sts-record';
  /** Changes whenever the policy does. */
  readonly id: string;
}

export interface StsRecordFault extends TextFault {
  readonly kind: 'sts-record-fault';
}

export type StsMode = 'enforce' | 'testing' | 'none';

export interface StsPolicy {
  readonly kind: 'sts-policy';
  readonly version: 'STSv1';
  readonly mode: StsMode;
  readonly maxAgeSeconds: number;
  /** `mail.example.com`, `*.example.net`, as they stand there. */
  readonly patterns: readonly string[];
  /** What senders pass over. */
  readonly remarks: readonly StsLineFault[];
}

export interface StsPolicyFault {
  readonly kind: 'sts-policy-fault';
  /** At least one. */
  readonly faults: readonly StsLineFault[];
}

/** A line of the policy, counted from 1; 0: the policy as a whole. */
export interface StsLineFault {
  readonly line: number;
  readonly because: string;
}

export const STS_MAX_AGE_SECONDS = 31_557_600; // RFC 8461 §3.2

// RFC 8461 §3.1.
const RECORD_VERSION = /^v=STSv1[ \t]*(?:;|$)/;
const RECORD_FIELD = /^([A-Za-z\d][\w.-]{0,31})=([!-:<>-~]+)$/;
const ID = /^[A-Za-z\d]{1,32}$/;
// RFC 8461 §3.2.
const POLICY_FIELD = /^([A-Za-z\d][\w.-]{0,31}):(.*)$/;
const MAX_AGE = /^\d{1,10}$/;

/** Does it begin as an MTA-STS record must? All others are left out (RFC 8461 §3.1). */
export const isStsText = (text: string): boolean => RECORD_VERSION.test(text);

export function parseStsRecord(text: string): StsRecord | StsRecordFault {
  const fault = (at: number, because: string): StsRecordFault => ({
    kind: 'sts-record-fault',
    at,
    because,
  });
  if (!isStsText(text)) return fault(1, 'it does not begin with "v=STSv1;"');
  let id: string | undefined;
  for (const { text: field, at } of recordFields(text)) {
    const [, name, value = ''] = RECORD_FIELD.exec(field) ?? [];
    if (name === undefined) return fault(at, `"${field}" is no field such as id=1`);
    if (name === 'id' && !ID.test(value)) {
      return fault(at, `the id "${value}" is not 1 to 32 letters and digits`);
    }
    // RFC 8461 §3.2: of a field that stands there twice the first counts.
    if (name === 'id') id ??= value;
  }
  if (id === undefined) return fault(text.length + 1, 'it has no id');
  return { kind: 'sts-record', id };
}

export function parseStsPolicy(text: string): StsPolicy | StsPolicyFault {
  const reader = new PolicyReader();
  const lines = text.split(/\r?\n/);
  while (lines.length > 0 && trimBlanks(lines.at(-1) ?? '') === '') lines.pop();
  for (const [index, line] of lines.entries()) reader.line(index + 1, line);
  return reader.end();
}

class PolicyReader {
  readonly #faults: StsLineFault[] = [];
  readonly #remarks: StsLineFault[] = [];
  readonly #fields = new Map<string, string>();
  readonly #patterns: string[] = [];

  line(line: number, text: string): void {
    if (trimBlanks(text) === '') {
      this.#remarks.push({ line, because: 'the line is empty' });
      return;
    }
    const [, name, rest = ''] = POLICY_FIELD.exec(text) ?? [];
    const value = trimBlanks(rest);
    if (name === undefined) {
      this.#faults.push({ line, because: `"${text}" is no field such as "mode: testing"` });
    } else if (name === 'mx') this.#pattern(line, value);
    else if (this.#fields.has(name)) {
      // RFC 8461 §3.2: all but the first are left out.
      this.#remarks.push({ line, because: `${name} stands there twice, and the first counts` });
    } else {
      this.#fields.set(name, value);
      this.#field(line, name, value);
    }
  }

  #pattern(line: number, pattern: string): void {
    if (!isStsPattern(pattern)) {
      this.#faults.push({ line, because: `"${pattern}" is no name of a host` });
    } else if (this.#patterns.some((each) => each.toLowerCase() === pattern.toLowerCase())) {
      this.#remarks.push({ line, because: `${pattern} stands there twice` });
    } else this.#patterns.push(pattern);
  }

  #field(line: number, name: string, value: string): void {
    const wrong = (because: string): void => {
      this.#faults.push({ line, because });
    };
    if (name === 'version' && value !== 'STSv1') {
      wrong(`the version is "${value}" and not "STSv1"`);
    } else if (name === 'mode' && modeOf(value) === undefined) {
      wrong(`the mode is "${value}" and not enforce, testing or none`);
    } else if (name === 'max_age' && !MAX_AGE.test(value)) {
      wrong(`max_age is "${value}" and not a number of seconds`);
    } else if (name === 'max_age' && Number(value) > STS_MAX_AGE_SECONDS) {
      wrong(`max_age is ${value}, and ${STS_MAX_AGE_SECONDS} is the most`);
    }
  }

  end(): StsPolicy | StsPolicyFault {
    const faults = [...this.#faults];
    for (const name of ['version', 'mode', 'max_age']) {
      if (!this.#fields.has(name)) faults.push({ line: 0, because: `it has no ${name}` });
    }
    const mode = modeOf(this.#fields.get('mode') ?? '');
    const isEmpty = this.#patterns.length === 0;
    if (isEmpty && mode !== 'none' && this.#faults.length === 0) {
      faults.push({ line: 0, because: 'it names no mx' });
    }
    if (faults.length > 0 || mode === undefined) return { kind: 'sts-policy-fault', faults };
    return {
      kind: 'sts-policy',
      version: 'STSv1',
      mode,
      maxAgeSeconds: Number(this.#fields.get('max_age')),
      patterns: this.#patterns,
      remarks: this.#remarks,
    };
  }
}

const modeOf = (value: string): StsMode | undefined =>
  value === 'enforce' || value === 'testing' || value === 'none' ? value : undefined;

/** A host, or `*.` and a domain (RFC 8461 §3.2). */
function isStsPattern(pattern: string): boolean {
  const host = pattern.startsWith('*.') ? pattern.slice(2) : pattern;
  return /^[\x21-\x7e]+$/.test(host) && nameFromHost(host) !== undefined;
}

/** The policy as a file, each line with CRLF. */
export function printStsPolicy(policy: Omit<StsPolicy, 'kind' | 'remarks'>): string {
  const { version, mode, patterns, maxAgeSeconds } = policy;
  const mx = patterns.map((pattern) => `mx: ${pattern}`);
  const lines = [`version: ${version}`, `mode: ${mode}`, ...mx, `max_age: ${maxAgeSeconds}`];
  return `${lines.join('\r\n')}\r\n`;
}

/** RFC 8461 §4.1: a wildcard is one whole label, the first. */
export function matchesStsPattern(host: Name, pattern: string): boolean {
  const name = hostText(host);
  const wanted = pattern.toLowerCase();
  if (!wanted.startsWith('*.')) return name === wanted;
  const dot = name.indexOf('.');
  return dot > 0 && name.slice(dot) === wanted.slice(1);
}
