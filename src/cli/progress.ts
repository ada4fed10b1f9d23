// One line at the bottom of a terminal that tells how far long work is. Where there is no terminal
// nothing is written at all.
import { cutTo } from '../base/width.ts';
import type { Output, ProgressLine } from './surroundings.ts';

/** Back to the first column, and empty to the end of the line (ECMA-48). */
const EMPTY_LINE = '\r\u001b[K';

/** `columns` is asked for each time: terminals change their width. */
export function progressLine(output: Output, columns: () => number | undefined): ProgressLine {
  let shown = '';
  return {
    show(text) {
      const width = columns();
      if (width === undefined || text === shown) return;
      shown = text;
      output.write(`${EMPTY_LINE}${cutTo(text, width - 1)}`);
    },
    clear() {
      if (shown !== '') output.write(EMPTY_LINE);
      shown = '';
    },
  };
}
