// What a DNS query costs, ours beside NSD in the same run: processor time of the server by the
// kernel's account, which is far steadier than a rate. Server on core 0, load on core 1, everything
// on loopback. Installs nothing: it says which peer is missing.
//
//   npm run bench:dns -- [--rounds 5] [--queries 200000] [--only TITLE] [--node-option FLAG]…
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type DnsLoad, dnsLoad } from './support/dns-load.ts';
import { type DnsServer, type DnsServerKind, fingerpost, nsd } from './support/dns-servers.ts';
import { type DnsWorld, type DnsWorldOptions, dnsWorld } from './support/dns-world.ts';
import { median, printNumber, printTable } from './support/figures.ts';
import { machineLine } from './support/machine.ts';
import { cpuMicrosecondsOf } from './support/process-tree.ts';

const SERVER_CORE = 0;
const LOAD_CORE = 1;

/** From what is kindest to a memory of answers to what defeats it. */
const WORLDS: readonly Pick<DnsWorldOptions, 'title' | 'zones' | 'names' | 'asked'>[] = [
  { title: '10,000 names', zones: 1, names: 10_000, asked: 'names' },
  { title: '… in mixed case', zones: 1, names: 10_000, asked: 'names in mixed case' },
  { title: '… each in a zone of its own', zones: 10_000, names: 10_000, asked: 'names' },
  { title: '300,000 names', zones: 1, names: 300_000, asked: 'names' },
  { title: 'names that do not exist', zones: 1, names: 10_000, asked: 'missing names' },
];

interface Measured {
  readonly cpuUs: number;
  readonly perSecond: number;
  readonly replyBytes: number;
}

async function measure(server: DnsServer, world: DnsWorld, load: DnsLoad): Promise<Measured> {
  const beforeUs = cpuMicrosecondsOf(server.pid);
  const { completed, lost, perSecond, replyBytesMean } = await load.run(
    LOAD_CORE,
    server.at,
    world,
  );
  const spentUs = cpuMicrosecondsOf(server.pid) - beforeUs;
  if (lost > world.queries / 1_000) throw new Error(`${lost} queries were lost`);
  return { cpuUs: spentUs / completed, perSecond, replyBytes: replyBytesMean };
}

/** All servers on one world, in turns; the first turn of each only warms it up. */
async function compare(
  world: DnsWorld,
  kinds: readonly DnsServerKind[],
  { load, rounds }: { readonly load: DnsLoad; readonly rounds: number },
): Promise<readonly (readonly Measured[])[]> {
  const servers: DnsServer[] = [];
  const measured: Measured[][] = kinds.map(() => []);
  try {
    for (const { name, start } of kinds) {
      const folder = join(world.folder, '..', name);
      servers.push(await start({ world, core: SERVER_CORE, folder }));
    }
    for (let round = 0; round <= rounds; round += 1) {
      for (const [index, server] of servers.entries()) {
        const one = await measure(server, world, load);
        if (round > 0) measured[index]?.push(one);
      }
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
  return measured;
}

const HEAD = [
  'queries',
  'server',
  'CPU µs a query',
  'least',
  'most',
  '× NSD',
  'bytes',
  'queries/s',
];

function rowsOf(
  title: string,
  kinds: readonly DnsServerKind[],
  measured: readonly (readonly Measured[])[],
): readonly (readonly string[])[] {
  const cpuUs = measured.map((rounds) => rounds.map((round) => round.cpuUs));
  const peer = kinds.findIndex(({ name }) => name === 'NSD');
  return kinds.map(({ name }, index) => {
    const own = cpuUs[index] ?? [];
    const rounds = measured[index] ?? [];
    const figures = [
      median(own),
      Math.min(...own),
      Math.max(...own),
      median(own) / median(cpuUs[peer] ?? []),
      median(rounds.map(({ replyBytes }) => replyBytes)),
      median(rounds.map(({ perSecond }) => perSecond)),
    ];
    return [title, name, ...figures.map(printNumber)];
  });
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      queries: { type: 'string', default: '200000' },
      only: { type: 'string', default: '' },
      'node-option': { type: 'string', multiple: true, default: [] },
    },
  });
  const [rounds, queries] = [Number(values.rounds), Number(values.queries)];
  const load = dnsLoad();
  const peer = nsd();
  const kinds = [fingerpost(values['node-option']), ...(peer ? [peer] : [])];
  const root = mkdtempSync(join(tmpdir(), 'fingerpost-bench-dns-'));
  const rows: (readonly string[])[] = [];
  try {
    const worlds = WORLDS.filter(({ title }) => title.includes(values.only));
    for (const [index, options] of worlds.entries()) {
      console.error(`${options.title} …`);
      const folder = join(root, String(index));
      const world = dnsWorld({ ...options, queries, folder });
      rows.push(...rowsOf(options.title, kinds, await compare(world, kinds, { load, rounds })));
    }
  } finally {
    rmSync(root, { recursive: true });
  }
  console.log(machineLine());
  console.log(kinds.map(({ name, version }) => `${name} (${version})`).join(', '));
  console.log(`${rounds} rounds of ${queries} MX queries each; load: ${load.name}\n`);
  console.log(printTable(HEAD, rows));
  if (!peer) console.log('\nNSD is not installed (Debian: nsd): nothing is compared.');
}

await run();
