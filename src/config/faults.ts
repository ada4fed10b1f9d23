// What is wrong with a configuration file, as values, and how it is told: file, line, column, the
// key, what is wrong and the mend. All faults are told at once.

/** One thing to mend. Lines and columns count from 1. */
export interface Fault {
  readonly line: number;
  readonly column: number;
  /** With dots, such as `smtp.tls.cert`; empty for the file as a whole. */
  readonly key: string;
  readonly because: string;
  readonly mend?: string;
}

/** `fingerpost.yaml:3:11: dns.listen: "localhost:53" is not an address with a port; write …` */
export function printFault(file: string, fault: Fault): string {
  const place = `${file}:${fault.line}:${fault.column}`;
  const subject = fault.key === '' ? fault.because : `${fault.key}: ${fault.because}`;
  return fault.mend === undefined ? `${place}: ${subject}` : `${place}: ${subject}; ${fault.mend}`;
}

/** How many letters must change (Levenshtein), looking at two rows only. */
function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const changed = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const inserted = Math.min(above[column] ?? 0, current[column - 1] ?? 0) + 1;
      current.push(Math.min(changed, inserted));
    }
    above = current;
  }
  return above[b.length] ?? 0;
}

/**
 * The word that was probably meant: at most a third of its letters differ, and never more than
 * three.
 */
export function nearest(written: string, known: readonly string[]): string | undefined {
  const word = written.slice(0, 64).toLowerCase();
  let best: { readonly known: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const found = distance(word, candidate.toLowerCase());
    if (found <= Math.min(3, Math.ceil(candidate.length / 3)) && found < (best?.distance ?? 4)) {
      best = { known: candidate, distance: found };
    }
  }
  return best?.known;
}
