// Postfix as a relay of the same kind: an instance of its own, its queue on the same disk, its
// settings those of its makers but for the ones below. It asks the name server of /etc/resolv.conf,
// so that file is another one in the mount namespace of this instance. Its log goes to syslog, as
// it does by default; where nobody listens there, that costs it nothing.
import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCpuMeter } from '../support/cpu-meter.ts';
import { startProgram, until, untilListening } from '../support/programs.ts';
import type { Contender } from './contender.ts';
import type { MailWorld } from './world.ts';

const ADDRESS = '127.0.3.2';
const PORT = 2588;

/** name, type, private, unprivileged, chroot, wakeup, processes, command. */
const SERVICES = `
${ADDRESS}:${PORT} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
`;

function settings(folder: string): Readonly<Record<string, string>> {
  return {
    compatibility_level: '3.6',
    queue_directory: join(folder, 'queue'),
    data_directory: join(folder, 'data'),
    myhostname: 'postfix.bench.test',
    mydestination: '',
    // Only an address that an interface has may stand here; the listener names its own.
    inet_interfaces: '127.0.0.1',
    // It is spared the questions for AAAA records, and those for the names of its clients.
    inet_protocols: 'ipv4',
    smtpd_peername_lookup: 'no',
    smtp_host_lookup: 'dns',
    mynetworks: '127.0.0.0/8',
    smtpd_relay_restrictions: 'permit_mynetworks, reject',
    default_destination_concurrency_limit: '20',
    alias_maps: '',
    alias_database: '',
  };
}

/** Starts the instance. */
export async function startPostfix(world: MailWorld): Promise<Contender> {
  const folder = join(world.folder, 'postfix');
  const etc = writeConfiguration(folder, world.dns.address);
  const meter = createCpuMeter('postfix');
  // `-d` keeps the master in the foreground; at its end it ends its process group.
  const script = 'mount --bind "$0" /etc/resolv.conf && exec "$1/master" -c "$2" -d';
  const args = ['--mount', 'sh', '-c', script, join(folder, 'resolv.conf'), daemonFolder(), etc];
  const program = startProgram('unshare', args, {
    outputFile: join(folder, 'log'),
    before: (pid) => meter.add(pid),
  });
  const stop = async (): Promise<void> => {
    await program.stop();
    await until('Postfix has ended', 10_000, () => meter.pids().length === 0);
    meter.close();
  };
  try {
    await untilListening(ADDRESS, PORT);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    name: `Postfix ${postconf('mail_version')}`,
    submission: `${ADDRESS}:${PORT}`,
    meter,
    isEmpty: () => isQueueEmpty(join(folder, 'queue')),
    stop,
  };
}

const output = (command: string, args: readonly string[]): string =>
  spawnSync(command, args, { encoding: 'utf8' }).stdout.trim();

const postconf = (name: string): string => output('postconf', ['-d', '-h', name]);
const daemonFolder = (): string => postconf('daemon_directory');

/** Returns the folder of the configuration. */
function writeConfiguration(folder: string, nameserver: string): string {
  const etc = join(folder, 'etc');
  for (const name of [etc, join(folder, 'queue'), join(folder, 'data')]) {
    mkdirSync(name, { recursive: true });
  }
  const [user, group] = ['-u', '-g'].map((flag) => Number(output('id', [flag, 'postfix'])));
  chownSync(join(folder, 'data'), user ?? 0, group ?? 0);
  const lines = Object.entries(settings(folder)).map(([key, value]) => `${key} = ${value}\n`);
  writeFileSync(join(folder, 'resolv.conf'), `nameserver ${nameserver}\n`);
  writeFileSync(join(etc, 'main.cf'), lines.join(''));
  writeFileSync(join(etc, 'master.cf'), SERVICES);
  const { status, stderr } = spawnSync('postfix', ['-c', etc, 'check'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`postfix check: ${stderr}`);
  return etc;
}

/** Files lie in these folders until their mail is brought away. */
function isQueueEmpty(queue: string): boolean {
  return ['maildrop', 'incoming', 'active', 'deferred'].every((name) =>
    readdirSync(join(queue, name), { recursive: true, withFileTypes: true }).every(
      (entry) => !entry.isFile(),
    ),
  );
}
