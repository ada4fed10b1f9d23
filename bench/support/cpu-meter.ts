// CPU time of a program with all its processes: from a control group of its own (version 1 or 2),
// which also counts children that have ended. Where none can be made (it needs root), a single
// process is read from /proc instead, and a program of many processes has no figure.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

export interface CpuMeter {
  /** Counts this process, and every child that it starts from now on. */
  add(pid: number): void;
  /** Microseconds so far; nothing where it cannot be known. */
  readUs(): number | undefined;
  /** The processes that are counted and still run. */
  pids(): readonly number[];
  close(): void;
}

const VERSION_1 = '/sys/fs/cgroup/cpuacct';
const VERSION_2 = '/sys/fs/cgroup';
/** `/proc/PID/stat` counts in ticks of 10 ms. */
const US_PER_TICK = 10_000;

/** Counts into a control group `fingerpost-bench-NAME` where possible. */
export function createCpuMeter(name: string): CpuMeter {
  for (const root of [VERSION_1, VERSION_2]) {
    const folder = join(root, `fingerpost-bench-${name}-${process.pid}`);
    const file = root === VERSION_1 ? 'cpuacct.usage' : 'cpu.stat';
    try {
      if (!existsSync(join(root, file))) continue;
      mkdirSync(folder);
      return groupMeter(folder, file);
    } catch {
      // Not allowed, or no such controller: the next way.
    }
  }
  return processMeter();
}

function groupMeter(folder: string, file: string): CpuMeter {
  const members = join(folder, 'cgroup.procs');
  return {
    add: (pid) => writeFileSync(members, `${pid}`),
    readUs() {
      const text = readFileSync(join(folder, file), 'utf8');
      const found = /usage_usec (\d+)/.exec(text);
      return found ? Number(found[1]) : Number(text) / 1_000;
    },
    pids: () => readFileSync(members, 'utf8').split('\n').filter(Boolean).map(Number),
    close() {
      if (existsSync(folder)) rmdirSync(folder);
    },
  };
}

function processMeter(): CpuMeter {
  const pids: number[] = [];
  return {
    add: (pid) => void pids.push(pid),
    readUs() {
      const [only, ...others] = pids;
      if (only === undefined || others.length > 0 || hasChildren(only)) return undefined;
      const stat = readFileSync(`/proc/${only}/stat`, 'utf8');
      // After the name in parentheses: utime and stime are the 12th and 13th fields.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return (Number(fields[11]) + Number(fields[12])) * US_PER_TICK;
    },
    pids: () => pids.filter((pid) => existsSync(`/proc/${pid}`)),
    close: () => {},
  };
}

function hasChildren(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).some(
    (task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim() !== '',
  );
}
