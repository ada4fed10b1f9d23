// Zone files of another project whose names are the verdict: `good-*` load, `bad-*` are refused.
// They are no part of this one, and the test is skipped where they are missing.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { readZone, type ZoneSource } from '../../src/dns/zone-text.ts';
import { nameOf } from '../support/zones.ts';

const FOLDER = new URL('../../../shared/vectors/checkzone/', import.meta.url);
const skip = existsSync(FOLDER) ? false : 'the zone files of ../shared/vectors are not here';

const asBytes = /written as \\# LENGTH/;
const TEXT_OF_TYPE = 'the words of this type are not known: its data are written as bytes';
const GENERATE = '$GENERATE is refused';

/** Good zones that are refused here: the fault of each, and why. */
const REFUSED: Readonly<Record<string, readonly [fault: RegExp, because: string]>> = {
  'good-cdnskey.db': [asBytes, TEXT_OF_TYPE],
  'good-cds.db': [asBytes, TEXT_OF_TYPE],
  'good-cds-unsigned.db': [asBytes, TEXT_OF_TYPE],
  'good-generate-modifier.db': [/\$GENERATE/, GENERATE],
  'good-nsap.db': [/no record type NSAP/, 'NSAP is historic (RFC 9121), its mnemonic is not known'],
  'good-nsec3-nopadhash.db': [asBytes, TEXT_OF_TYPE],
  'good-occulted-ns-by-dname.db': [asBytes, TEXT_OF_TYPE],
  'good-svcb.db': [asBytes, TEXT_OF_TYPE],
  'good1.db': [asBytes, TEXT_OF_TYPE],
};

/** Bad zones that load here, and why. */
const TAKEN: Readonly<Record<string, string>> = {
  'bad-dns-sd-reverse.db': 'what a PTR record names need not be a host name (RFC 2181 §11)',
  'bad-rpz-prefix.db': 'response policy zones mean nothing special here',
};

/** Files whose verdict is not in their names. */
const OTHERS: Readonly<Record<string, 'zone' | 'faults'>> = {
  'bad1.db': 'faults',
  'bad2.db': 'faults',
  'bad3.db': 'faults',
  'bad4.db': 'faults',
  'badttl.db': 'faults',
  'crashzone.db': 'faults',
  'er.db': 'zone',
  'generate-overflow.db': 'faults',
  'inherit.db': 'faults',
  'nowarn.inherited.owner.db': 'zone',
  'test1.db': 'zone',
  'test2.db': 'zone',
  'warn.inherit.origin.db': 'zone',
  'warn.inherited.owner.db': 'zone',
  'warn.no-a.server.db': 'zone',
  'warn.no-a.server.glue.db': 'zone',
  'warn.no-aaaa.server.db': 'zone',
  'zone1.db': 'zone',
};

const textOf = (file: string): string => readFileSync(new URL(file, FOLDER), 'utf8');

function include(path: string): ZoneSource | { because: string } {
  const file = basename(path);
  return file.endsWith('.db') ? { file, text: textOf(file) } : { because: 'it is a folder' };
}

function verdictOf(file: string): 'zone' | 'faults' | undefined {
  if (/^good-.*\.db$|^good1\.db$/.test(file)) return file in REFUSED ? 'faults' : 'zone';
  if (/^bad-.*\.(?:db|raw)$/.test(file)) return file in TAKEN ? 'zone' : 'faults';
  return OTHERS[file];
}

test('zone files of known verdict', { skip }, () => {
  let count = 0;
  for (const file of readdirSync(FOLDER)) {
    const verdict = verdictOf(file);
    if (verdict === undefined) continue;
    const read = readZone({ file, text: textOf(file) }, { origin: nameOf('example'), include });
    assert.equal(read.kind, verdict, `${file}: ${JSON.stringify(read)}`);
    const [fault] = REFUSED[file] ?? [];
    for (const { because } of fault && read.kind === 'faults' ? read.faults : []) {
      assert.match(because, fault as RegExp, file);
    }
    count += 1;
  }
  assert.ok(count > 140, `only ${count} files`);
});
