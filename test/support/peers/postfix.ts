// A Postfix with directories and addresses of its own, beside any other on the machine. Mail for
// its domains goes into one Maildir; all other mail it delivers by MX.
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { maildir } from './fingerpost.ts';
import { programPath, type Running, type Stage } from './stage.ts';

type Parameters = Readonly<Record<string, string>>;

export interface PostfixOptions {
  readonly hostname: string;
  /** Where it takes mail, on port 25, with the parameters of that service alone. */
  readonly listeners: Readonly<Record<string, Parameters>>;
  /** Domains whose mail it keeps. */
  readonly domains?: readonly string[];
  readonly parameters?: Parameters;
  /** The text of /etc/resolv.conf that it sees, in a mount namespace of its own. */
  readonly resolvConf?: string;
}

const NOBODY = 65_534;

/** name, type, private, unprivileged, chroot, wakeup, processes, command. */
const SERVICES = `
cleanup   unix        n - n -   0 cleanup
qmgr      unix        n - n 300 1 qmgr
tlsmgr    unix        - - n 1000? 1 tlsmgr
rewrite   unix        - - n -   - trivial-rewrite
bounce    unix        - - n -   0 bounce
defer     unix        - - n -   0 bounce
trace     unix        - - n -   0 bounce
proxymap  unix        - - n -   - proxymap
smtp      unix        - - n -   - smtp
error     unix        - - n -   - error
retry     unix        - - n -   - error
discard   unix        - - n -   - discard
virtual   unix        - n n -   - virtual
anvil     unix        - - n -   1 anvil
scache    unix        - - n -   1 scache
postlog   unix-dgram  n - n -   1 postlogd
`;

function mainCf(folder: string, options: PostfixOptions): string {
  const domains = options.domains ?? [];
  const parameters: Parameters = {
    compatibility_level: '3.6',
    queue_directory: join(folder, 'queue'),
    data_directory: join(folder, 'data'),
    maillog_file: join(folder, 'log'),
    maillog_file_prefixes: folder,
    myhostname: options.hostname,
    mydestination: '',
    mynetworks: '127.0.0.0/8',
    inet_protocols: 'ipv4',
    // Only addresses that an interface has may stand here; listeners name their own.
    inet_interfaces: '127.0.0.1',
    smtp_bind_address: Object.keys(options.listeners)[0] ?? '',
    smtp_host_lookup: 'dns',
    smtp_tls_security_level: 'may',
    smtputf8_enable: 'no',
    alias_maps: '',
    virtual_mailbox_domains: domains.join(' '),
    virtual_mailbox_maps: 'static:mailbox/',
    virtual_mailbox_base: folder,
    virtual_minimum_uid: '1',
    virtual_uid_maps: `static:${NOBODY}`,
    virtual_gid_maps: `static:${NOBODY}`,
    ...options.parameters,
  };
  return Object.entries(parameters)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
}

function masterCf(options: PostfixOptions): string {
  const smtpd = Object.entries(options.listeners).map(([address, parameters]) => {
    const settings = Object.entries(parameters).map(([name, value]) => `  -o ${name}=${value}\n`);
    return `${address}:25 inet n - n - - smtpd\n${settings.join('')}`;
  });
  return `${smtpd.join('')}${SERVICES}`;
}

export class Postfix {
  readonly folder: string;
  readonly #running: Running;

  constructor(folder: string, running: Running) {
    this.folder = folder;
    this.#running = running;
  }

  get log(): string {
    return logOf(this.folder);
  }

  /** The texts of the messages that it kept. */
  get mailbox(): readonly string[] {
    return maildir(join(this.folder, 'mailbox'));
  }

  /** Waits for a message with these words. */
  arrival(words: string): Promise<string> {
    return eventually(`Postfix has a message with ${words}`, () =>
      this.mailbox.find((text) => text.includes(words)),
    );
  }

  async stop(): Promise<void> {
    await this.#running.stop();
  }
}

/** Resolves when it is ready. */
export async function startPostfix(stage: Stage, options: PostfixOptions): Promise<Postfix> {
  const folder = stage.path(options.hostname);
  mkdirSync(join(folder, 'config'), { recursive: true });
  mkdirSync(join(folder, 'queue'));
  mkdirSync(join(folder, 'mailbox'));
  chmodSync(folder, 0o755);
  chownSync(join(folder, 'mailbox'), NOBODY, NOBODY);
  writeFileSync(join(folder, 'config', 'main.cf'), mainCf(folder, options));
  writeFileSync(join(folder, 'config', 'master.cf'), masterCf(options));
  const checked = await stage.run('postfix', ['-c', join(folder, 'config'), 'check']);
  if (checked.code !== 0) {
    throw new Error(`postfix check: ${checked.stdout}${checked.stderr}${logOf(folder)}`);
  }
  const running = launchMaster(stage, folder, options.resolvConf);
  await eventually(`Postfix ${options.hostname} runs`, () => {
    if (running.isOver) throw new Error(`Postfix ended: ${running.output}${logOf(folder)}`);
    return logOf(folder).includes('daemon started');
  });
  return new Postfix(folder, running);
}

/** Empty before the first line. */
function logOf(folder: string): string {
  const file = join(folder, 'log');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** The longest that a Postfix outlives a test that was killed, in seconds. */
const LIFE = '900';

/** `-d` keeps the master in the foreground; at its end it ends its process group. */
function launchMaster(stage: Stage, folder: string, resolvConf: string | undefined): Running {
  const master = [
    programPath('master') ?? 'master',
    '-c',
    join(folder, 'config'),
    '-d',
    '-e',
    LIFE,
  ];
  if (resolvConf === undefined) return stage.launch(master[0] ?? '', master.slice(1));
  const file = join(folder, 'resolv.conf');
  writeFileSync(file, resolvConf);
  const script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"';
  return stage.launch('unshare', ['--mount', 'sh', '-c', script, file, ...master]);
}
