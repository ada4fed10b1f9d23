// From the values of a file to settings: paths become absolute, absent sections stay absent, and
// what is legal but perhaps not meant becomes a notice.
import { resolve } from 'node:path';
import type { Endpoint } from '../base/ip.ts';
import type { FileSettings } from './schema.ts';
import type {
  CheckSettings,
  DomainSettings,
  ListenerSettings,
  Settings,
  SmtpSettings,
  SubmissionSettings,
  TlsFiles,
  WatchSettings,
  WorldSettings,
} from './settings.ts';

/** Where a file stands, and the machine it is read on. */
export interface Surroundings {
  /** Absent where there is no file. */
  readonly file?: string;
  /**
   * Relative paths count from here: the file's folder, or the working folder where there is no
   * file.
   */
  readonly folder: string;
  /** Taken as `hostname` where none is set. */
  readonly machineName: string;
}

type Given<Key extends keyof FileSettings> = NonNullable<FileSettings[Key]>;
type Listener = Omit<Given<'submission'>, 'allowFrom'>;

function tlsFiles(tls: { cert: string; key: string }, folder: string): TlsFiles {
  return { certFile: resolve(folder, tls.cert), keyFile: resolve(folder, tls.key) };
}

function listenerSettings(given: Listener, folder: string): ListenerSettings {
  const { listen, messageBytesMax, connectionsMax, tls } = given;
  const plain = { listen, messageBytesMax, connectionsMax };
  return tls === undefined ? plain : { ...plain, tls: tlsFiles(tls, folder) };
}

function smtpSettings(given: Given<'smtp'>, folder: string): SmtpSettings {
  return { ...listenerSettings(given, folder), nat: given.nat };
}

function submissionSettings(given: Given<'submission'>, folder: string): SubmissionSettings {
  return { ...listenerSettings(given, folder), allowFrom: given.allowFrom };
}

function domainSettings(
  name: string,
  given: Given<'domains'>[string],
  folder: string,
): DomainSettings {
  const recipients = given.recipients ?? 'any';
  const check = given.check === undefined ? {} : { check: checkSettings(given.check) };
  if (given.role === 'backup') return { role: 'backup', name, recipients, ...check };
  const path = resolve(folder, given.deliverTo ?? '');
  return { role: 'primary', name, recipients, deliverTo: { kind: 'maildir', path }, ...check };
}

function watchSettings({ webhook, ...watch }: Given<'watch'>): WatchSettings {
  return webhook === undefined ? watch : { ...watch, webhook };
}

const ON_THE_INTERNET: CheckSettings = {
  addressLists: ['zen.spamhaus.org', 'bl.spamcop.net'],
  domainLists: ['dbl.spamhaus.org'],
  reference: ['gmail.com', 'outlook.com', 'yahoo.com'],
};
/** A world with roots of its own has none of these, unless they are named. */
const IN_A_CLOSED_WORLD: CheckSettings = { addressLists: [], domainLists: [], reference: [] };

function checkedBeside(given: Given<'checks'>, isInternet: boolean): CheckSettings {
  const usual = isInternet ? ON_THE_INTERNET : IN_A_CLOSED_WORLD;
  return {
    addressLists: given.addressLists ?? usual.addressLists,
    domainLists: given.domainLists ?? usual.domainLists,
    reference: given.reference ?? usual.reference,
  };
}

type GivenCheck = NonNullable<Given<'domains'>[string]['check']>;

function checkSettings({ selectors, exchanges, catchAll, senders }: GivenCheck) {
  return {
    selectors,
    senders,
    ...(exchanges !== undefined && { exchanges }),
    ...(catchAll !== undefined && { catchAll }),
  };
}

function worldSettings({ ca, roots, ...world }: Given<'world'>, folder: string): WorldSettings {
  return {
    ...world,
    ...(roots && { roots: roots.map((root) => withPort(root, world.dnsPort)) }),
    ...(ca !== undefined && { caFile: resolve(folder, ca) }),
  };
}

function withPort(server: Endpoint | Pick<Endpoint, 'address'>, port: number): Endpoint {
  return 'port' in server ? server : { address: server.address, port };
}

function noticesOf(file: FileSettings, hostname: string): string[] {
  const openDomains = Object.entries(file.domains)
    .filter(([, { role, recipients }]) => role === 'primary' && recipients === undefined)
    .map(
      ([name]) =>
        `${name} takes mail for every local part, since domains.${name}.recipients is absent`,
    );
  const isNameless = file.hostname === undefined && (file.smtp ?? file.submission) !== undefined;
  const hostNotice = isNameless
    ? [`hostname is absent: this server calls itself ${hostname}, as the machine does`]
    : [];
  const closed = file.submission !== undefined && file.submission.allowFrom.length === 0;
  const submissionNotice = closed
    ? ['submission takes mail from nobody, since submission.allowFrom is empty']
    : [];
  return [...hostNotice, ...openDomains, ...submissionNotice];
}

/** The settings that a file's values mean here. */
export function settingsFrom(file: FileSettings, around: Surroundings): Settings {
  const { folder } = around;
  const hostname = file.hostname ?? around.machineName;
  const world = worldSettings(file.world, folder);
  const servers = file.resolver.servers?.map((server) => withPort(server, world.dnsPort));
  const { dns, smtp, submission } = file;
  const zoneFiles = dns?.zones.map((pattern) => resolve(folder, pattern)) ?? [];
  return {
    ...(around.file === undefined ? {} : { file: around.file }),
    hostname,
    dataFolder: resolve(folder, file.data),
    ...(dns && { dns: { listen: dns.listen, threads: dns.threads, zoneFiles } }),
    ...(smtp && { smtp: smtpSettings(smtp, folder) }),
    ...(submission && { submission: submissionSettings(submission, folder) }),
    ...(file.http && { http: file.http }),
    resolver: servers === undefined ? {} : { servers },
    domains: Object.entries(file.domains).map(([name, given]) =>
      domainSettings(name, given, folder),
    ),
    delivery: file.delivery,
    ...(file.watch && { watch: watchSettings(file.watch) }),
    checks: checkedBeside(file.checks, world.roots === undefined),
    world,
    notices: noticesOf(file, hostname),
  };
}
