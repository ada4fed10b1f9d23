// Everything of the world that commands touch, as arguments: `main.ts` gives the real terminal,
// files and clock, tests give false ones.
import type { EventHub } from '../base/events.ts';
import type { Chance } from '../base/random.ts';
import type { Clock } from '../base/time.ts';
import type { Settings } from '../config/settings.ts';

/** Where text goes. */
export interface Output {
  write(text: string): void;
}

/** The line on which long work tells how far it is. */
export interface ProgressLine {
  /** Replaces what stands there; the text is safe to show. */
  show(text: string): void;
  clear(): void;
}

/** A server in this process, with or without its listeners. */
export interface OwnApp {
  start(): Promise<void>;
  stop(): Promise<void>;
  fetch(request: Request): Promise<Response>;
  readonly events: Pick<EventHub, 'listen'>;
}

export interface Files {
  /** The text of a file; nothing where there is no such file. */
  readText(path: string): string | undefined;
  /** The path with every link followed; nothing where there is no such file. */
  realPath(path: string): string | undefined;
  /** Writes a file, in place of one that is there. */
  writeText(path: string, text: string): void;
  /** The files that a pattern names, `*` and `?` standing for any characters of one file name. */
  matching(pattern: string): readonly string[];
}

export interface Surroundings {
  readonly out: Output;
  readonly err: Output;
  /** Where long work tells how far it is. */
  readonly progress: ProgressLine;
  /** May colours be used on `out`? */
  readonly colour: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly machineName: string;
  readonly version: string;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly files: Files;
  /** All of standard input, or nothing where it is a terminal. */
  readInput(): Promise<Uint8Array | undefined>;
  createApp(settings: Settings, options: { readonly listeners: boolean }): Promise<OwnApp>;
  onSignals(handlers: { stop(): void; hurry(): void; reload(): void }): () => void;
  /** Ends the process now. */
  exit(code: number): void;
}
