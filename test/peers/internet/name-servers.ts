// The name servers of the closed internet: NSD for the root, Knot and BIND for the top-level domains,
// all three for domains, and an Unbound that validates beside the machine that looks.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../support/peers/eventually.ts';
import type { Running } from '../../support/peers/stage.ts';
import { type Address, RESOLVER, ROOTS } from './addresses.ts';
import type { ClosedStage } from './closed-stage.ts';

export interface ServerPlan {
  readonly name: string;
  readonly addresses: readonly Address[];
  /** File of each zone, by origin without the dot at the end. */
  readonly zones: Readonly<Record<string, string>>;
}

const all = (plan: ServerPlan): readonly string[] =>
  plan.addresses.flatMap(({ v4, v6 }) => [v4, v6]);

function folderOf(stage: ClosedStage, name: string): string {
  const folder = stage.path(`server-${name}`);
  mkdirSync(folder);
  return folder;
}

function eachZone(plan: ServerPlan, clause: (origin: string, file: string) => string): string {
  return Object.entries(plan.zones)
    .map(([origin, file]) => clause(`${origin}.`, file))
    .join('');
}

/** Waits until the last of its zones is served. */
async function answers(stage: ClosedStage, plan: ServerPlan, running: Running): Promise<void> {
  const origin = Object.keys(plan.zones).at(-1) ?? '';
  await eventually(`${plan.name} serves ${origin}.`, async () => {
    if (running.isOver) throw new Error(`${plan.name} ended: ${running.output}`);
    const ask = ['+short', '+tries=1', '+time=1', `@${plan.addresses[0]?.v4}`, `${origin}.`, 'SOA'];
    const { code, stdout } = await stage.run('dig', ask);
    return code === 0 && stdout.trim() !== '' && !stdout.startsWith(';');
  });
}

export async function startNsd(stage: ClosedStage, plan: ServerPlan): Promise<void> {
  const folder = folderOf(stage, plan.name);
  const text = `server:
${all(plan)
  .map((address) => `  ip-address: ${address}\n`)
  .join('')}
  server-count: 1
  username: ""
  chroot: ""
  database: ""
  zonesdir: ${folder}
  pidfile: ${join(folder, 'pid')}
  xfrdfile: ${join(folder, 'xfrd.state')}
  xfrdir: ${folder}
  zonelistfile: ${join(folder, 'zone.list')}
  rrl-ratelimit: 0
remote-control:
  control-enable: no
${eachZone(plan, (origin, file) => `zone:\n  name: ${origin}\n  zonefile: ${file}\n`)}`;
  writeFileSync(join(folder, 'nsd.conf'), text);
  const running = stage.launch('nsd', ['-d', '-c', join(folder, 'nsd.conf')]);
  await answers(stage, plan, running);
}

export async function startKnot(stage: ClosedStage, plan: ServerPlan): Promise<void> {
  const folder = folderOf(stage, plan.name);
  const text = `server:
  rundir: ${folder}
  listen: [${all(plan)
    .map((address) => `"${address}@53"`)
    .join(', ')}]
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
database:
  storage: ${folder}
log:
  - target: stderr
    any: warning
template:
  - id: default
    storage: ${folder}
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
    semantic-checks: off
zone:
${eachZone(plan, (origin, file) => `  - domain: ${origin}\n    file: ${file}\n`)}`;
  writeFileSync(join(folder, 'knot.conf'), text);
  const running = stage.launch('knotd', ['-c', join(folder, 'knot.conf')]);
  await answers(stage, plan, running);
}

export async function startBind(stage: ClosedStage, plan: ServerPlan): Promise<void> {
  const folder = folderOf(stage, plan.name);
  const listen = (family: keyof Address): string =>
    plan.addresses.map((address) => `${address[family]};`).join(' ');
  const zone = (origin: string, file: string): string =>
    `zone "${origin}" { type primary; file "${file}"; };\n`;
  const text = `options {
  directory "${folder}";
  pid-file "${join(folder, 'pid')}";
  session-keyfile "${join(folder, 'session.key')}";
  listen-on { ${listen('v4')} };
  listen-on-v6 { ${listen('v6')} };
  interface-interval 0;
  recursion no;
  allow-transfer { none; };
  check-names primary ignore;
  check-integrity no;
  notify no;
  dnssec-validation no;
  empty-zones-enable no;
};
controls { };
${eachZone(plan, zone)}`;
  writeFileSync(join(folder, 'named.conf'), text);
  const running = stage.launch('named', ['-g', '-n', '1', '-c', join(folder, 'named.conf')]);
  await answers(stage, plan, running);
}

/** `anchor`: the root's key as zone text. */
export async function startUnbound(stage: ClosedStage, anchor: string): Promise<void> {
  const folder = folderOf(stage, 'unbound');
  const hints = ROOTS.map(
    ({ host, v4, v6 }) => `. 3600 NS ${host}\n${host} 3600 A ${v4}\n${host} 3600 AAAA ${v6}\n`,
  );
  writeFileSync(join(folder, 'root.hints'), hints.join(''));
  writeFileSync(join(folder, 'root.key'), anchor);
  const text = `server:
  interface: ${RESOLVER}
  access-control: 0.0.0.0/0 allow
  username: ""
  chroot: ""
  directory: ${folder}
  pidfile: ${join(folder, 'pid')}
  use-syslog: no
  module-config: "validator iterator"
  root-hints: ${join(folder, 'root.hints')}
  trust-anchor-file: ${join(folder, 'root.key')}
  do-not-query-localhost: no
  ede: yes
  local-zone: "test." nodefault
  local-zone: "127.in-addr.arpa." nodefault
  num-threads: 1
  verbosity: 1
  so-rcvbuf: 0
  so-sndbuf: 0
remote-control:
  control-enable: no
`;
  writeFileSync(join(folder, 'unbound.conf'), text);
  const running = stage.launch('unbound', ['-d', '-c', join(folder, 'unbound.conf')]);
  await eventually('Unbound validates', async () => {
    if (running.isOver) throw new Error(`Unbound ended: ${running.output}`);
    const ask = ['+tries=1', '+time=2', '+dnssec', `@${RESOLVER}`, '.', 'SOA'];
    const { stdout } = await stage.run('dig', ask);
    return /flags:[^;]* ad\b/.test(stdout);
  });
}
