// Starts the mail hosts and the web servers of the closed internet.
import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Certificate } from '../../support/certificate.ts';
import { eventually } from '../../support/peers/eventually.ts';
import { Fingerpost } from '../../support/peers/fingerpost.ts';
import { startPostfix as launchPostfix } from '../../support/peers/postfix.ts';
import type { Authority } from './authority.ts';
import type { ClosedStage } from './closed-stage.ts';
import { addressesOf, MAIL_HOSTS, type MailHost } from './mail-hosts.ts';
import type { MailScripts } from './scripted-mail.ts';
import type { Site } from './scripted-web.ts';
import { SITES } from './sites.ts';

/** Local parts that every host knows. */
const USERS = ['postmaster', 'abuse', 'hostmaster', 'dmarc', 'tlsrpt', 'user'];
const OPENSMTPD = '/var/cache/fingerpost-peers/opensmtpd/usr/sbin/smtpd';

export interface MailServers {
  readonly stage: ClosedStage;
  readonly domains: readonly string[];
  /** By the name of the host. */
  readonly certificates: ReadonlyMap<string, Certificate>;
}

const running = <Kind extends MailHost['runs']['kind']>(kind: Kind) =>
  MAIL_HOSTS.filter(
    (host): host is MailHost & { runs: Extract<MailHost['runs'], { kind: Kind }> } =>
      host.runs.kind === kind,
  );

/** Files of the host's certificate and key; the key can be read by nobody else. */
function filesOf({ stage, certificates }: MailServers, name: string): readonly [string, string] {
  const shown = certificates.get(name);
  if (!shown) throw new Error(`no certificate for ${name}`);
  const [cert, key] = [stage.path(`${name}.pem`), stage.path(`${name}.key`)];
  writeFileSync(cert, shown.cert);
  writeFileSync(key, shown.key, { mode: 0o600 });
  return [cert, key];
}

async function startPostfix(servers: MailServers): Promise<void> {
  const { stage, domains } = servers;
  const listeners = running('postfix').flatMap((host) => {
    const [cert, key] = filesOf(servers, host.name);
    const parameters = {
      myhostname: host.name,
      smtpd_tls_security_level: 'may',
      smtpd_tls_chain_files: `${key},${cert}`,
      ...host.runs.parameters,
    };
    return addressesOf(host).map((address) => [
      address.includes(':') ? `[${address}]` : address,
      parameters,
    ]);
  });
  const users = stage.path('users');
  writeFileSync(users, `/^(${USERS.join('|')})@/ mailbox/\n`);
  writeFileSync(stage.path('domains'), domains.join('\n'));
  await launchPostfix(stage, {
    hostname: 'post.test',
    listeners: Object.fromEntries(listeners),
    parameters: {
      inet_protocols: 'all',
      smtp_bind_address: '',
      virtual_mailbox_domains: stage.path('domains'),
      virtual_mailbox_maps: `regexp:${users}`,
      // Without this it puts off what it would refuse, in case its own tables are at fault.
      smtpd_relay_restrictions: 'permit_mynetworks, reject_unauth_destination',
      smtpd_client_connection_count_limit: '0',
      smtpd_error_sleep_time: '0',
    },
  });
}

async function startOpenSmtpd(servers: MailServers): Promise<void> {
  const { stage, domains } = servers;
  if (!existsSync(OPENSMTPD)) throw new Error(`no ${OPENSMTPD} (scripts/install-peers.sh)`);
  const hosts = running('opensmtpd');
  // Its own names too: <Postmaster> is one of its own (RFC 5321 §4.5.1).
  const known = [...domains, ...hosts.map(({ name }) => name)];
  const table = known.flatMap((domain) => USERS.map((user) => `${user}@${domain} nobody\n`));
  writeFileSync(stage.path('virtuals'), table.join(''));
  writeFileSync(stage.path('domains.smtpd'), known.map((domain) => `${domain}\n`).join(''));
  const keys = hosts.map(({ name }) => {
    const [cert, key] = filesOf(servers, name);
    return `pki "${name}" cert "${cert}"\npki "${name}" key "${key}"\n`;
  });
  const listen = hosts.flatMap((host) => {
    const tls = host.runs.tls ? `tls pki "${host.name}" ` : '';
    return addressesOf(host).map(
      (address) => `listen on ${address} port 25 ${tls}hostname ${host.name}\n`,
    );
  });
  const text = `${keys.join('')}
table domains file:${stage.path('domains.smtpd')}
table virtuals file:${stage.path('virtuals')}
${listen.join('')}
action "keep" maildir "${stage.path('smtpd-mail')}" virtual <virtuals>
match from any for domain <domains> action "keep"
`;
  const file = stage.path('smtpd.conf');
  writeFileSync(file, text, { mode: 0o600 });
  const folders = 'mkdir -p /var/lib/opensmtpd/empty && chmod 711 /var/lib/opensmtpd/empty';
  const smtpd = stage.launch('sh', [
    '-c',
    `${folders} && exec "$@"`,
    'sh',
    OPENSMTPD,
    '-d',
    '-f',
    file,
  ]);
  await eventually('OpenSMTPD listens', async () => {
    if (smtpd.isOver) throw new Error(`OpenSMTPD ended: ${smtpd.output}`);
    const look = `: </dev/tcp/${hosts[0]?.address.v4}/25`;
    const { code } = await stage.run('bash', ['-c', look]);
    return code === 0;
  });
}

async function startOurs(servers: MailServers): Promise<void> {
  const { stage, domains } = servers;
  const [host] = running('ours');
  if (!host) return;
  const shown = servers.certificates.get(host.name);
  const listen = addressesOf(host).map((address) =>
    JSON.stringify(address.includes(':') ? `[${address}]:25` : `${address}:25`),
  );
  const entry = `{ role: primary, recipients: [${USERS.join(', ')}], deliverTo: "maildir:./mail" }`;
  const yaml = `hostname: ${host.name}
smtp: { listen: [${listen.join(', ')}], tls: { cert: cert.pem, key: key.pem } }
resolver: { servers: ["127.0.0.1:53"] }
domains:
${domains.map((domain) => `  ${domain}: ${entry}\n`).join('')}`;
  const files = { 'cert.pem': shown?.cert ?? '', 'key.pem': shown?.key ?? '' };
  await new Fingerpost(stage, 'ours', yaml, { files }).start();
}

/** Runs one of the programs beside this file with its JSON. */
export async function startScripted(
  stage: ClosedStage,
  name: string,
  plan: unknown,
): Promise<void> {
  const file = stage.path(`${name}.json`);
  writeFileSync(file, JSON.stringify(plan));
  const program = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  await stage.launch(process.execPath, [program, file]).said('ready');
}

function mailScripts({ domains, certificates }: MailServers): MailScripts {
  const hosts = running('scripted').map((host) => {
    const { cert, key } = certificates.get(host.name) ?? { cert: '', key: '' };
    return { ...host.runs, name: host.name, addresses: addressesOf(host), cert, key };
  });
  return { domains, users: USERS, hosts };
}

export async function startMailServers(servers: MailServers): Promise<void> {
  await Promise.all([
    startPostfix(servers),
    startOpenSmtpd(servers),
    startOurs(servers),
    startScripted(servers.stage, 'scripted-mail', mailScripts(servers)),
  ]);
}

export async function startSites(stage: ClosedStage, authority: Authority): Promise<void> {
  const sites = SITES.flatMap((plan): readonly Site[] => {
    const { cert, key } = authority.for(plan.shows ?? `mta-sts.${plan.domain}`);
    const { status = 200, headers = { 'content-type': 'text/plain' }, body } = plan;
    const { v4, v6 } = plan.address;
    return [v4, v6].map((address) => ({ address, cert, key, status, headers, body }));
  });
  await startScripted(stage, 'scripted-web', sites);
}
