// A stage behind a closed door: what it starts lives in namespaces of its own for the network, for
// mounts and for processes. It sees no other network than the one that is made here, and when the
// test process ends, in whatever way, the kernel ends all that runs inside and nothing is left.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import {
  type LaunchOptions,
  programPath,
  type Ran,
  type Running,
  Stage,
} from '../../support/peers/stage.ts';
import { CLIENT, HOSTING, LOCAL_NETWORKS, REGISTRY, ROUTERS, VANITY } from './addresses.ts';

/** Users that OpenSMTPD wants to become, beside those of the machine. */
const PASSWD = ['opensmtpd:x:64901:64901::/run/sshd:/usr/sbin/nologin'];
const QUEUE_USER = 'opensmtpq:x:64902:64902::/run/sshd:/usr/sbin/nologin';
const GROUPS = ['opensmtpd:x:64901:', 'opensmtpq:x:64902:'];

/** BIND binds to addresses only that it finds at an interface. */
const OF_BIND = [REGISTRY.bind, HOSTING.bind, VANITY.bind];

const ROUTER_MAC = '02:00:00:00:00:01';

/**
 * Every address of the local networks is here, and refuses connections where nobody listens. All
 * others are behind a router that swallows what it gets: whoever dials them waits in vain.
 */
const NETWORK = `
ip link set lo up
ip link add probe type veth peer name nowhere
ip link set nowhere address ${ROUTER_MAC}
ip link set probe up
ip link set nowhere up
ip addr add ${CLIENT.v4}/24 dev probe
ip addr add ${CLIENT.v6}/64 dev probe nodad
${OF_BIND.map(({ v4, v6 }) => `ip addr add ${v4} dev lo\nip addr add ${v6} dev lo nodad`).join('\n')}
echo 1 > /proc/sys/net/ipv6/ip_nonlocal_bind
ip route add local ${LOCAL_NETWORKS.v4} dev lo src ${CLIENT.v4}
ip -6 route add local ${LOCAL_NETWORKS.v6} dev lo src ${CLIENT.v6}
ip neigh add ${ROUTERS.v4} lladdr ${ROUTER_MAC} dev probe nud permanent
ip neigh add ${ROUTERS.v6} lladdr ${ROUTER_MAC} dev probe nud permanent
ip route add default via ${ROUTERS.v4}
ip -6 route add default via ${ROUTERS.v6}
`;

const FILES = ['resolv.conf', 'hosts', 'passwd', 'group'];

/** The first process inside: it makes the world and waits; when it ends, all end. */
const script = (folder: string): string => `set -e
trap 'exit 0' TERM
${NETWORK}
${FILES.map((file) => `mount --bind ${folder}/etc/${file} /etc/${file}`).join('\n')}
for folder in /var/spool /var/lib /run; do mount -t tmpfs none $folder; done
echo ready
sleep infinity &
wait`;

export class ClosedStage extends Stage {
  /** As seen from outside. */
  #firstProcess = 0;
  readonly #onExit = (): void => rmSync(this.folder, { recursive: true, force: true });

  static async open(): Promise<ClosedStage> {
    const stage = new ClosedStage();
    process.on('exit', stage.#onExit);
    try {
      await stage.#close();
    } catch (error) {
      await stage.close();
      throw error;
    }
    return stage;
  }

  override launch(program: string, args: readonly string[], options: LaunchOptions = {}): Running {
    const cwd = options.cwd ?? this.folder;
    return super.launch('nsenter', this.#inside(cwd, program, args), {
      ...options,
      runsAnother: true,
    });
  }

  override run(program: string, args: readonly string[], input = ''): Promise<Ran> {
    return super.run('nsenter', this.#inside(this.folder, program, args), input);
  }

  override async close(): Promise<void> {
    await super.close();
    process.off('exit', this.#onExit);
  }

  #inside(cwd: string, program: string, args: readonly string[]): readonly string[] {
    const target = ['--target', String(this.#firstProcess), '--net', '--mount', '--pid'];
    return [...target, `--wdns=${cwd}`, '--', programPath(program) ?? program, ...args];
  }

  async #close(): Promise<void> {
    this.#writeFiles();
    const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
    // `unshare` does not heed SIGTERM, so that it is killed when this process ends.
    const holder = super.launch(
      'setpriv',
      ['--pdeathsig', 'KILL', '--', 'unshare', ...namespaces, 'sh', '-c', script(this.folder)],
      { runsAnother: true },
    );
    await holder.said('ready');
    const children = readFileSync(`/proc/${holder.pid}/task/${holder.pid}/children`, 'utf8');
    this.#firstProcess = Number(children.trim());
  }

  #writeFiles(): void {
    const write = (name: string, text: string): void => {
      writeFileSync(this.path('etc', name), text);
    };
    mkdirSync(this.path('etc'));
    write('resolv.conf', 'nameserver 127.0.0.1\n');
    write('hosts', '127.0.0.1 localhost\n::1 localhost\n');
    const users = [...PASSWD, QUEUE_USER].join('\n');
    write('passwd', `${readFileSync('/etc/passwd', 'utf8')}${users}\n`);
    write('group', `${readFileSync('/etc/group', 'utf8')}${GROUPS.join('\n')}\n`);
  }
}
