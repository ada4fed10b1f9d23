// The name servers that are compared: ours as an operator runs it, and NSD. Each is started on one
// core, on an address and port of its own on loopback, and is ready when it has answered a
// question.
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DnsWorld } from './dns-world.ts';
import { freePort } from './ports.ts';
import { findProgram, type Program, startProgram, until } from './programs.ts';
import { queryBytes } from './query.ts';

export interface Place {
  readonly address: string;
  readonly port: number;
}

export interface DnsServer {
  readonly at: Place;
  readonly pid: number;
  stop(): Promise<void>;
}

/** How to start one. */
export interface Wanted {
  readonly world: DnsWorld;
  readonly core: number;
  /** Its own, and empty. */
  readonly folder: string;
}

export interface DnsServerKind {
  readonly name: string;
  readonly version: string;
  start(wanted: Wanted): Promise<DnsServer>;
}

const READY_MS_MAX = 60_000;
const QUIET = '--disable-warning=ExperimentalWarning';

/** Ours, run with further options of Node; for profiles. */
export function fingerpost(nodeOptions: readonly string[]): DnsServerKind {
  return {
    name: 'Fingerpost',
    version: `node:dgram, Node ${process.versions.node}`,
    start: (wanted) => startFingerpost(wanted, nodeOptions),
  };
}

/** NSD; nothing where it is not installed. */
export function nsd(): DnsServerKind | undefined {
  const command = findProgram('nsd');
  if (command === undefined) return undefined;
  const { stdout, stderr } = spawnSync(command, ['-v'], { encoding: 'utf8' });
  const version = /NSD version (\S+)/.exec(stdout + stderr)?.[1] ?? 'of unknown version';
  return { name: 'NSD', version, start: (wanted) => startNsd(wanted, command) };
}

async function startFingerpost(
  { world, core, folder }: Wanted,
  nodeOptions: readonly string[],
): Promise<DnsServer> {
  const at = { address: '127.0.0.2', port: await freePort('127.0.0.2') };
  const file = write(folder, 'fingerpost.yaml', [
    'hostname: ns.bench.test',
    `data: ${join(folder, 'data')}`,
    `dns: { listen: ["${at.address}:${at.port}"], zones: ["${join(world.folder, '*.zone')}"] }`,
  ]);
  const command = fileURLToPath(new URL('../../bin/fingerpost.js', import.meta.url));
  // With this option `bin/fingerpost.js` is the server itself, and not the parent of it.
  const args = [QUIET, ...nodeOptions, command, 'serve', '-c', file];
  return started({ world, core, folder }, at, [process.execPath, ...args]);
}

async function startNsd(wanted: Wanted, command: string): Promise<DnsServer> {
  const { world, folder } = wanted;
  const at = { address: '127.0.0.3', port: await freePort('127.0.0.3') };
  const files = ['pidfile', 'logfile', 'xfrdfile', 'zonelistfile'];
  const file = write(folder, 'nsd.conf', [
    'server:',
    `  ip-address: ${at.address}@${at.port}`,
    '  server-count: 1',
    '  username: ""',
    '  verbosity: 0',
    // Everything comes from one address here, which is what this limit is against.
    '  rrl-ratelimit: 0',
    `  zonesdir: "${world.folder}"`,
    `  xfrdir: "${folder}"`,
    ...files.map((key) => `  ${key}: "${join(folder, key)}"`),
    'remote-control:',
    '  control-enable: no',
    ...world.zones.map((zone) => `zone:\n  name: ${zone}\n  zonefile: ${zone}.zone`),
  ]);
  return started(wanted, at, [command, '-d', '-c', file]);
}

function write(folder: string, name: string, lines: readonly string[]): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

async function started(
  { world, core, folder }: Wanted,
  at: Place,
  command: readonly string[],
): Promise<DnsServer> {
  const outputFile = join(folder, 'output');
  const args = ['--cpu-list', String(core), ...command];
  const program = startProgram('taskset', args, { outputFile });
  try {
    await answering(world, at, program);
  } catch (error) {
    await program.stop();
    throw new Error(`${command.join(' ')}\n${readFileSync(outputFile, 'utf8')}`, { cause: error });
  }
  return { at, pid: program.pid, stop: () => program.stop() };
}

/** Asks until there is an answer, or the server has ended. */
async function answering(world: DnsWorld, { address, port }: Place, program: Program) {
  const query = queryBytes(`n0.${world.zones[0]}`, 1);
  let isOver = false;
  let isAnswered = false;
  void program.ended.then(() => {
    isOver = true;
  });
  const socket = createSocket('udp4')
    .on('message', () => {
      isAnswered = true;
    })
    .on('error', () => {}); // Nobody listens yet.
  try {
    await until(`${address}:${port} answers`, READY_MS_MAX, () => {
      if (!isAnswered) socket.send(query, port, address);
      return isAnswered || isOver;
    });
  } finally {
    socket.close();
  }
  if (isOver) throw new Error('it ended at once');
}
