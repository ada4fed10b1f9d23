// Lengths of time and sizes as people write them: a whole number and its unit, with no space or
// one. A bare number is refused, since nobody can see what it counts.
import { type Duration, milliseconds } from '../base/time.ts';

const DURATION_UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const SIZE_UNITS_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1_024,
  MB: 1_048_576,
  GB: 1_073_741_824,
};

/** A year: longer than that is a slip of the pen. */
const DURATION_MAX_MS = 366 * 86_400_000;

function counted(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, count, unit] = /^(\d{1,12}) ?([A-Za-z]+)$/.exec(text) ?? [];
  const each = unit !== undefined && Object.hasOwn(units, unit) ? units[unit] : undefined;
  return each === undefined ? undefined : Number(count) * each;
}

/** `30s`, `5min`, `4h`, `5d`, `250ms`; nothing for anything else, or for more than a year. */
export function parseDuration(text: string): Duration | undefined {
  const ms = counted(text, DURATION_UNITS_MS);
  return ms === undefined || ms > DURATION_MAX_MS ? undefined : milliseconds(ms);
}

/** Bytes in `25MB`, `512 KB`, `1GB`, `900B`; each unit is 1,024 of the one before. */
export function parseSize(text: string): number | undefined {
  const bytes = counted(text, SIZE_UNITS_BYTES);
  return bytes !== undefined && Number.isSafeInteger(bytes) ? bytes : undefined;
}
