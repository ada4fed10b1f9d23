// What arrives in one piece must mean the same in any pieces: a parser of a stream is run on the
// bytes whole, cut once at every place, and cut everywhere.
import assert from 'node:assert/strict';

/** Runs on every split, holds that all results are equal to that of the whole, and returns it. */
export function everySplit<T>(bytes: Uint8Array, run: (pieces: readonly Uint8Array[]) => T): T {
  const whole = run([bytes]);
  for (let cut = 1; cut < bytes.length; cut += 1) {
    const halves = [bytes.subarray(0, cut), bytes.subarray(cut)];
    assert.deepEqual(run(halves), whole, `cut after ${cut} of ${bytes.length} bytes`);
  }
  const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
  assert.deepEqual(run(single), whole, 'cut into single bytes');
  return whole;
}
