// What a check of a domain costs, ours beside zonemaster-cli on the same domains in the same run:
// seconds, processor time and memory, with servers that answer at once and with servers that are a
// while away, one domain a process and many in one. Ours asks the mail hosts too, which the peer
// does not. Everything is in a network of its own, which needs root. Installs nothing: it says what
// is missing.
//
//   npm run bench:check -- [--rounds 5] [--domains 200] [--delay 20] [--alone] [--node-option FLAG]…
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Contender, fingerpost, zonemaster } from './check/contenders.ts';
import { isInside, ownArguments, runInside } from './check/inside.ts';
import { FIRST_ASKED, measure, measureStart, type Taken } from './check/measure.ts';
import { startWorld, WORLD_PROGRAMS, type World } from './check/world.ts';
import { median, printNumber, printTable } from './support/figures.ts';
import { machineLine } from './support/machine.ts';
import { findProgram } from './support/programs.ts';

const { values: given } = parseArgs({
  args: [...ownArguments()],
  options: {
    rounds: { type: 'string', default: '5' },
    domains: { type: 'string', default: '200' },
    delay: { type: 'string', default: '20' },
    /** Leaves the peer out. */
    alone: { type: 'boolean', default: false },
    'node-option': { type: 'string', multiple: true, default: [] },
    /** Keeps the folder with configurations and outputs. */
    keep: { type: 'boolean', default: false },
  },
});
const rounds = Number(given.rounds);

/** What is missing on this machine, in words. */
function missing(): readonly string[] {
  return [
    ...(process.getuid?.() === 0 ? [] : ['root, for a network of its own']),
    ...WORLD_PROGRAMS.filter(([program]) => findProgram(program) === undefined).map(
      ([program, name]) => `${program} (Debian: apt-get install ${name})`,
    ),
  ];
}

interface Row {
  readonly what: string;
  readonly who: string;
  readonly taken: readonly Taken[];
  /** Domains that were checked in each. */
  readonly domains: number;
}

/** Every contender in turns, after a run of each that warms up the machine's caches. */
async function inTurns(
  what: string,
  contenders: readonly Contender[],
  run: (contender: Contender, round: number) => Promise<Taken>,
): Promise<readonly Row[]> {
  const taken = contenders.map((): Taken[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [each, contender] of contenders.entries()) {
      const one = await run(contender, round);
      if (round > 0) taken[each]?.push(one);
    }
  }
  return contenders.map(({ name }, each) => {
    return { what, who: name, taken: taken[each] ?? [], domains: 1 };
  });
}

const outputOf = (world: World, { name }: Contender): string => join(world.folder, `said-${name}`);

/** From nothing to the version, and to the first question. */
async function starts(world: World, contenders: readonly Contender[]): Promise<readonly Row[]> {
  const domains = world.domains.slice(0, 1);
  const trivial = await inTurns('prints its version', contenders, (each) =>
    measure(each.trivial, { outputFile: outputOf(world, each), fine: [0] }),
  );
  const asking = await inTurns('asks its first question', contenders, (each) =>
    measureStart(each.command(world, domains, [FIRST_ASKED]), outputOf(world, each)),
  );
  return [...trivial, ...asking];
}

const away = ({ delayMs }: World): string =>
  delayMs > 0 ? `servers ${delayMs} ms away` : 'servers at once';

/** One domain a process: another in every round. */
function single(world: World, contenders: readonly Contender[]): Promise<readonly Row[]> {
  return inTurns(`1 domain, ${away(world)}`, contenders, (each, round) => {
    const domains = world.domains.slice(round, round + 1);
    const command = each.command(world, domains, world.roots);
    return measure(command, { outputFile: outputOf(world, each), fine: each.fine });
  });
}

/** Many domains in one process. */
async function many(world: World, contenders: readonly Contender[]): Promise<readonly Row[]> {
  const { domains } = world;
  const able = contenders.filter(({ domainsMax }) => domainsMax >= domains.length);
  const rows = await inTurns(`${domains.length} domains, ${away(world)}`, able, (each) => {
    const command = each.command(world, domains, world.roots);
    return measure(command, { outputFile: outputOf(world, each), fine: each.fine });
  });
  return rows.map((row) => ({ ...row, domains: domains.length }));
}

const HEAD = ['', 'program', 'seconds', 'least', 'most', 's a domain', 'CPU s a domain', 'MB'];

function printRow({ what, who, taken, domains }: Row): readonly string[] {
  const seconds = taken.map((each) => each.seconds);
  const cpuSeconds = median(taken.map((each) => each.cpuSeconds ?? Number.NaN));
  const figures = [
    median(seconds),
    Math.min(...seconds),
    Math.max(...seconds),
    median(seconds) / domains,
    cpuSeconds / domains,
    median(taken.map(({ peakMb }) => peakMb)),
  ];
  return [what, who, ...figures.map(printFigure)];
}

/** Small figures need their third digit here. */
const printFigure = (value: number): string => (value < 1 ? value.toFixed(3) : printNumber(value));

async function inWorld(
  folder: string,
  delayMs: number,
  work: (world: World) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  console.error(`servers ${delayMs} ms away …`);
  const domains = Number(given.domains);
  const world = await startWorld({ folder: join(folder, `${delayMs}`), domains, delayMs });
  try {
    return await work(world);
  } finally {
    await world.stop();
  }
}

async function run(): Promise<void> {
  const peer = given.alone ? undefined : zonemaster();
  const contenders = [fingerpost(given['node-option']), ...(peer ? [peer] : [])];
  const folder = mkdtempSync(join(tmpdir(), 'fingerpost-bench-check-'));
  try {
    const near = await inWorld(folder, 0, async (world) => [
      ...(await starts(world, contenders)),
      ...(await single(world, contenders)),
      ...(await many(world, contenders)),
    ]);
    const far = await inWorld(folder, Number(given.delay), async (world) => [
      ...(await single(world, contenders)),
      ...(await many(world, contenders)),
    ]);
    console.log(machineLine());
    console.log(contenders.map(({ name, version }) => `${name} (${version})`).join(', '));
    console.log(`medians of ${rounds} rounds\n`);
    console.log(printTable(HEAD, [...near, ...far].map(printRow)));
    if (!peer && !given.alone) {
      console.log('\nzonemaster-cli is missing (Debian: zonemaster-cli): nothing is compared.');
    }
  } finally {
    if (given.keep) console.log(`\nkept: ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
}

function main(): Promise<void> | undefined {
  const lacks = missing();
  if (lacks.length > 0) {
    console.log(`The benchmark of checks needs ${lacks.join(', ')}.`);
    process.exitCode = 1;
    return undefined;
  }
  if (isInside()) return run();
  process.exitCode = runInside();
  return undefined;
}

await main();
