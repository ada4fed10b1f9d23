// Programs that a benchmark starts, and ends again by their process ids: servers, peers, loads.
// Nothing is installed here; what is missing is named, with the package that has it.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export interface Program {
  readonly pid: number;
  /** Its exit code, or nothing where a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Asks it to end, and after a while insists. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Gets what the program prints. */
  readonly outputFile: string;
  /** Called with the process id before the program begins. */
  readonly before?: (pid: number) => void;
}

const PATHS = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/local/sbin'];
const STOP_MS_MAX = 5_000;

/** Those that run: whatever ends the benchmark ends them too. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGTERM');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

/** Where a command is, if it is installed. */
export function findProgram(name: string): string | undefined {
  return PATHS.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Starts a program. */
export function startProgram(
  command: string,
  args: readonly string[],
  { outputFile, before }: StartOptions,
): Program {
  const output = openSync(outputFile, 'a');
  // The shell waits for a line, so that `before` is done when the program takes its place.
  const child = spawn('/bin/sh', ['-c', 'read go; exec "$0" "$@" </dev/null', command, ...args], {
    stdio: ['pipe', output, output],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} could not be started`);
  running.add(child);
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      running.delete(child);
      resolve(code);
    });
  });
  before?.(pid);
  child.stdin?.end('go\n');
  return { pid, ended, stop: () => stop(child, ended) };
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
  await ended;
  clearTimeout(insist);
}

/** Runs a program to its end; rejects when it fails. */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: StartOptions,
): Promise<void> {
  const code = await startProgram(command, args, options).ended;
  if (code !== 0) throw new Error(`${command} ended with ${code}; see ${options.outputFile}`);
}

/** Resolves when `check` says yes; rejects after `timeoutMs` with what was waited for. */
export async function until(
  what: string,
  timeoutMs: number,
  check: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await check())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await pause(10);
  }
}

/** Does somebody listen there? */
export async function isListening(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port });
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  const listens = await promise;
  socket.destroy();
  return listens;
}

/** Resolves when somebody listens there. */
export function untilListening(host: string, port: number): Promise<void> {
  return until(`${host}:${port} listens`, 20_000, () => isListening(host, port));
}
