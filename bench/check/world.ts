// Everything that a check asks, on this machine: three NSD with the names, mail hosts that answer at
// once (our own server, with TLS), and an Unbound as the machine's resolver. With a delay, the
// servers of names and of mail stand at loopback addresses, and a process that delays stands at
// theirs.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificate, selfSigned } from '../../test/support/certificate.ts';
import { startFingerpost } from '../mail/world.ts';
import { type Program, startProgram, untilListening } from '../support/programs.ts';
import { type Delayed, startDelays, type Way } from './delay.ts';
import {
  domainName,
  mailHosts,
  type NameHost,
  type NameServer,
  nameServers,
  ROOTS,
} from './zones.ts';

export interface World {
  readonly folder: string;
  readonly delayMs: number;
  readonly domains: readonly string[];
  readonly roots: readonly NameHost[];
  readonly resolver: string;
  /** The file of the authority that signed the certificates. */
  readonly authority: string;
  stop(): Promise<void>;
}

export interface WorldOptions {
  readonly folder: string;
  readonly domains: number;
  readonly delayMs: number;
}

/** What is not installed and must be. */
export const WORLD_PROGRAMS: readonly (readonly [program: string, packageName: string])[] = [
  ['ip', 'iproute2'],
  ['nsd', 'nsd'],
  ['unbound', 'unbound'],
  ['unshare', 'util-linux'],
];

const RESOLVER = '127.0.0.1';
const DNS_PORT = 53;
const SMTP_PORT = 25;
const DAYS = 90;
const AUTHORITY = 'Authority of the benchmark';

/** Where a server with a public address really is, behind its delay. */
const behind = (address: string): string => address.replace(/^11\./, '127.');

export async function startWorld({ folder, domains, delayMs }: WorldOptions): Promise<World> {
  mkdirSync(folder, { recursive: true });
  const programs: Program[] = [];
  let delayed: Delayed | undefined;
  const where = (address: string): string => (delayMs > 0 ? behind(address) : address);
  const servers = nameServers(domains);
  const names = Array.from({ length: domains }, (_, each) => domainName(each));
  const authority = join(folder, 'authority.pem');
  const stop = async (): Promise<void> => {
    delayed?.stop();
    await Promise.all(programs.map((program) => program.stop()));
  };
  try {
    for (const server of servers) programs.push(startNsd(folder, server, where));
    programs.push(startMail(folder, names, where));
    const dns = servers.flatMap(({ hosts }) => hosts.map(({ address }) => where(address)));
    for (const address of dns) await untilListening(address, DNS_PORT);
    for (const { address } of mailHosts) await untilListening(where(address), SMTP_PORT);
    if (delayMs > 0) delayed = await startDelays(waysOf(servers), delayMs);
    programs.push(startUnbound(folder));
    await untilListening(RESOLVER, DNS_PORT);
  } catch (error) {
    await stop();
    throw error;
  }
  return { folder, delayMs, domains: names, roots: ROOTS, resolver: RESOLVER, authority, stop };
}

function waysOf(servers: readonly NameServer[]): readonly Way[] {
  const way = (address: string, port: number, udp: boolean): Way => {
    return { from: address, to: behind(address), port, udp };
  };
  return [
    ...servers.flatMap(({ hosts }) => hosts.map(({ address }) => way(address, DNS_PORT, true))),
    ...mailHosts.map(({ address }) => way(address, SMTP_PORT, false)),
  ];
}

type Where = (address: string) => string;

function startNsd(folder: string, { name, hosts, zones }: NameServer, where: Where): Program {
  const own = join(folder, name);
  mkdirSync(own, { recursive: true });
  const clauses = Object.entries(zones).map(([origin, text]) => {
    const file = join(own, `${origin || 'root'}.zone`);
    writeFileSync(file, text);
    return `zone:\n  name: ${origin}.\n  zonefile: ${file}`;
  });
  const file = write(own, 'nsd.conf', [
    'server:',
    ...hosts.map(({ address }) => `  ip-address: ${where(address)}@${DNS_PORT}`),
    '  server-count: 1',
    '  username: ""',
    // Everything comes from one address here, which is what this limit is against.
    '  rrl-ratelimit: 0',
    `  zonesdir: "${own}"`,
    `  xfrdir: "${own}"`,
    ...['pidfile', 'xfrdfile', 'zonelistfile'].map((key) => `  ${key}: "${join(own, key)}"`),
    'remote-control:',
    '  control-enable: no',
    ...clauses,
  ]);
  return startProgram('nsd', ['-d', '-c', file], { outputFile: join(own, 'output') });
}

function startMail(folder: string, domains: readonly string[], where: Where): Program {
  const own = join(folder, 'mail');
  mkdirSync(own, { recursive: true });
  const authority = selfSigned({ names: [AUTHORITY], validDays: DAYS });
  const by = { name: AUTHORITY, key: authority.key };
  const names = mailHosts.map(({ host }) => host);
  const shown = certificate({ names, validDays: DAYS, by });
  writeFileSync(join(folder, 'authority.pem'), authority.cert);
  writeFileSync(join(own, 'certificate.pem'), shown.cert);
  writeFileSync(join(own, 'key.pem'), shown.key, { mode: 0o600 });
  const listen = mailHosts.map(({ address }) => `"${where(address)}:${SMTP_PORT}"`).join(', ');
  const file = write(own, 'fingerpost.yaml', [
    `hostname: ${mailHosts[0]?.host}`,
    `data: ${join(own, 'data')}`,
    `smtp:`,
    `  listen: [${listen}]`,
    `  tls: { cert: ${join(own, 'certificate.pem')}, key: ${join(own, 'key.pem')} }`,
    'domains:',
    ...domains.map((name) => {
      return `  ${name}: { role: primary, recipients: [info], deliverTo: "maildir:./mail" }`;
    }),
  ]);
  return startFingerpost(file, { outputFile: join(own, 'output') });
}

function startUnbound(folder: string): Program {
  const own = join(folder, 'resolver');
  mkdirSync(own, { recursive: true });
  const hints = write(own, 'root.hints', hintLines());
  const file = write(own, 'unbound.conf', [
    'server:',
    `  interface: ${RESOLVER}`,
    '  username: ""',
    '  chroot: ""',
    `  directory: "${own}"`,
    `  pidfile: "${join(own, 'pid')}"`,
    '  use-syslog: no',
    '  do-ip6: no',
    `  root-hints: "${hints}"`,
    '  module-config: "iterator"',
    '  local-zone: "test." nodefault',
    '  num-threads: 1',
    'remote-control:',
    '  control-enable: no',
  ]);
  return startProgram('unbound', ['-d', '-c', file], { outputFile: join(own, 'output') });
}

/** The root servers as a hints file has them. */
export const hintLines = (roots: readonly NameHost[] = ROOTS): readonly string[] =>
  roots.flatMap(({ host, address }) => [`. 3600 NS ${host}.`, `${host}. 3600 A ${address}`]);

export function write(folder: string, name: string, lines: readonly string[]): string {
  const file = join(folder, name);
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}
