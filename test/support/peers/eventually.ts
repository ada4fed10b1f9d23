// Waiting for other programs: they tell nobody when they are done, so they are looked at.
const LOOK_EVERY_MS = 25;
/** The machine of a test may be slow and busy. */
const PATIENCE_MS = 30_000;

export const pauseMs = (durationMs: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, durationMs));

/** Looks until there is something (neither `undefined` nor `false`), and returns it. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const start = Date.now();
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() - start > patienceMs) throw new Error(`waited in vain: ${what}`);
    await pauseMs(LOOK_EVERY_MS);
  }
}
