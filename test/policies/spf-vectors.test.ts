// The test suite that implementers of SPF share (RFC 7208, release 2014.04): each test of it is run
// against the zones that stand beside it. It is no part of this project, and skipped where it is
// missing.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { fromLatin1 } from '../../src/base/bytes.ts';
import { parseIp } from '../../src/base/ip.ts';
import { instantAt } from '../../src/base/time.ts';
import type { Lookup } from '../../src/dns/lookup.ts';
import { type Name, nameFromLabels, nameKey, ROOT } from '../../src/dns/name.ts';
import type { RecordData } from '../../src/dns/records/record-data.ts';
import { typeText } from '../../src/dns/types.ts';
import type { DnsInquiry, DnsQuestion } from '../../src/policies/inquiry.ts';
import { evaluateSpf, type SpfResult } from '../../src/policies/spf.ts';

const FILE = new URL('../../../shared/vectors/spf/rfc7208-tests.yml', import.meta.url);
const skip = existsSync(FILE) ? false : 'the SPF tests of ../shared/vectors are not here';

const TESTS_COUNT = 203;

interface Suite {
  readonly description: string;
  readonly tests: Readonly<Record<string, Vector>>;
  readonly zonedata: Readonly<Record<string, readonly Entry[]>>;
}

interface Vector {
  readonly helo: string;
  readonly host: string;
  readonly mailfrom: string;
  readonly result: string | readonly string[];
  readonly explanation?: string;
}

type Value = string | readonly (string | number)[];
type Entry = 'TIMEOUT' | Readonly<Record<string, Value>>;

const nameFrom = (text: string): Name =>
  text === '' ? ROOT : nameFromLabels(text.replace(/\.$/, '').split('.'));

const ipFrom = (text: string) => {
  const ip = parseIp(text);
  assert.ok(ip, text);
  return ip;
};

function dataFrom(type: string, value: Value): RecordData {
  const text = String(value);
  switch (type) {
    case 'A':
    case 'AAAA':
      return { kind: type, address: ipFrom(text) };
    case 'MX':
      return {
        kind: 'MX',
        preference: Number(value[0]),
        exchange: nameFrom(String(value[1])),
      };
    case 'PTR':
    case 'CNAME':
      return { kind: type, target: nameFrom(text) };
    default: {
      const strings = typeof value === 'string' ? [value] : value.map(String);
      return { kind: 'TXT', strings: strings.map(fromLatin1) };
    }
  }
}

/** What stands at one name: records by type, and whether the rest takes too long. */
class Node {
  readonly records = new Map<string, RecordData[]>();
  readonly isSlow: boolean;

  constructor(entries: readonly Entry[]) {
    this.isSlow = entries.includes('TIMEOUT');
    const fields = entries.flatMap((entry) => (entry === 'TIMEOUT' ? [] : Object.entries(entry)));
    const isTxtGiven = fields.some(([type]) => type === 'TXT');
    for (const [type, value] of fields) {
      // Records of type SPF stand for TXT records, where there are no others.
      const as = type === 'SPF' ? 'TXT' : type;
      if ((type === 'SPF' && isTxtGiven) || value === 'NONE') continue;
      this.records.set(as, [...(this.records.get(as) ?? []), dataFrom(as, value)]);
    }
  }
}

const KNOWN = { ttlSeconds: 60, secure: false, aliases: [] };

function lookUp(
  nodes: ReadonlyMap<string, Node>,
  { name, type }: DnsQuestion,
  hops = 0,
): Lookup<RecordData> {
  const node = nodes.get(nameKey(name));
  if (!node) return { ...KNOWN, kind: 'no-name' };
  const records = node.records.get(typeText(type));
  if (records) return { ...KNOWN, kind: 'records', records };
  const [alias] = node.records.get('CNAME') ?? [];
  if (hops > 8) return { kind: 'failure', failure: 'alias-loop', because: 'an alias of itself' };
  if (alias?.kind === 'CNAME') return lookUp(nodes, { name: alias.target, type }, hops + 1);
  if (!node.isSlow) return { ...KNOWN, kind: 'no-data' };
  return { kind: 'failure', failure: 'timeout', because: 'did not answer within 5 s' };
}

function ran<T>(inquiry: DnsInquiry<T>, nodes: ReadonlyMap<string, Node>): T {
  let step = inquiry.next();
  while (!step.done) step = inquiry.next(step.value.map((question) => lookUp(nodes, question)));
  return step.value;
}

function resultOf({ helo, host, mailfrom }: Vector, nodes: ReadonlyMap<string, Node>): SpfResult {
  const at = mailfrom.lastIndexOf('@');
  const sender = { local: mailfrom.slice(0, Math.max(at, 0)), domain: mailfrom.slice(at + 1) };
  const who = { ip: ipFrom(host), helo, receiver: 'mail.example.org', now: instantAt(0) };
  return ran(evaluateSpf(mailfrom === '' ? who : { ...who, sender }), nodes);
}

function suites(): readonly Suite[] {
  const documents = parseAllDocuments(readFileSync(FILE, 'utf8'), { uniqueKeys: false });
  return documents.map((document) => document.toJS() as Suite);
}

function assertVector(name: string, vector: Vector, nodes: ReadonlyMap<string, Node>): void {
  const got = resultOf(vector, nodes);
  const allowed = [vector.result].flat();
  assert.ok(allowed.includes(got.result), `${name}: ${got.result} (${got.because})`);
  if (vector.explanation === undefined) return;
  assert.equal(got.explanation ?? 'DEFAULT', vector.explanation, name);
}

let count = 0;
for (const suite of skip ? [] : suites()) {
  test(`RFC 7208 tests: ${suite.description}`, () => {
    const nodes = new Map(
      Object.entries(suite.zonedata).map(([name, entries]) => [
        nameKey(nameFrom(name)),
        new Node(entries),
      ]),
    );
    for (const [name, vector] of Object.entries(suite.tests)) {
      count += 1;
      assertVector(name, vector, nodes);
    }
  });
}

test('every test of the suite was run', { skip }, () => {
  assert.equal(count, TESTS_COUNT);
});
