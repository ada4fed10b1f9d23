// smtp-sink of Postfix: a mail host that takes everything, or fails on purpose at one command.
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { canConnect } from './smtp.ts';
import type { Stage } from './stage.ts';

export interface Sink {
  /** What it took, with the envelope in X- fields before each message. */
  taken(): readonly string[];
}

/** Resolves when it listens on port 25 of the address. */
export async function startSink(
  stage: Stage,
  address: string,
  options: readonly string[],
): Promise<Sink> {
  const folder = stage.path(`sink-${address}`);
  mkdirSync(folder);
  const template = join(folder, '%Y%m%d%H%M%S.');
  const sink = stage.launch('smtp-sink', [
    ...options,
    ...['-u', 'root', '-d', template, `inet:[${address}]:25`, '20'],
  ]);
  await eventually(`smtp-sink listens at ${address}`, () => {
    if (sink.isOver) throw new Error(`smtp-sink ended: ${sink.output}`);
    return canConnect(address, 25);
  });
  return {
    taken: () =>
      existsSync(folder)
        ? readdirSync(folder).map((file) => readFileSync(join(folder, file), 'latin1'))
        : [],
  };
}
