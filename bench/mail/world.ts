// What both servers are measured against: ten domains, each with one MX to a sink of its own, and a
// name server on loopback that says so. The sinks are Postfix's smtp-sink, the load smtp-source.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  isListening,
  type Program,
  runProgram,
  startProgram,
  untilListening,
} from '../support/programs.ts';

export interface MailWorld {
  readonly folder: string;
  readonly dns: { readonly address: string; readonly port: number };
  /** Messages that the sinks took so far. */
  delivered(): number;
  stop(): Promise<void>;
}

const DOMAINS = 10;
/** Sessions of one smtp-source; one for each domain runs at a time. */
const SESSIONS_PER_DOMAIN = 4;
const MESSAGE_BYTES = 5_120;
const SINK_PORT = 25;
const SINK_USER = 'nobody';
const DNS = { address: '127.0.2.53', port: 53 };

export const CONNECTIONS = DOMAINS * SESSIONS_PER_DOMAIN;

const sinkAddress = (domain: number): string => `127.0.1.${domain + 1}`;
const domainName = (domain: number): string => `d${domain}.test`;
const domains = (): number[] => Array.from({ length: DOMAINS }, (_, domain) => domain);

/** Starts sinks and name server. */
export async function startWorld(folder: string): Promise<MailWorld> {
  const programs: Program[] = [];
  const world = {
    folder,
    dns: DNS,
    delivered: () => domains().reduce((sum, domain) => sum + takenBy(folder, domain), 0),
    stop: async () => void (await Promise.all(programs.map((program) => program.stop()))),
  };
  try {
    for (const domain of domains()) programs.push(await startSink(folder, domain));
    programs.push(startNameserver(folder));
    for (const domain of domains()) await untilListening(sinkAddress(domain), SINK_PORT);
    await untilListening(DNS.address, DNS.port);
    return world;
  } catch (error) {
    await world.stop();
    throw error;
  }
}

async function startSink(folder: string, domain: number): Promise<Program> {
  const address = sinkAddress(domain);
  const where = `${address}:${SINK_PORT}`;
  // Sinks share a port without a word, and each would then see a part of the mail.
  if (await isListening(address, SINK_PORT)) throw new Error(`somebody listens at ${where}`);
  // `-c` prints counters whenever they change.
  const args = ['-c', '-u', SINK_USER, where, '1024'];
  return startProgram('smtp-sink', args, { outputFile: sinkFile(folder, domain) });
}

const sinkFile = (folder: string, domain: number): string => join(folder, `sink-${domain}`);

function takenBy(folder: string, domain: number): number {
  const counters = readFileSync(sinkFile(folder, domain), 'utf8').matchAll(/mesg=(\d+)/g);
  return Number([...counters].at(-1)?.[1] ?? 0);
}

/** Our own, in a process apart from the server that is measured. */
function startNameserver(folder: string): Program {
  const zones = join(folder, 'zones');
  mkdirSync(zones, { recursive: true });
  for (const domain of domains()) {
    const records = [
      `$ORIGIN ${domainName(domain)}.`,
      '$TTL 3600',
      '@ SOA ns hostmaster 1 7200 3600 1209600 3600',
      '@ NS ns',
      `ns A ${DNS.address}`,
      '@ MX 10 mx',
      `mx A ${sinkAddress(domain)}`,
    ];
    writeFileSync(join(zones, `${domainName(domain)}.zone`), `${records.join('\n')}\n`);
  }
  const config = join(folder, 'nameserver.yaml');
  const listen = `${DNS.address}:${DNS.port}`;
  writeFileSync(
    config,
    [
      'hostname: ns.bench.test',
      `data: ${join(folder, 'nameserver')}`,
      `dns: { listen: ["${listen}"], zones: ["${zones}/*.zone"] }`,
      '',
    ].join('\n'),
  );
  return startFingerpost(config, { outputFile: join(folder, 'nameserver.log') });
}

/** This very version, as an operator runs it. */
export function startFingerpost(
  config: string,
  options: { readonly outputFile: string; readonly before?: (pid: number) => void },
): Program {
  const bin = join(import.meta.dirname, '../../bin/fingerpost.js');
  const args = ['--disable-warning=ExperimentalWarning', bin, 'serve', '-c', config];
  return startProgram(process.execPath, args, options);
}

/**
 * Sends so many messages, one a connection, evenly to all domains; resolves when all were taken.
 */
export async function sendLoad(folder: string, server: string, messages: number): Promise<void> {
  const each = Math.ceil(messages / DOMAINS);
  const loads = domains().map((domain) => {
    const recipient = `user@${domainName(domain)}`;
    const amount = ['-s', `${SESSIONS_PER_DOMAIN}`, '-l', `${MESSAGE_BYTES}`, '-m', `${each}`];
    const envelope = ['-M', 'bench.test', '-f', 'sender@bench.test', '-t', recipient];
    const outputFile = join(folder, 'source.log');
    return runProgram('smtp-source', [...amount, ...envelope, server], { outputFile });
  });
  await Promise.all(loads);
}
