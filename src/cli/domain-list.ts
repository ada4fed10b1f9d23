// The domains of a command: its operands, and a list in a file. All are read before anything is
// asked, so that a slip of the pen costs nothing.
import { FingerpostError } from '../base/errors.ts';
import { showText } from '../base/show.ts';
import { type Name, nameKey, parseName } from '../dns/name.ts';
import type { Call } from './call.ts';
import { textIn } from './given-file.ts';

const DOMAINS_MAX = 100_000;

/**
 * One a line, `#` begins a comment; each domain once. Throws `USAGE`, with the line, for what is no
 * domain name.
 */
export function domainsOf(call: Call): readonly Name[] {
  const domains = new Map<string, Name>();
  for (const { text, place } of [...operandsOf(call), ...linesOf(call)]) {
    const name = nameIn(text, place);
    if (!domains.has(nameKey(name))) domains.set(nameKey(name), name);
  }
  if (domains.size > DOMAINS_MAX) {
    throw new FingerpostError('USAGE', `at most ${DOMAINS_MAX} domains at once`);
  }
  return [...domains.values()];
}

interface Given {
  readonly text: string;
  /** Before a fault: `list:3: `. */
  readonly place: string;
}

const operandsOf = ({ operands }: Call): readonly Given[] =>
  operands.map((text) => ({ text, place: '' }));

function linesOf(call: Call): readonly Given[] {
  const file = call.text('file');
  if (file === undefined) return [];
  const place = (at: number): string => `${showText(file)}:${at + 1}: `;
  return textIn(call, file)
    .split('\n')
    .map((line, at) => ({ text: line.replace(/#.*/, '').trim(), place: place(at) }))
    .filter(({ text }) => text !== '');
}

function nameIn(text: string, place: string): Name {
  const name = parseName(text);
  if (typeof name === 'string') return name;
  const because = `${showText(text)} is no domain name: it ${name.because}`;
  throw new FingerpostError('USAGE', place + because);
}
