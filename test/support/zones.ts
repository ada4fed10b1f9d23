// Zones for tests, from text: `zoneOf` wants a good one, `faultsOf` a bad one.
import assert from 'node:assert/strict';
import { type Name, parseName } from '../../src/dns/name.ts';
import type { Zone } from '../../src/dns/zone.ts';
import type { ZoneFault } from '../../src/dns/zone-build.ts';
import { readZone, type ZoneTextOptions } from '../../src/dns/zone-text.ts';

/** A name that is known to be one; `example.com` and `example.com.` are the same. */
export function nameOf(text: string): Name {
  const name = parseName(text);
  assert.ok(typeof name === 'string', `${text} is no name`);
  return name;
}

/** The top of every zone here that has no other. */
export const APEX = '@ 3600 SOA ns hostmaster 1 7200 3600 1209600 300\n@ 3600 NS ns.example.net.\n';

const options = (origin: string, more: ZoneTextOptions): ZoneTextOptions => ({
  origin: nameOf(origin),
  ...more,
});

/** The zone in the text; its faults fail the test. */
export function zoneFrom(text: string, origin = 'example.com.', more: ZoneTextOptions = {}): Zone {
  const read = readZone({ file: 'test.zone', text }, options(origin, more));
  assert.ok(read.kind === 'zone', JSON.stringify(read.kind === 'zone' ? '' : read.faults, null, 1));
  return read.zone;
}

const print = ({ file, line, column, because }: ZoneFault): string =>
  `${file === 'test.zone' ? '' : `${file}:`}${line}:${column} ${because}`;

/** Faults, or warnings where there are none, as `line:column because`. */
export function toldOf(text: string, more: ZoneTextOptions = {}): readonly string[] {
  const read = readZone({ file: 'test.zone', text }, options('example.com.', more));
  return (read.kind === 'zone' ? read.warnings : read.faults).map(print);
}
