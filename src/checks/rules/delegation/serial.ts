// Serial numbers of zones, which go in a circle (RFC 1982): after the largest comes 0 again.
const SERIALS = 2 ** 32;

/** How often the one must be raised by one to be the other. */
export const serialSteps = (from: number, to: number): number => (to - from + SERIALS) % SERIALS;

/** RFC 1982 §3.2; of two that are half the circle apart neither is newer. */
export function isNewerSerial(one: number, other: number): boolean {
  const steps = serialSteps(other, one);
  return steps > 0 && steps < SERIALS / 2;
}
