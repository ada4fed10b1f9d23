// The machine that a benchmark ran on, in one line: figures mean nothing without it.
import { cpus, release } from 'node:os';

/** Processor, kernel, Node and the day. */
export function machineLine(): string {
  const [cpu] = cpus();
  const model = (cpu?.model ?? 'an unknown processor').trim();
  const today = new Date().toISOString().slice(0, 10);
  return `${cpus().length} × ${model}, Linux ${release()}, Node ${process.version}, ${today}`;
}
