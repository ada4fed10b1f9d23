// The keys of the configuration file, what each may hold and what it is where it is left out. The
// manual (`docs/configuration.md`) lists the same keys and defaults, and a test compares the two.
import { z } from 'zod';
import {
  count,
  domainName,
  duration,
  endpoint,
  exchange,
  hostName,
  httpsUrl,
  ipAddress,
  listOf,
  localPart,
  mailAddress,
  maildir,
  network,
  path,
  port,
  secret,
  server,
  size,
  word,
  yesOrNo,
} from './values.ts';

/** A group of keys. Keys that are not in it are faults, each with the nearest that is. */
const group = z.strictObject;

const tls = group({ cert: path, key: path });

/** Keys of both doors for mail. */
const listener = {
  listen: listOf(endpoint),
  tls: tls.optional(),
  messageBytesMax: size.prefault('25MB'),
  connectionsMax: count(1, 100_000).prefault('1000'),
};

/** Rules are looked at even where another key of the group is at fault: all faults at once. */
const always = (because: string, mend: string, key?: string) => ({
  when: () => true,
  error: because,
  // What is missing has no place but the name of its group.
  params: { mend, of: key === undefined ? 'key' : 'value' },
  ...(key !== undefined && { path: [key] }),
});

type Raw = Readonly<Record<string, unknown>> | undefined;
const isRole = (value: unknown, role: string): boolean => (value as Raw)?.role === role;
const has = (value: unknown, key: string): boolean => (value as Raw)?.[key] !== undefined;

const domain = group({
  role: word('primary', 'backup'),
  recipients: z.union([z.literal('any'), listOf(localPart)]).optional(),
  deliverTo: maildir.optional(),
  check: group({
    selectors: listOf(domainName).prefault([]),
    exchanges: listOf(exchange).optional(),
    catchAll: yesOrNo.optional(),
    senders: listOf(ipAddress).prefault([]),
  }).optional(),
})
  .refine(
    (value) => !isRole(value, 'backup') || has(value, 'recipients'),
    always(
      'recipients is missing: a backup that takes mail for anybody must send bounces to strangers',
      'list the local parts that exist, or write recipients: any if you mean it',
    ),
  )
  .refine(
    (value) => !isRole(value, 'primary') || has(value, 'deliverTo'),
    always(
      'deliverTo is missing: a primary must know where to put mail',
      'write deliverTo: "maildir:./mail"',
    ),
  )
  .refine(
    (value) => !isRole(value, 'backup') || !has(value, 'deliverTo'),
    always(
      'a backup hands mail to the primary',
      'remove deliverTo, or write role: primary',
      'deliverTo',
    ),
  );

/** The whole file. */
export const fileSchema = group({
  hostname: hostName.optional(),
  data: path.prefault('./data'),
  dns: group({
    listen: listOf(endpoint),
    zones: listOf(path),
    threads: count(1, 64).prefault('1'),
  }).optional(),
  smtp: group({ ...listener, nat: listOf(ipAddress).prefault([]) }).optional(),
  submission: group({ ...listener, allowFrom: listOf(network).prefault([]) }).optional(),
  http: group({ listen: listOf(endpoint) }).optional(),
  resolver: group({ servers: listOf(server).optional() }).prefault({}),
  domains: z.record(domainName, domain).prefault({}),
  delivery: group({
    giveUpAfter: duration.prefault('5d'),
    bounceGiveUpAfter: duration.prefault('1d'),
    delayNoticeAfter: duration.prefault('4h'),
    badHostProbe: duration.prefault('30s'),
    attemptsMax: count(1, 10_000).prefault('200'),
    perSiteMax: count(1, 10_000).prefault('20'),
    deferOn4xx: listOf(domainName).prefault([]),
  }).prefault({}),
  checks: group({
    addressLists: listOf(domainName).optional(),
    domainLists: listOf(domainName).optional(),
    reference: listOf(domainName).optional(),
  }).prefault({}),
  watch: group({
    every: duration.prefault('1h'),
    confirmAfter: duration.prefault('5min'),
    severity: word('critical', 'error', 'warning', 'notice', 'info').prefault('warning'),
    domains: listOf(domainName).prefault([]),
    mailTo: listOf(mailAddress).prefault([]),
    webhook: group({ url: httpsUrl, secret }).optional(),
  }).optional(),
  world: group({
    dnsPort: port.prefault('53'),
    smtpPort: port.prefault('25'),
    httpsPort: port.prefault('443'),
    roots: listOf(server).optional(),
    ca: path.optional(),
    global: listOf(network).prefault([]),
  }).prefault({}),
});

/**
 * The file as Zod hands it over: every value parsed, defaults filled in, paths as they were
 * written.
 */
export type FileSettings = z.output<typeof fileSchema>;
