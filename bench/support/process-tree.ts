// Processor time by the kernel's own account, from /proc: a process, its threads, and the processes
// below it. Needs no rights; counts in ticks of 10 ms, so a load must run for seconds.
import { readdirSync, readFileSync } from 'node:fs';

/** A tick is USER_HZ, which Linux fixed at 100 a second for all programs. */
const MICROSECONDS_PER_TICK = 10_000;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

/** proc(5): fields after the name, which may hold anything but ends with the last bracket. */
function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [userTicks, systemTicks] = [Number(fields[11]), Number(fields[12])];
    return { pid, parent: Number(fields[1]), ticks: userTicks + systemTicks };
  } catch {
    return undefined; // It ended while we looked.
  }
}

/** What a process and those below it took so far, user and system. */
export function cpuMicrosecondsOf(root: number): number {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat !== undefined);
  const ticksBelow = (parent: number): number =>
    all
      .filter((stat) => stat.parent === parent)
      .reduce((sum, { pid, ticks }) => sum + ticks + ticksBelow(pid), 0);
  const own = all.find(({ pid }) => pid === root)?.ticks ?? 0;
  return (own + ticksBelow(root)) * MICROSECONDS_PER_TICK;
}
