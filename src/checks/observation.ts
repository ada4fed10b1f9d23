// An observation: all that was found out about a domain at one time, as one value that can be
// saved, judged again by a later version, compared with another, and shown to somebody else. It
// holds no secret: nothing is sent while observing that would be one.
import type { Instant } from '../base/time.ts';
import type { About } from './about.ts';
import type { RecordedFact } from './fact.ts';
import { faultInObservation } from './observation-shape.ts';

export interface Observation {
  readonly format: 'fingerpost-observation-1';
  /** The version of Fingerpost that observed. */
  readonly program: string;
  readonly about: About;
  readonly endedAt: Instant;
  readonly facts: readonly RecordedFact[];
}

export const OBSERVATION_FORMAT = 'fingerpost-observation-1';

/** The key of the one member of an object that stands for bytes. */
const BYTES = '$bytes';

/** As JSON text; bytes are `{"$bytes": "base64"}`. */
export function printObservation(observation: Observation): string {
  // A Buffer has turned itself into something else by then (`toJSON`): look at the member itself.
  return JSON.stringify(observation, function (this: Record<string, unknown>, key, value: unknown) {
    const member = this[key];
    return member instanceof Uint8Array
      ? { [BYTES]: Buffer.from(member).toString('base64') }
      : value;
  });
}

export interface ObservationFault {
  readonly because: string;
}

export const isObservation = (read: Observation | ObservationFault): read is Observation =>
  'format' in read;

/** Reads what `printObservation` wrote; a sentence where it is something else. */
export function readObservation(text: string): Observation | ObservationFault {
  let value: unknown;
  try {
    value = JSON.parse(text, (_, member: unknown) => bytesIn(member) ?? member);
  } catch {
    return { because: 'it is not JSON' };
  }
  const format = (value as Partial<Observation> | null)?.format;
  if (format === OBSERVATION_FORMAT) {
    const fault = faultInObservation(value);
    return fault === undefined ? (value as Observation) : { because: `it is damaged: ${fault}` };
  }
  return typeof format === 'string'
    ? { because: `its format is ${format}, and this version reads ${OBSERVATION_FORMAT}` }
    : { because: 'it is no observation (`fingerpost check DOMAIN --save FILE` writes one)' };
}

function bytesIn(member: unknown): Uint8Array | undefined {
  if (typeof member !== 'object' || member === null || !(BYTES in member)) return undefined;
  const encoded: unknown = member[BYTES];
  return typeof encoded === 'string' ? new Uint8Array(Buffer.from(encoded, 'base64')) : undefined;
}
