// Undoing what a test set up, in the opposite order: a server ends before its folder goes.
import type { TestContext } from 'node:test';

type Undo = () => unknown;

const UNDO = new WeakMap<TestContext, Undo[]>();

/** Runs `undo` when the test ends, before everything that was given earlier. */
export function afterwards(t: TestContext, undo: Undo): void {
  const known = UNDO.get(t);
  if (known) {
    known.push(undo);
    return;
  }
  const all = [undo];
  UNDO.set(t, all);
  t.after(async () => {
    for (const each of all.reverse()) await each();
  });
}
