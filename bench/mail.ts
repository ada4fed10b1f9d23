// Mail through the server, beside Postfix in the same run: `npm run bench:mail`.
//
//   smtp-source ×10 (40 connections) → server: SMTP in, synced, MX looked up, SMTP out → smtp-sink ×10
//
// Each round sends messages of 5 KB, one a connection, and waits until the queue is empty. CPU is
// of the server with all its processes, from the first byte in to the empty queue, without
// generator, sinks and name server, which share the machine with it. Rounds alternate; the table
// has medians. It needs root (sinks at port 25) and Debian's package postfix, and installs nothing.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Contender } from './mail/contender.ts';
import { startOurs } from './mail/fingerpost.ts';
import { startPostfix } from './mail/postfix.ts';
import { CONNECTIONS, type MailWorld, sendLoad, startWorld } from './mail/world.ts';
import { median, printNumber, printTable } from './support/figures.ts';
import { machineLine } from './support/machine.ts';
import { findProgram, until } from './support/programs.ts';

interface Round {
  readonly perSecond: number;
  readonly cpuUs: number | undefined;
}

const EMPTY_MS_MAX = 120_000;

const { values: given } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    messages: { type: 'string', default: '5000' },
    warmup: { type: 'string', default: '3000' },
    /** Leaves the peer out. */
    alone: { type: 'boolean', default: false },
    /** Where the queues are; it should be a real disk, since both servers sync. */
    disk: { type: 'string', default: tmpdir() },
    /** Keeps the folder with queues and logs. */
    keep: { type: 'boolean', default: false },
  },
});

async function measure(world: MailWorld, contender: Contender, messages: number): Promise<Round> {
  const { meter, submission } = contender;
  const deliveredBefore = world.delivered();
  const cpuBefore = meter.readUs();
  const start = performance.now();
  await sendLoad(world.folder, submission, messages);
  await until(`the queue of ${contender.name} is empty`, EMPTY_MS_MAX, () => contender.isEmpty());
  const seconds = (performance.now() - start) / 1_000;
  const cpuAfter = meter.readUs();
  const cpuUs =
    cpuBefore === undefined || cpuAfter === undefined
      ? undefined
      : (cpuAfter - cpuBefore) / messages;
  const delivered = world.delivered() - deliveredBefore;
  if (delivered !== messages) {
    throw new Error(`${contender.name} brought ${delivered} of ${messages} messages to the sinks`);
  }
  return { perSecond: messages / seconds, cpuUs };
}

/** What is missing on this machine, in words. */
function missing(): readonly string[] {
  const programs = ['smtp-source', 'smtp-sink'].filter((name) => findProgram(name) === undefined);
  return [
    ...(process.getuid?.() === 0 ? [] : ['root, since the sinks listen at port 25']),
    ...programs.map((name) => `${name} (Debian: apt-get install postfix)`),
  ];
}

async function contendersIn(world: MailWorld): Promise<Contender[]> {
  const ours = await startOurs(world);
  if (given.alone) return [ours];
  if (findProgram('postfix') === undefined) {
    console.log('Postfix is missing (Debian: apt-get install postfix): measured alone.');
    return [ours];
  }
  try {
    return [ours, await startPostfix(world)];
  } catch (error) {
    await ours.stop();
    throw error;
  }
}

async function compete(world: MailWorld): Promise<ReadonlyMap<Contender, readonly Round[]>> {
  const contenders = await contendersIn(world);
  const rounds = new Map<Contender, Round[]>(contenders.map((each) => [each, []]));
  try {
    for (const each of contenders) await measure(world, each, Number(given.warmup));
    for (let round = 1; round <= Number(given.rounds); round += 1) {
      for (const [contender, done] of rounds) {
        const result = await measure(world, contender, Number(given.messages));
        done.push(result);
        const figures = `${printNumber(result.perSecond)}/s, ${printNumber(result.cpuUs)} µs`;
        console.log(`round ${round}, ${contender.name}: ${figures}`);
      }
    }
    return rounds;
  } finally {
    for (const each of contenders) await each.stop();
  }
}

function report(rounds: ReadonlyMap<Contender, readonly Round[]>): string {
  const figures = [...rounds].map(([{ name }, done]) => ({
    name,
    perSecond: median(done.map((round) => round.perSecond)),
    cpuUs: median(done.map((round) => round.cpuUs ?? Number.NaN)),
  }));
  const ours = figures[0]?.cpuUs ?? Number.NaN;
  const rows = figures.map(({ name, perSecond, cpuUs }) => [
    name,
    printNumber(perSecond),
    printNumber(cpuUs),
    printNumber(cpuUs / ours),
  ]);
  return printTable(['', 'messages/s', 'CPU µs a message', 'times ours'], rows);
}

async function main(): Promise<void> {
  const lacks = missing();
  if (lacks.length > 0) {
    console.log(`The mail benchmark needs ${lacks.join(', ')}.`);
    process.exitCode = 1;
    return;
  }
  const folder = mkdtempSync(join(given.disk, 'fingerpost-bench-mail-'));
  // Postfix works as a user of its own, and must get to its queue.
  chmodSync(folder, 0o711);
  try {
    const world = await startWorld(folder);
    try {
      const rounds = await compete(world);
      const load = `${given.messages} messages of 5 KB, one a connection, ${CONNECTIONS} connections`;
      console.log(`\n${machineLine()}\n${given.rounds} rounds of ${load}, medians\n`);
      console.log(report(rounds));
    } finally {
      await world.stop();
    }
  } finally {
    if (!given.keep) rmSync(folder, { recursive: true, force: true });
  }
}

await main();
