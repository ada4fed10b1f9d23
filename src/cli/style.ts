// The few marks that text on a terminal carries: one accent colour, strong, and dim. A state is
// never told by them alone, so that nothing is lost where they are off.

export interface Style {
  accent(text: string): string;
  strong(text: string): string;
  dim(text: string): string;
}

const plain = (text: string): string => text;

const marked =
  (on: number, off: number) =>
  (text: string): string =>
    `\u001b[${on}m${text}\u001b[${off}m`;

/** Marks where colours may be used, plain text elsewhere. */
export function makeStyle(colour: boolean): Style {
  if (!colour) return { accent: plain, strong: plain, dim: plain };
  return { accent: marked(33, 39), strong: marked(1, 22), dim: marked(2, 22) };
}

/** Colours belong on a terminal, unless NO_COLOR is set or the terminal knows none. */
export function wantsColour(
  isTerminal: boolean,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const refused = (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  return isTerminal && !refused;
}
