// The keys that the schema knows, with the default of each, read from the schema itself: for the
// manual, for the test that compares the two, and for "did you mean".
import { z } from 'zod';
import { fileSchema } from './schema.ts';

/** One key that holds a value. In `domains.NAME.role`, NAME stands for a domain. */
export interface SettingKey {
  readonly key: string;
  /** As it would be written; absent where there is none. */
  readonly default?: string;
}

const join = (prefix: string, key: string): string => (prefix === '' ? key : `${prefix}.${key}`);

function inside(schema: z.core.$ZodType, prefix: string, fallback?: string): SettingKey[] {
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape).flatMap(([key, value]) =>
      inside(value as z.core.$ZodType, join(prefix, key)),
    );
  }
  if (schema instanceof z.ZodRecord) {
    return inside(schema.valueType as z.core.$ZodType, join(prefix, 'NAME'));
  }
  if (schema instanceof z.ZodPrefault) {
    const value = schema.def.defaultValue;
    const text = Array.isArray(value) ? (value.length === 0 ? 'none' : value.join(', ')) : value;
    return inside(schema.def.innerType, prefix, typeof text === 'string' ? text : undefined);
  }
  if (schema instanceof z.ZodOptional) return inside(schema.def.innerType, prefix, fallback);
  return [fallback === undefined ? { key: prefix } : { key: prefix, default: fallback }];
}

/** Every key of the file, in the order of the schema. */
export const settingKeys = (): readonly SettingKey[] => inside(fileSchema, '');

/** The keys that may stand in the group at `path`. */
export function keysAt(path: readonly string[]): readonly string[] {
  const known = path.map((part, at) => (at === 1 && path[0] === 'domains' ? 'NAME' : part));
  const prefix = known.length === 0 ? '' : `${known.join('.')}.`;
  const below = settingKeys()
    .filter(({ key }) => key.startsWith(prefix))
    .map(({ key }) => key.slice(prefix.length).split('.')[0] ?? '');
  return [...new Set(below)];
}
