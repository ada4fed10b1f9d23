// Finds the lines of our own zone files that findings are about: who serves a zone knows the line.
import { basename, relative } from 'node:path';
import type { FileLine, SarifOptions } from '../checks/report/sarif.ts';
import { lineFor } from '../checks/report/zone-line.ts';
import { isBelow, isName, type Name, parseName } from '../dns/name.ts';
import type { PlacedRecord } from '../dns/zone-build.ts';
import { placedRecords } from '../dns/zone-text.ts';
import type { Call } from './call.ts';

interface OwnZone {
  readonly origin: Name;
  readonly records: readonly PlacedRecord[];
}

/** Reads the zone files of the settings once; a file that cannot be read has no lines. */
export function zoneLines(call: Call): SarifOptions['locate'] {
  const zones = ownZones(call);
  return (domain, told): FileLine | undefined => {
    const holding = zones.filter(({ origin }) => isBelow(domain, origin));
    const [zone] = holding.sort((one, other) => other.origin.length - one.origin.length);
    const found = zone && lineFor(told, domain, zone.records);
    return found && { ...found, file: relative(call.around.cwd, found.file) };
  };
}

function ownZones(call: Call): readonly OwnZone[] {
  const patterns = call.settingsOrDefaults().dns?.zoneFiles ?? [];
  const files = patterns.flatMap((pattern) => call.around.files.matching(pattern));
  return files.flatMap((file) => zoneIn(call, file) ?? []);
}

function zoneIn(call: Call, file: string): OwnZone | undefined {
  const text = call.around.files.readText(file);
  const origin = parseName(basename(file).replace(/\.(?:zone|db)$/, ''));
  if (text === undefined) return undefined;
  const include = () => ({ because: 'included files are not looked into' });
  const options = isName(origin) ? { origin, include } : { include };
  const records = placedRecords({ file, text }, options);
  const soa = records.find(({ record }) => record.data.kind === 'SOA');
  return soa && { origin: soa.record.name, records };
}
