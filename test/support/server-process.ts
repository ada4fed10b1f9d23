// The real program for tests: started from YAML text in a folder of its own, watched by what it
// says, stopped by its process id. Addresses and ports belong to this test process alone.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { afterwards } from './afterwards.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const BIN = join(ROOT, 'bin', 'fingerpost.js');

/** With this the program runs in the process that was started, not in a child of it. */
export const QUIET = '--disable-warning=ExperimentalWarning';

/** What it must never take: slower than any machine that tests run on. */
const PATIENCE_MS = 20_000;
const ADDRESSES_PER_PROCESS = 250;

/** The ports of this test process; below those that systems give to clients. */
const PORT_BASE = 20_000 + 4 * (Math.floor(process.pid / ADDRESSES_PER_PROCESS) % 2_000);
export const PORT = {
  dns: PORT_BASE,
  smtp: PORT_BASE + 1,
  submission: PORT_BASE + 2,
  http: PORT_BASE + 3,
} as const;

/** Loopback addresses that no other test process uses, one after another. */
export function addressesOfOurOwn(): () => string {
  const network = `127.40.${1 + (process.pid % ADDRESSES_PER_PROCESS)}`;
  let last = 0;
  return () => {
    last += 1;
    return `${network}.${last}`;
  };
}

/** A folder that goes when the test ends. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'fingerpost-test-'));
  afterwards(t, () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes `files` (name → text) into a folder that goes when the test ends. */
export function folderWith(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder(t);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/**
 * Without what would have the program read another configuration, or colour what it says. What Node
 * compiled is kept from one start to the next: most of a short command's time.
 */
const ENVIRONMENT = {
  ...process.env,
  FINGERPOST_CONFIG: undefined,
  NO_COLOR: '1',
  NODE_COMPILE_CACHE: join(ROOT, 'node_modules', '.cache', 'compiled'),
};

export interface RunOptions {
  readonly cwd?: string;
  /** Standard input; nothing where it is absent. */
  readonly input?: string;
}

/** A program that runs, and all that it says. */
export class Program {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #watchers = new Set<() => void>();
  #out = '';
  #err = '';
  #over = false;

  constructor(command: readonly string[], options: RunOptions = {}) {
    const [file = '', ...args] = command;
    const child = spawn(file, args, { cwd: options.cwd, env: ENVIRONMENT });
    this.#child = child;
    this.pid = child.pid ?? -1;
    child.stdout.setEncoding('utf8').on('data', (text) => {
      this.#out += text;
      this.#look();
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      this.#err += text;
      this.#look();
    });
    // Whoever ends before it has read its input is judged by how it ends.
    child.stdin.on('error', () => {}).end(options.input ?? '');
    this.ended = new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        this.#over = true;
        this.#look();
        resolve({ code, signal, out: this.#out, err: this.#err });
      });
    });
  }

  /** What it has said on standard error, where a server logs. */
  get log(): string {
    return this.#err;
  }

  /** Resolves when standard error has something that fits; rejects when it never will. */
  said(wanted: RegExp): Promise<RegExpExecArray> {
    return this.#await(wanted, () => this.#err);
  }

  /** The same of standard output. */
  printed(wanted: RegExp): Promise<RegExpExecArray> {
    return this.#await(wanted, () => this.#out);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Asks it to stop; kills it where it will not. */
  async stop(): Promise<Ended> {
    this.kill('SIGTERM');
    const timer = setTimeout(() => this.kill('SIGKILL'), PATIENCE_MS);
    return this.ended.finally(() => clearTimeout(timer));
  }

  #await(wanted: RegExp, text: () => string): Promise<RegExpExecArray> {
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
    const look = (): void => {
      const found = wanted.exec(text());
      if (found) resolve(found);
      else if (this.#over) reject(new Error(`it ended without ${wanted}:\n${text()}`));
    };
    const late = (): void => reject(new Error(`still no ${wanted} in:\n${text()}`));
    const timer = setTimeout(late, PATIENCE_MS);
    this.#watchers.add(look);
    look();
    return promise.finally(() => {
      clearTimeout(timer);
      this.#watchers.delete(look);
    });
  }

  #look(): void {
    for (const watcher of this.#watchers) watcher();
  }
}

/** Runs the command to its end. */
export const fingerpost = (args: readonly string[], options: RunOptions = {}): Promise<Ended> =>
  new Program([process.execPath, QUIET, BIN, ...args], options).ended;

export interface RunningServer extends Program {
  readonly folder: string;
  /** A command that asks this server: `ask('queue', 'list')`. */
  ask(...args: readonly string[]): Promise<Ended>;
}

export interface ServerOptions extends RunOptions {
  /** Where configuration and files are; a new folder where it is absent. */
  readonly folder?: string;
  /** Files beside the configuration, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** What starts Node, before its own arguments: `unshare -m …`. */
  readonly before?: readonly string[];
  /** The command's file; that of this clone where it is absent. */
  readonly bin?: string;
}

const CONFIGURATION = 'fingerpost.yaml';

/** Starts `fingerpost serve` and returns when it listens; it is stopped when the test ends. */
export async function startServer(
  t: TestContext,
  yaml: string,
  options: ServerOptions = {},
): Promise<RunningServer> {
  const folder = options.folder ?? temporaryFolder(t);
  const files = { ...options.files, [CONFIGURATION]: yaml };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const file = join(folder, CONFIGURATION);
  const node = [...(options.before ?? []), process.execPath, QUIET, options.bin ?? BIN];
  const program = new Program([...node, 'serve', '-c', file], options);
  afterwards(t, () => program.stop());
  await program.said(/ server\.started /);
  const ask = (...args: readonly string[]) => fingerpost([...args, '-c', file]);
  return Object.assign(program, { folder, ask });
}
