// The MX matrix on a terminal: a row for each address of each exchange, a column for each step. A
// state is told by a shape before its word; the id behind a row opens its conversation.
import { showText } from '../../base/show.ts';
import { padTo, widthOf } from '../../base/width.ts';
import { hostText } from '../../dns/name.ts';
import {
  type Cell,
  type CellState,
  MATRIX_COLUMNS,
  type Matrix,
  type MatrixRow,
} from '../matrix.ts';
import type { Marks } from './text.ts';

const HEADS: Readonly<Record<(typeof MATRIX_COLUMNS)[number], string>> = {
  resolve: 'resolve',
  connect: 'connect',
  greeting: 'greet',
  ehlo: 'EHLO',
  starttls: 'STARTTLS',
  certificate: 'cert',
  dane: 'DANE',
  sts: 'STS',
  nullSender: '<>',
  postmaster: 'postm.',
  unknownUser: 'unknown',
  test: 'test',
};

const SHAPE: Readonly<Record<CellState, string>> = {
  good: '✓',
  bad: '✗',
  poor: '!',
  unknown: '?',
  none: '·',
};

/** Lines; nothing for a domain without exchanges. */
export function printMatrix(matrix: Matrix, marks: Marks): string {
  if (matrix.rows.length === 0) return '';
  const used = MATRIX_COLUMNS.filter((column) =>
    matrix.rows.some(({ cells }) => cells[column].state !== 'none'),
  );
  const head = ['', 'exchange', 'address', ...used.map((column) => HEADS[column]), ''];
  const rows = matrix.rows.map((row) => [
    row.preference === undefined ? '' : String(row.preference),
    showText(hostText(row.host)),
    row.address ?? '',
    ...used.map((column, at) => cellText(row.cells[column], row.cells[used[at - 1] ?? column])),
    row.evidence ?? '',
  ]);
  const widths = head.map((_, at) =>
    Math.max(...[head, ...rows].map((row) => widthOf(row[at] ?? ''))),
  );
  const lines = [head, ...rows].map((row) =>
    row
      .map((text, at) => padTo(text, widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const marked = lines.map((line, at) => lineMarked(line, matrix.rows[at - 1], marks));
  return [marks.strong('the exchanges'), ...marked].map((line) => `${line}\n`).join('');
}

/** The head is dim, a row with something bad in it is accented. */
function lineMarked(line: string, row: MatrixRow | undefined, marks: Marks): string {
  if (!row) return marks.dim(line);
  return Object.values(row.cells).some(({ state }) => state === 'bad') ? marks.accent(line) : line;
}

/** What is well needs no word, and what is not known for one reason has it once. */
function cellText(cell: Cell, before: Cell): string {
  const { state, word } = cell;
  const isSame = cell !== before && state === 'unknown' && word === before.word;
  const isPlain = state === 'good' || state === 'none' || word === '' || word === 'not known';
  return isPlain || isSame ? SHAPE[state] : `${SHAPE[state]} ${showText(word)}`;
}
