// What a peer test stands on: a folder of its own and the processes that it started. `close` ends
// each of them by its id and removes the folder; processes also end when the test process dies.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

const PROGRAM_FOLDERS = ['/usr/sbin', '/usr/bin', '/usr/lib/postfix/sbin', '/sbin', '/bin'];
const OUTPUT_CHARACTERS_MAX = 8_000_000;
const STOP_PATIENCE_MS = 20_000;

export function programPath(name: string): string | undefined {
  return PROGRAM_FOLDERS.map((folder) => join(folder, name)).find(existsSync);
}

/**
 * Why the tests of a file cannot run here, for `skip`; `false` when they can. Where `CI` is set it
 * throws instead: there a peer test must run.
 */
export function whyNot(programs: readonly string[]): string | false {
  const missing = programs.filter((name) => programPath(name) === undefined);
  const reasons = [
    ...(process.getuid?.() === 0 ? [] : ['needs root']),
    ...(missing.length === 0
      ? []
      : [`not installed: ${missing.join(', ')} (scripts/install-peers.sh)`]),
  ];
  if (reasons.length === 0) return false;
  if (process.env.CI) throw new Error(`peer tests cannot run: ${reasons.join('; ')}`);
  return reasons.join('; ');
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that runs until it is stopped. */
export class Running {
  readonly pid: number;
  readonly name: string;
  readonly ended: Promise<number>;
  readonly #child: ChildProcess;
  readonly #isUnderAnother: boolean;
  #output = '';
  #isOver = false;

  constructor(name: string, child: ChildProcess, isUnderAnother: boolean) {
    if (child.pid === undefined) throw new Error(`${name} did not start`);
    this.name = name;
    this.#isUnderAnother = isUnderAnother;
    this.pid = child.pid;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8');
      stream?.on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-OUTPUT_CHARACTERS_MAX);
      });
    }
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#isOver = true;
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
      });
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** What it has written so far, on both streams. */
  get output(): string {
    return this.#output;
  }

  /** Waits until it has written this. */
  async said(words: string | RegExp): Promise<void> {
    const isThere = (): boolean =>
      typeof words === 'string' ? this.output.includes(words) : words.test(this.output);
    await eventually(`${this.name} says ${words}`, () => {
      if (!isThere() && this.#isOver) {
        throw new Error(`${this.name} ended before it said ${words}:\n${this.output}`);
      }
      return isThere();
    });
  }

  /** Signals it, and waits until it is gone. One that does not go is killed, with its group. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
    this.signal(signal);
    const impatience = setTimeout(() => {
      if (!this.#isOver) process.kill(-this.pid, 'SIGKILL');
    }, STOP_PATIENCE_MS);
    const code = await this.ended;
    clearTimeout(impatience);
    return code;
  }

  /** To the program itself, where it runs under another such as strace. */
  signal(signal: NodeJS.Signals): void {
    if (this.#isOver) return;
    const inner = this.#isUnderAnother ? childOf(this.pid) : undefined;
    if (inner === undefined) this.#child.kill(signal);
    else process.kill(inner, signal);
  }
}

/** The only child of a process. */
function childOf(pid: number): number | undefined {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? undefined : Number(text.split(' ')[0]);
}

export interface LaunchOptions {
  /** The program runs another, whose end is its own; signals go to that one. */
  readonly runsAnother?: boolean;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export class Stage {
  /** Readable by everybody, since Postfix works as users of its own. */
  readonly folder = mkdtempSync('/tmp/fp-peers-');
  readonly #running: Running[] = [];
  readonly #onExit = (): void => {
    for (const running of this.#running) running.signal('SIGTERM');
  };
  readonly #onSignal = (): never => process.exit(1);

  constructor() {
    chmodSync(this.folder, 0o755);
    process.on('exit', this.#onExit);
    process.on('SIGTERM', this.#onSignal);
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  /** Starts a program that goes on. It leads a process group of its own. */
  launch(program: string, args: readonly string[], options: LaunchOptions = {}): Running {
    // The kernel signals it when this process ends in whatever way.
    const guarded = ['--pdeathsig', 'TERM', '--', programOr(program), ...args];
    const child = spawn(programOr('setpriv'), guarded, {
      cwd: options.cwd ?? this.folder,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const running = new Running(program, child, options.runsAnother ?? false);
    this.#running.push(running);
    return running;
  }

  /** Runs a program to its end. */
  run(program: string, args: readonly string[], input = ''): Promise<Ran> {
    const child = spawn(programOr(program), args, { cwd: this.folder, timeout: 60_000 });
    return new Promise((resolve, reject) => {
      const pieces = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const) {
        child[name].setEncoding('utf8').on('data', (text: string) => {
          pieces[name] += text;
        });
      }
      child.on('error', reject);
      child.on('close', (code) => resolve({ code: code ?? 255, ...pieces }));
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
    });
  }

  /** Ends everything, the last started first. */
  async close(): Promise<void> {
    for (const running of this.#running.toReversed()) await running.stop();
    process.off('exit', this.#onExit);
    process.off('SIGTERM', this.#onSignal);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const programOr = (name: string): string => programPath(name) ?? name;
