// A ledger entry as it is stored. The question of an attempt repeats what thousands of others
// asked: its big parts (facts, settings, …) are stored once under the hash of their content, and
// the entry holds the hashes.
import { hash } from 'node:crypto';
import type { LedgerEntry } from './message.ts';

/** A part of a question, as it is shared. */
export interface SharedPart {
  readonly hash: string;
  readonly json: string;
}

export interface PackedEntry {
  readonly json: string;
  readonly shared: readonly SharedPart[];
}

/** A shorter part is not worth a row of its own. */
const INLINE_CHARACTERS_MAX = 100;

const SHARED_KEYS: ReadonlySet<string> = new Set(['facts', 'self', 'settings', 'health', 'ours']);

/** Makes stored text of entries. It remembers each object that it has seen, which never changes. */
export class LedgerPacker {
  readonly #known = new WeakMap<object, SharedPart>();

  pack(entry: LedgerEntry): PackedEntry {
    if (entry.kind !== 'attempted') return { json: JSON.stringify(entry), shared: [] };
    const shared: SharedPart[] = [];
    const hashes: Record<string, string> = {};
    const question: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(entry.question)) {
      const part = SHARED_KEYS.has(key) && value !== undefined ? this.#part(value) : undefined;
      if (part !== undefined && part.json.length > INLINE_CHARACTERS_MAX) {
        shared.push(part);
        hashes[key] = part.hash;
      } else question[key] = value;
    }
    return { json: JSON.stringify({ ...entry, question, shared: hashes }), shared };
  }

  #part(value: object): SharedPart {
    const known = this.#known.get(value);
    if (known) return known;
    const json = JSON.stringify(value);
    // 128 bits are far more than chance needs, and nobody gains by a collision in this ledger.
    const part = { hash: hash('sha256', json, 'base64url').slice(0, 22), json };
    this.#known.set(value, part);
    return part;
  }
}

/** The entry in its stored text; `sharedJson` finds the text of a shared part by its hash. */
export function unpackEntry(json: string, sharedJson: (hash: string) => string): LedgerEntry {
  const { shared, ...entry } = JSON.parse(json);
  if (shared === undefined) return entry;
  const question = { ...entry.question };
  for (const [key, of] of Object.entries(shared)) {
    question[key] = JSON.parse(sharedJson(of as string));
  }
  return { ...entry, question };
}
