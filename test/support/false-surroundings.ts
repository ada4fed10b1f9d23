// A terminal, files and an app that live in memory, so that commands run in a test as in a shell.
import { createApi } from '../../src/api/api.ts';
import type { ExitCode } from '../../src/cli/exit.ts';
import { run } from '../../src/cli/program.ts';
import type { OwnApp, Surroundings } from '../../src/cli/surroundings.ts';
import { type FalseParts, falseParts, NOON } from './api-parts.ts';

export interface Ran {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

export interface FalseMachine {
  readonly parts?: FalseParts;
  readonly files?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly more?: Partial<Surroundings>;
}

/** An app over the given parts. */
export function falseApp(parts: FalseParts): OwnApp {
  const { fetch } = createApi(parts);
  return { start: async () => {}, stop: async () => {}, fetch, events: parts.events };
}

/** Runs one command; the working folder is `/srv/mail`, and nothing of this machine is touched. */
export async function runOn(machine: FalseMachine, ...args: string[]): Promise<Ran> {
  const { parts = falseParts(), files = {}, input, more = {} } = machine;
  const out: string[] = [];
  const err: string[] = [];
  const code = await run(args, {
    out: { write: (text) => void out.push(text) },
    err: { write: (text) => void err.push(text) },
    colour: false,
    env: {},
    cwd: '/srv/mail',
    machineName: 'box.example',
    version: '1.2.3',
    clock: { now: () => NOON, after: () => ({ cancel: () => {} }) },
    chance: { bytes: (count) => new Uint8Array(count).fill(7), integer: () => 0 },
    files: {
      readText: (path) => files[path],
      realPath: (path) => (path in files ? path : undefined),
      writeText: () => {},
      matching: (pattern) => Object.keys(files).filter((path) => path === pattern),
    },
    progress: { show: () => {}, clear: () => {} },
    readInput: async () => (input === undefined ? undefined : Buffer.from(input, 'latin1')),
    createApp: async () => falseApp(parts),
    onSignals: () => () => {},
    exit: () => {},
    ...more,
  });
  return { code, out: out.join(''), err: err.join('') };
}
