// Zones from files. A file is read as a whole, judged as a whole, and becomes a version only when
// it has no fault; until then the version before goes on being served. The origin of a file is its
// `$ORIGIN`, else its base name (`example.com.zone`). `$INCLUDE` reaches nothing above the folder.
import { globSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, resolve, sep } from 'node:path';
import { reasonOf } from '../base/errors.ts';
import type { Events } from '../base/events.ts';
import { hostText, nameKey, parseName } from '../dns/name.ts';
import type { Zone } from '../dns/zone.ts';
import { printZoneFault, type ZoneFault, type ZoneRead } from '../dns/zone-build.ts';
import { readZone, type ZoneSource } from '../dns/zone-text.ts';
import { changeBetween, type ZoneChange } from './zone-change.ts';

export interface ZoneStoreOptions {
  /** Paths with `*`, absolute. */
  readonly patterns: readonly string[];
  readonly events: Events;
}

interface Served {
  readonly zone: Zone;
  readonly file: string;
  /** What may not have been meant, in words. */
  readonly warnings: readonly string[];
}

/** Warnings of one zone that are told; `fingerpost zone check` tells all. */
const WARNINGS_MAX = 20;

const FILE_BYTES_MAX = 256_000_000;

export class ZoneStore {
  readonly #options: ZoneStoreOptions;
  /** By the key of their origin. */
  #zones: ReadonlyMap<string, Served> = new Map();

  constructor(options: ZoneStoreOptions) {
    this.#options = options;
  }

  /** Reads all files again; what differs from what is served, in the order in which to apply it. */
  load(): readonly ZoneChange[] {
    const before = this.#zones;
    const next = new Map<string, Served>();
    for (const file of this.#files()) {
      const served = this.#read(file) ?? this.#keptFrom(file);
      if (!served) continue;
      const { origin } = served.zone;
      const other = next.get(nameKey(origin));
      if (other) this.#refuse(file, [`${file}:1:1: ${origin} is already in ${other.file}`]);
      else next.set(nameKey(origin), served);
    }
    this.#zones = next;
    return this.#changes(before);
  }

  /** Every zone as a whole, for a thread that begins. */
  all(): readonly ZoneChange[] {
    return [...this.#zones.values()].map(({ zone }) => ({ kind: 'load', zone }));
  }

  /** Those that give a zone already come first: a new file takes no zone from them. */
  #files(): readonly string[] {
    const found = this.#options.patterns.map((pattern) => {
      const files = globSync(pattern);
      if (files.length === 0) this.#notice(`there is no zone file ${pattern}`);
      return files;
    });
    const files = new Set(found.flat().sort());
    const serving = new Set([...this.#zones.values()].map(({ file }) => file));
    return [...serving.intersection(files), ...files.difference(serving)];
  }

  /** The version that a file gave when it was last without fault. */
  #keptFrom(file: string): Served | undefined {
    return [...this.#zones.values()].find((served) => served.file === file);
  }

  #read(file: string): Served | undefined {
    const read = readFile(file);
    if (read.kind === 'faults') return this.#refuse(file, read.faults.map(printZoneFault));
    return { zone: read.zone, file, warnings: read.warnings.map(printZoneFault) };
  }

  #refuse(file: string, faults: readonly string[]): undefined {
    this.#options.events.emit({ kind: 'zone.refused', zone: file, faults });
  }

  #notice(text: string): void {
    this.#options.events.emit({ kind: 'server.notice', text });
  }

  #changes(before: ReadonlyMap<string, Served>): readonly ZoneChange[] {
    const changes: ZoneChange[] = [];
    for (const [key, { zone, warnings }] of this.#zones) {
      const old = before.get(key)?.zone;
      const change = changeBetween(old, zone);
      if (!change) continue;
      changes.push(change);
      this.#tell(old, zone);
      for (const warning of warnings.slice(0, WARNINGS_MAX)) this.#notice(warning);
    }
    for (const [key, { zone, file }] of before) {
      if (this.#zones.has(key)) continue;
      changes.push({ kind: 'remove', origin: zone.origin });
      this.#notice(`${hostText(zone.origin)} is not served any more: ${file} does not give it`);
    }
    return changes;
  }

  #tell(before: Zone | undefined, zone: Zone): void {
    const { serial } = zone.soa;
    const name = hostText(zone.origin);
    this.#options.events.emit({ kind: 'zone.loaded', zone: name, serial, names: zone.nodes.size });
    if (!before || isLater(serial, before.soa.serial)) return;
    const old = before.soa.serial;
    const how = old === serial ? `is still ${old}` : `went back from ${old} to ${serial}`;
    // RFC 1034 §4.3.5: secondaries see a change only by its serial.
    this.#notice(`${name} changed, but its serial ${how}: secondaries will not see it`);
  }
}

/** In the arithmetic of serial numbers (RFC 1982 §3.2), where 0 comes after 4,294,967,295. */
const isLater = (serial: number, before: number): boolean => ((serial - before) | 0) > 0;

function readFile(file: string): ZoneRead {
  const text = readText(file);
  if (typeof text !== 'string') return { kind: 'faults', faults: [{ file, ...text }] };
  const origin = parseName(basename(file).replace(/\.(?:zone|db)$/, ''));
  const include = (path: string, from: string) => includeBelow(file, path, from);
  return readZone({ file, text }, typeof origin === 'string' ? { origin, include } : { include });
}

/** Why a file has no text, and where in it. */
type Unreadable = Omit<ZoneFault, 'file'>;

function readText(file: string): string | Unreadable {
  const top = { line: 1, column: 1 };
  try {
    const about = statSync(file);
    if (!about.isFile()) return { ...top, because: 'this is no file' };
    if (about.size > FILE_BYTES_MAX) return { ...top, because: 'the file is larger than 256 MB' };
    return fromUtf8(readFileSync(file));
  } catch (error) {
    return { ...top, because: `the file cannot be read: ${reasonOf(error)}` };
  }
}

/** Zone text has bytes outside ASCII only as UTF-8, in names (IDNA) and in strings. */
function fromUtf8(bytes: Buffer): string | Unreadable {
  const text = bytes.toString('utf8');
  if (!text.includes('\uFFFD') || bytes.equals(Buffer.from(text, 'utf8'))) return text;
  const lines = text.slice(0, text.indexOf('\uFFFD')).split('\n');
  return {
    line: lines.length,
    column: (lines.at(-1) ?? '').length + 1,
    because: 'the file is no UTF-8 text',
    mend: 'save it as UTF-8, or write the byte as \\DDD (three decimal digits)',
  };
}

/** `$INCLUDE`, relative to the file that says it, and only below the folder of the zone file. */
function includeBelow(
  zoneFile: string,
  path: string,
  from: string,
): ZoneSource | { readonly because: string } {
  try {
    const folder = realpathSync(dirname(zoneFile));
    const file = resolve(dirname(from), path);
    if (!realpathSync(file).startsWith(folder + sep)) {
      return { because: `it is not below ${folder}, the folder of the zone` };
    }
    const text = readText(file);
    return typeof text === 'string' ? { file, text } : text;
  } catch (error) {
    return { because: reasonOf(error) };
  }
}
