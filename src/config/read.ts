// Text of a configuration file in, its values or every fault out. YAML gives the places, Zod the
// judgement; this file brings the two together.
import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml';
import type { z } from 'zod';
import { reasonOf } from '../base/errors.ts';
import { showText } from '../base/show.ts';
import { type Fault, nearest } from './faults.ts';
import { keysAt } from './keys.ts';
import { type FileSettings, fileSchema } from './schema.ts';

/** More than any configuration needs. */
const TEXT_CHARACTERS_MAX = 1_000_000;

export type Read =
  | { readonly kind: 'file'; readonly file: FileSettings }
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] };

type Path = readonly PropertyKey[];
type Document = ReturnType<typeof parseDocument>;

const startOf = (node: unknown): number | undefined =>
  isNode(node) ? (node.range?.[0] ?? undefined) : undefined;

/** One step down: the value, and where to point when it is empty (its key). */
function child(node: Node | null, part: PropertyKey, document: Document) {
  const parent = isAlias(node) ? node.resolve(document) : node;
  if (isSeq(parent)) {
    const item = parent.items[Number(part)];
    return isNode(item) ? { value: item, at: startOf(item), keyAt: startOf(item) } : undefined;
  }
  if (!isMap(parent)) return undefined;
  const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
  if (pair === undefined) return undefined;
  const keyAt = startOf(pair.key);
  const value = isNode(pair.value) ? pair.value : null;
  const isEmpty = value === null || (isScalar(value) && value.value === null);
  return { value, at: isEmpty ? keyAt : startOf(value), keyAt };
}

/** The offset of the value at `path` (or of its key), else of the nearest key above it. */
function offsetOf(document: Document, path: Path, of: 'key' | 'value'): number {
  let node: Node | null = document.contents;
  let above: number | undefined;
  for (const [depth, part] of path.entries()) {
    const found = child(node, part, document);
    // A lone value stands for a list of one: its first item is the value itself.
    if (found === undefined) return (typeof part === 'number' && startOf(node)) || (above ?? 0);
    const isLast = depth === path.length - 1;
    above = (isLast && of === 'value' ? found.at : found.keyAt) ?? above;
    node = found.value;
  }
  return above ?? 0;
}

interface Complaint {
  readonly path: Path;
  readonly of: 'key' | 'value';
  readonly because: string;
  readonly mend?: string;
}

function unknownKey(key: string, path: Path): Complaint {
  const known = keysAt(path.map(String));
  const meant = nearest(key, known);
  const mend = meant ? `did you mean ${meant}?` : `the keys here are ${known.join(', ')}`;
  return { path: [...path, key], of: 'key', because: 'there is no such key', mend };
}

/** What Zod found, in our words. */
function complaintsOf(issue: z.core.$ZodIssue, above: Path = []): Complaint[] {
  const path = [...above, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, path));
    case 'invalid_key':
      return issue.issues.flatMap((inner) =>
        complaintsOf(inner, path).map((complaint) => ({ ...complaint, of: 'key' as const })),
      );
    case 'invalid_union':
      return (issue.errors.at(-1) ?? []).flatMap((inner) => complaintsOf(inner, path));
    case 'custom': {
      const mend: unknown = issue.params?.mend;
      const of = issue.params?.of === 'key' ? 'key' : 'value';
      const complaint = { path, of, because: issue.message } as const;
      return [typeof mend === 'string' ? { ...complaint, mend } : complaint];
    }
    default:
      return [{ path, of: 'value', because: 'is not a group of keys', mend: groupMend(path) }];
  }
}

function groupMend(path: Path): string {
  const known = keysAt(path.map(String));
  return `write its keys below it (${known.join(', ')}), or remove it`;
}

/** The same domain twice, in other letters: the second would silently win. */
function twins(value: unknown): Complaint[] {
  const domains = (value as { domains?: unknown } | null)?.domains;
  if (typeof domains !== 'object' || domains === null) return [];
  const seen = new Set<string>();
  return Object.keys(domains).flatMap((name) => {
    const same = name.toLowerCase().replace(/\.$/, '');
    const isTwin = seen.has(same);
    seen.add(same);
    if (!isTwin) return [];
    const mend = 'keep one of them';
    return [{ path: ['domains', name], of: 'key', because: 'this domain is there twice', mend }];
  });
}

/** Reads a file's text. An empty text is a file with every key left out. */
export function readFileSettings(text: string): Read {
  if (text.length > TEXT_CHARACTERS_MAX) {
    const because = `is longer than ${TEXT_CHARACTERS_MAX} characters`;
    return { kind: 'faults', faults: [{ line: 1, column: 1, key: '', because }] };
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (document.errors.length > 0) {
    const faults = document.errors.map(({ pos, message }) => notYaml(message, place(pos[0])));
    return { kind: 'faults', faults };
  }
  try {
    return judge(document, document.toJS() ?? {}, place);
  } catch (error) {
    // An alias without an anchor, or aliases that would grow without end.
    return { kind: 'faults', faults: [notYaml(reasonOf(error), { line: 1, column: 1 })] };
  }
}

type Place = Pick<Fault, 'line' | 'column'>;

const notYaml = (because: string, place: Place): Fault => ({
  ...place,
  key: '',
  because: `this is not YAML: ${showText(because)}`,
});

function judge(document: Document, value: unknown, place: (offset: number) => Place): Read {
  const parsed = fileSchema.safeParse(value);
  const complaints = parsed.success
    ? []
    : parsed.error.issues.flatMap((each) => complaintsOf(each));
  const faults = [...complaints, ...twins(value)].map(({ path, of, because, mend }): Fault => {
    const names = path.filter((part) => typeof part !== 'number').map((part) => String(part));
    const fault = {
      ...place(offsetOf(document, path, of)),
      key: showText(names.join('.')),
      because,
    };
    return mend === undefined ? fault : { ...fault, mend };
  });
  if (parsed.success && faults.length === 0) return { kind: 'file', file: parsed.data };
  return { kind: 'faults', faults: faults.sort((a, b) => a.line - b.line || a.column - b.column) };
}
