// A zone from its master file (RFC 1035 §5, RFC 2308 §4, RFC 3597 §5). All faults of a file are
// told at once, each with its place: a record that cannot be read costs that record only. Files
// are brought by the caller: nothing is opened here, and text without an `include` stays with
// itself.
import { showText } from '../base/show.ts';
import { type Name, nameKey } from './name.ts';
import { CLASS_IN, type ResourceRecord } from './packet.ts';
import { FieldFault } from './records/codec.ts';
import { parseData } from './records/registry.ts';
import { buildZone, type PlacedRecord, type ZoneFault, type ZoneRead } from './zone-build.ts';
import { nameFromToken, parseTtl, shown, TokenFields } from './zone-fields.ts';
import { type RecordHead, readHead } from './zone-head.ts';
import { type ZoneEntry, type ZoneToken, zoneEntries } from './zone-tokens.ts';

export interface ZoneSource {
  /** As faults name it. */
  readonly file: string;
  readonly text: string;
}

export interface ZoneLimits {
  /** Of all files together, in characters. */
  readonly charactersMax: number;
  readonly recordsMax: number;
  readonly includeDepthMax: number;
  /** Reading stops when there are as many. */
  readonly faultsMax: number;
}

export interface ZoneTextOptions {
  /** What relative names belong to until the file says `$ORIGIN`. */
  readonly origin?: Name;
  /** The text behind `$INCLUDE path` in the file `from`, or why there is none. */
  readonly include?: (path: string, from: string) => ZoneSource | { readonly because: string };
  readonly limits?: Partial<ZoneLimits>;
}

const LIMITS: ZoneLimits = {
  charactersMax: 256_000_000,
  recordsMax: 2_000_000,
  includeDepthMax: 10,
  faultsMax: 1_000,
};

/** Reads a zone, or tells every fault in its text. */
export function readZone(source: ZoneSource, options: ZoneTextOptions): ZoneRead {
  const reader = new ZoneTextReader(options);
  reader.read(source, { file: source.file, origin: options.origin, owner: undefined, depth: 0 });
  return reader.finish(source);
}

/** Where reading is: what a line may leave out. */
interface Context {
  readonly file: string;
  readonly depth: number;
  origin: Name | undefined;
  /** Of the last record; `lost` after one that could not be read. */
  owner: Name | 'lost' | undefined;
}

/** The records of a text with their places, whatever rules of zones are broken. */
export function placedRecords(
  source: ZoneSource,
  options: ZoneTextOptions,
): readonly PlacedRecord[] {
  const reader = new ZoneTextReader(options);
  reader.read(source, { file: source.file, origin: options.origin, owner: undefined, depth: 0 });
  return reader.records();
}

/** The TTL is still open where a record gives none and none came before. */
type OpenRecord = Omit<ResourceRecord, 'ttlSeconds'> & { readonly ttlSeconds: number | undefined };

interface OpenPlaced extends Pick<PlacedRecord, 'place'> {
  readonly record: OpenRecord;
}

class ZoneTextReader {
  readonly #options: ZoneTextOptions;
  readonly #limits: ZoneLimits;
  readonly #records: OpenPlaced[] = [];
  readonly #faults: ZoneFault[] = [];
  #characters = 0;
  /** `$TTL`. */
  #ttlDefault: number | undefined;
  #ttlLast: number | undefined;
  #originGiven = false;
  #stopped = false;

  constructor(options: ZoneTextOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
  }

  read({ text }: ZoneSource, context: Context): void {
    this.#characters += text.length;
    if (this.#characters > this.#limits.charactersMax) {
      const because = `the zone is longer than ${this.#limits.charactersMax} characters`;
      this.#stop(context, { line: 1, column: 1 }, because);
    }
    for (const item of zoneEntries(this.#stopped ? '' : text)) {
      if (item.kind === 'entry') this.#entry(item, context);
      else {
        const { line, column, because, mend } = item;
        this.#fault({ file: context.file, line, column, because, mend });
      }
      if (this.#stopped) return;
    }
  }

  #soa(): OpenRecord | undefined {
    return this.#records.find(({ record }) => record.data.kind === 'SOA')?.record;
  }

  /** Those that could be read so far, each with a TTL. */
  records(): readonly PlacedRecord[] {
    const soa = this.#soa();
    const minimum = soa?.data.kind === 'SOA' ? soa.data.negativeTtlSeconds : 0;
    return this.#records.map(({ record, place }) => ({
      record: { ...record, ttlSeconds: record.ttlSeconds ?? minimum },
      place,
    }));
  }

  finish({ file, text }: ZoneSource): ZoneRead {
    const soa = this.#soa();
    const records = this.records();
    const line = text.split('\n').length;
    const isPartial = this.#faults.length > 0;
    const built = buildZone(records, { end: { file, line, column: 1 }, isPartial });
    const further = built.kind === 'faults' ? built.faults : [];
    if (isPartial || built.kind === 'faults') {
      return { kind: 'faults', faults: inOrder([...this.#faults, ...further]) };
    }
    return { ...built, warnings: inOrder([...this.#elsewhere(soa), ...built.warnings]) };
  }

  #entry(entry: ZoneEntry, context: Context): void {
    try {
      const [first] = entry.tokens;
      if (first && !first.quoted && first.text.startsWith('$')) this.#directive(entry, context);
      else this.#record(entry, context);
    } catch (error) {
      if (!(error instanceof FieldFault)) throw error;
      const { line, column, because } = error;
      this.#fault({ file: context.file, line, column, because });
    }
  }

  #record(entry: ZoneEntry, context: Context): void {
    const { tokens } = entry;
    const name = this.#owner(entry, context);
    if (name === undefined) return;
    const head = readHead(tokens, entry.ownerOmitted ? 0 : 1);
    if (head.ttlSeconds !== undefined) this.#ttlLast = head.ttlSeconds;
    const { type } = head;
    const data = parseData(type, new TokenFields(tokens, head.next, context.origin));
    const ttlSeconds = this.#ttlOf(head);
    const { line, column } = tokens[0] as ZoneToken;
    const place = { file: context.file, line, column };
    this.#records.push({ record: { name, type, class: CLASS_IN, ttlSeconds, data }, place });
    if (this.#records.length > this.#limits.recordsMax) {
      this.#stop(context, place, `the zone has more than ${this.#limits.recordsMax} records`);
    }
  }

  /** Nothing for a record whose owner is that of an unreadable one: that fault is told already. */
  #owner({ ownerOmitted, tokens }: ZoneEntry, context: Context): Name | undefined {
    const first = tokens[0] as ZoneToken;
    if (!ownerOmitted) {
      context.owner = 'lost';
      context.owner = nameFromToken(first, context.origin);
    }
    if (context.owner !== undefined) return context.owner === 'lost' ? undefined : context.owner;
    const because = 'the line begins with a blank, but no record comes before it to belong to';
    throw new FieldFault(because, first);
  }

  /** RFC 2308 §4: `$TTL`; without one, that of the last record that gave it (RFC 1035 §5.1). */
  #ttlOf(head: RecordHead): number | undefined {
    return head.ttlSeconds ?? this.#ttlDefault ?? this.#ttlLast;
  }

  #directive({ tokens }: ZoneEntry, context: Context): void {
    const [word, argument, second, ...others] = tokens as readonly [ZoneToken, ...ZoneToken[]];
    const directive = word.text.toUpperCase();
    if (directive === '$GENERATE') {
      throw new FieldFault('$GENERATE is not supported: write the records out', word);
    }
    if (!['$ORIGIN', '$TTL', '$INCLUDE'].includes(directive)) {
      throw new FieldFault(`there is no directive ${shown(word)}`, word);
    }
    if (!argument) throw new FieldFault(`${directive} needs a value behind it`, word);
    const surplus = directive === '$INCLUDE' ? others[0] : second;
    if (surplus) throw new FieldFault(`${shown(surplus)} is more than ${directive} takes`, surplus);
    if (directive === '$ORIGIN') {
      context.origin = nameFromToken(argument, context.origin);
      this.#originGiven = true;
    } else if (directive === '$TTL') this.#ttlDefault = ttlFromToken(argument);
    else this.#include(argument, second, context);
  }

  /** What the included file says of origin and owner ends with it (RFC 1035 §5.1). */
  #include(path: ZoneToken, originToken: ZoneToken | undefined, context: Context): void {
    const depth = context.depth + 1;
    if (depth > this.#limits.includeDepthMax) {
      const because = `files are included more than ${this.#limits.includeDepthMax} deep`;
      throw new FieldFault(because, path);
    }
    const origin = originToken ? nameFromToken(originToken, context.origin) : context.origin;
    const source = this.#options.include?.(path.text, context.file) ?? {
      because: '$INCLUDE is not allowed here',
    };
    if ('because' in source) {
      throw new FieldFault(`${shown(path)} cannot be included: ${showText(source.because)}`, path);
    }
    this.read(source, { file: source.file, depth, origin, owner: context.owner });
  }

  /** The SOA record decides the name; a file that is named otherwise is most likely a mistake. */
  #elsewhere(soa: OpenRecord | undefined): readonly ZoneFault[] {
    const expected = this.#originGiven ? undefined : this.#options.origin;
    const place = this.#records.find(({ record }) => record === soa)?.place;
    if (!soa || !place || !expected || nameKey(soa.name) === nameKey(expected)) return [];
    const because = `its SOA record says that the zone is ${soa.name}, its file says ${expected}`;
    return [{ ...place, because, mend: `begin the file with $ORIGIN ${soa.name}` }];
  }

  #fault(fault: ZoneFault): void {
    this.#faults.push(fault);
    if (this.#faults.length >= this.#limits.faultsMax) {
      const because = `there are ${this.#limits.faultsMax} faults or more: reading stopped here`;
      this.#stopped = true;
      this.#faults.push({ ...fault, because, mend: 'mend these first' });
    }
  }

  #stop({ file }: Context, at: { line: number; column: number }, because: string): void {
    this.#stopped = true;
    this.#faults.push({ file, line: at.line, column: at.column, because });
  }
}

function ttlFromToken(token: ZoneToken): number {
  const seconds = parseTtl(token.text);
  if (seconds !== undefined) return seconds;
  throw new FieldFault(`${shown(token)} is no TTL (seconds, or as 1h30m)`, token);
}

/** By place within a file; files in the order in which they came to have any. */
function inOrder(faults: readonly ZoneFault[]): ZoneFault[] {
  const ranks = new Map([...new Set(faults.map(({ file }) => file))].map((file, at) => [file, at]));
  const rank = ({ file }: ZoneFault): number => ranks.get(file) ?? 0;
  return faults.toSorted((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column);
}
