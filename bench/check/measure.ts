// What one run of a program takes: time, processor time with all its processes, and memory at its
// most.
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createCpuMeter } from '../support/cpu-meter.ts';
import { startProgram } from '../support/programs.ts';
import type { NameHost } from './zones.ts';

export interface Taken {
  readonly seconds: number;
  readonly cpuSeconds: number | undefined;
  readonly peakMb: number;
}

export interface Watched {
  /** Gets what it prints. */
  readonly outputFile: string;
  readonly fine: readonly number[];
}

const LOOK_EVERY_MS = 25;
const KB_PER_MB = 1_024;
const US_PER_SECOND = 1_000_000;

/** Runs a command to its end. */
export async function measure(command: readonly string[], watched: Watched): Promise<Taken> {
  const run = begin(command, watched.outputFile);
  const code = await run.program.ended;
  const taken = run.taken();
  run.close();
  if (code === null || !watched.fine.includes(code)) {
    const said = readFileSync(watched.outputFile, 'utf8');
    throw new Error(`${command.join(' ')} ended with ${code}:\n${said.slice(-OUTPUT_SHOWN)}`);
  }
  return taken;
}

const OUTPUT_SHOWN = 2_000;

/** A server of the root that a program asks first, and never again. */
export const FIRST_ASKED: NameHost = { host: 'first.root-servers.test', address: '11.9.0.53' };

/** Runs a command until its first question to a root server, and then ends it. */
export async function measureStart(command: readonly string[], outputFile: string): Promise<Taken> {
  const socket = createSocket('udp4');
  const { promise, resolve } = Promise.withResolvers<'asked'>();
  await new Promise<void>((bound, failed) => {
    socket.once('error', failed).bind(53, FIRST_ASKED.address, bound);
  });
  const run = begin(command, outputFile);
  let taken: Taken | undefined;
  socket.once('message', () => {
    taken = run.taken();
    resolve('asked');
  });
  await Promise.race([promise, run.program.ended]);
  await run.program.stop();
  run.close();
  socket.close();
  if (!taken) throw new Error(`${command.join(' ')} asked nobody; see ${outputFile}`);
  return taken;
}

let runs = 0;

function begin(command: readonly string[], outputFile: string) {
  const [program = '', ...args] = command;
  runs += 1;
  const meter = createCpuMeter(`check-${runs}`);
  let peakKb = 0;
  const before = (pid: number): void => meter.add(pid);
  const startedAt = performance.now();
  const running = startProgram(program, args, { outputFile, before });
  const look = setInterval(() => {
    peakKb = Math.max(peakKb, peakKbOf(running.pid));
  }, LOOK_EVERY_MS);
  return {
    program: running,
    taken(): Taken {
      const seconds = (performance.now() - startedAt) / 1_000;
      const cpuUs = meter.readUs();
      const cpuSeconds = cpuUs === undefined ? undefined : cpuUs / US_PER_SECOND;
      return { seconds, cpuSeconds, peakMb: peakKb / KB_PER_MB };
    },
    close() {
      clearInterval(look);
      meter.close();
    },
  };
}

/** proc(5): the most that was resident so far; 0 where it ended. */
function peakKbOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
