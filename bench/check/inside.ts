// A network of its own for a benchmark: it starts itself again in namespaces for the network and for
// processes, where all of 11.0.0.0/8 is on this machine. When the outer process ends, in whatever
// way, the kernel ends all that runs inside.
import { spawnSync } from 'node:child_process';
import { findProgram } from '../support/programs.ts';
import { CLIENT } from './zones.ts';

const MARK = '--inside';

/** `probe` is an interface that leads nowhere: it is there so that the machine has an address. */
const NETWORK = `set -e
ip link set lo up
ip link add probe type veth peer name nowhere
ip link set probe up
ip link set nowhere up
ip addr add ${CLIENT.address}/24 dev probe
ip route add local 11.0.0.0/8 dev lo src ${CLIENT.address}
exec "$0" "$@"`;

/** Is this the process inside? */
export const isInside = (): boolean => process.argv.includes(MARK);

/** What it was called with, without the mark. */
export const ownArguments = (): readonly string[] =>
  process.argv.slice(2).filter((word) => word !== MARK);

/** Runs this same program inside, to its end; gives its exit code. */
export function runInside(): number {
  const [node, script = ''] = process.argv;
  const options = ['--disable-warning=ExperimentalWarning'];
  const own = [node ?? process.execPath, ...options, script, MARK, ...ownArguments()];
  const namespaces = ['--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const unshare = findProgram('unshare') ?? 'unshare';
  const { status } = spawnSync(unshare, [...namespaces, 'sh', '-c', NETWORK, ...own], {
    stdio: 'inherit',
  });
  return status ?? 1;
}
