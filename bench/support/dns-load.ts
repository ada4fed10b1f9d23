// A bounded load of queries from one core: dnsperf where it is installed, our own generator
// elsewhere.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Place } from './dns-servers.ts';
import type { DnsWorld } from './dns-world.ts';
import { findProgram, runProgram } from './programs.ts';

/** What came back. */
export interface Answered {
  readonly completed: number;
  readonly lost: number;
  readonly replyBytesMean: number;
  readonly perSecond: number;
}

export interface DnsLoad {
  readonly name: string;
  /** Asks every line of the world's file once. */
  run(core: number, at: Place, world: DnsWorld): Promise<Answered>;
}

export function dnsLoad(): DnsLoad {
  const command = findProgram('dnsperf');
  if (command === undefined)
    return { name: 'our own generator (dnsperf is not here)', run: runOwn };
  return { name: 'dnsperf', run: (core, at, world) => runDnsperf(command, core, at, world) };
}

async function runDnsperf(
  command: string,
  core: number,
  { address, port }: Place,
  world: DnsWorld,
): Promise<Answered> {
  const how = ['-n', '1', '-q', '100', '-T', '1', '-d', world.queryFile];
  const said = await outputOf(core, world, [command, '-s', address, '-p', String(port), ...how]);
  const figure = (pattern: RegExp): number => {
    const text = pattern.exec(said)?.[1];
    if (text === undefined) throw new Error(`dnsperf said something else:\n${said}`);
    return Number(text);
  };
  const completed = figure(/Queries completed: +(\d+)/);
  if (figure(new RegExp(`${world.rcode} (\\d+)`)) !== completed) throw new Error(said);
  return {
    completed,
    lost: figure(/Queries lost: +(\d+)/),
    replyBytesMean: figure(/response (\d+)/),
    perSecond: figure(/Queries per second: +([\d.]+)/),
  };
}

async function runOwn(core: number, { address, port }: Place, world: DnsWorld): Promise<Answered> {
  const generator = fileURLToPath(new URL('dns-generator.ts', import.meta.url));
  const args = [generator, address, String(port), world.queryFile];
  return JSON.parse(await outputOf(core, world, [process.execPath, ...args])) as Answered;
}

/** What a command prints that runs on one core. */
async function outputOf(
  core: number,
  { folder }: DnsWorld,
  command: readonly string[],
): Promise<string> {
  const outputFile = join(folder, '..', 'load-output');
  rmSync(outputFile, { force: true });
  await runProgram('taskset', ['--cpu-list', String(core), ...command], { outputFile });
  return readFileSync(outputFile, 'utf8');
}
