// Ours, with the defaults that an operator has, its log in a file as a service manager keeps it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createCpuMeter } from '../support/cpu-meter.ts';
import { until } from '../support/programs.ts';
import type { Contender } from './contender.ts';
import { type MailWorld, startFingerpost } from './world.ts';

const ADDRESS = '127.0.3.1';
const PORT = 2587;
const START_MS_MAX = 20_000;

export async function startOurs({ folder: parent, dns }: MailWorld): Promise<Contender> {
  const folder = join(parent, 'fingerpost');
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'fingerpost.yaml');
  const text = [
    'hostname: ours.bench.test',
    `data: ${join(folder, 'data')}`,
    `submission: { listen: ["${ADDRESS}:${PORT}"], allowFrom: ["127.0.0.0/8"] }`,
    `resolver: { servers: ["${dns.address}:${dns.port}"] }`,
    'world: { global: ["127.0.0.0/8"] }',
    '',
  ];
  writeFileSync(config, text.join('\n'));
  const meter = createCpuMeter('fingerpost');
  const outputFile = join(folder, 'log');
  const program = startFingerpost(config, {
    outputFile,
    before: (pid) => meter.add(pid),
  });
  try {
    await until('the server has started', START_MS_MAX, () =>
      readFileSync(outputFile, 'utf8').includes('server.started'),
    );
    const spool = new DatabaseSync(join(folder, 'data', 'spool-0.db'), { readOnly: true });
    const open = spool.prepare('SELECT 1 FROM recipients WHERE state < 3 LIMIT 1');
    return {
      name: `Fingerpost ${versionOfOurs()}`,
      submission: `${ADDRESS}:${PORT}`,
      meter,
      isEmpty: () => open.get() === undefined,
      async stop() {
        spool.close();
        await program.stop();
        meter.close();
      },
    };
  } catch (error) {
    await program.stop();
    meter.close();
    throw error;
  }
}

function versionOfOurs(): string {
  const text = readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
