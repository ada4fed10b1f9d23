// The names of the world in which checks are measured: a root, `test`, and domains below it. Each
// domain has two name servers and two mail hosts, which it shares with others, as most domains do.
// All addresses are invented, IPv4, and none is of a special-purpose network, since a checker dials
// nothing that is not global.

/** A name server at one address. */
export interface NameHost {
  readonly host: string;
  readonly address: string;
}

/** One process that serves names, at all of its addresses. */
export interface NameServer {
  readonly name: string;
  readonly hosts: readonly NameHost[];
  /** Zone texts by origin, without the dot at the end; the root is ''. */
  readonly zones: Readonly<Record<string, string>>;
}

export const ROOTS: readonly NameHost[] = [
  { host: 'a.root-servers.test', address: '11.1.0.53' },
  { host: 'b.root-servers.test', address: '11.2.0.53' },
];
const REGISTRY: readonly NameHost[] = [
  { host: 'a.nic.test', address: '11.3.0.53' },
  { host: 'b.nic.test', address: '11.4.0.53' },
];
const HOSTING: readonly NameHost[] = [
  { host: 'ns1.hosting.test', address: '11.11.0.53' },
  { host: 'ns2.hosting.test', address: '11.12.0.53' },
];

/** The machine that looks. */
export const CLIENT: NameHost = { host: 'probe.hosting.test', address: '11.200.0.10' };

const MAIL_HOSTS = 20;

export const mailHosts: readonly NameHost[] = Array.from({ length: MAIL_HOSTS }, (_, each) => ({
  host: `mx${each}.post.test`,
  address: `11.${20 + each}.0.25`,
}));

export const domainName = (each: number): string => `domain${each}.test`;

const TIMERS = '14400 3600 1209600 3600';

function zoneText(origin: string, hosts: readonly NameHost[], lines: readonly string[]): string {
  const name = origin === '' ? '.' : `${origin}.`;
  return [
    `$ORIGIN ${name}`,
    '$TTL 3600',
    `@ SOA ${hosts[0]?.host}. hostmaster.${origin === '' ? 'test.' : name} 1 ${TIMERS}`,
    ...hosts.map(({ host }) => `@ NS ${host}.`),
    ...lines,
    '',
  ].join('\n');
}

const delegation = (origin: string, hosts: readonly NameHost[]): readonly string[] =>
  hosts.map(({ host }) => `${origin}. NS ${host}.`);

const addresses = (hosts: readonly NameHost[]): readonly string[] =>
  hosts.map(({ host, address }) => `${host}. A ${address}`);

function domainZone(each: number): string {
  const pair = [0, 1].map((next) => mailHosts[(each * 2 + next) % MAIL_HOSTS]?.host);
  return zoneText(domainName(each), HOSTING, [
    ...pair.map((host, at) => `@ MX ${at + 1}0 ${host}.`),
    '@ TXT "v=spf1 mx -all"',
    `_dmarc TXT "v=DMARC1; p=reject; rua=mailto:postmaster@${domainName(each)}"`,
  ]);
}

const REVERSE = '11.in-addr.arpa';

const pointers = (hosts: readonly NameHost[]): readonly string[] =>
  hosts.map(({ host, address }) => {
    return `${address.split('.').reverse().join('.')}.in-addr.arpa. PTR ${host}.`;
  });

/** Every process, with its zones. */
export function nameServers(domains: number): readonly NameServer[] {
  const names = Array.from({ length: domains }, (_, each) => domainName(each));
  const hosted = ['hosting.test', 'post.test', ...names];
  const everybody = [...ROOTS, ...REGISTRY, ...HOSTING, ...mailHosts, CLIENT];
  const root = zoneText('', ROOTS, [
    ...addresses(ROOTS),
    ...delegation('test', REGISTRY),
    ...addresses(REGISTRY),
    ...delegation(REVERSE, HOSTING),
  ]);
  const registry = zoneText('test', REGISTRY, [
    ...addresses([...ROOTS, ...REGISTRY, ...HOSTING]),
    ...hosted.flatMap((origin) => delegation(origin, HOSTING)),
  ]);
  const zones: Record<string, string> = {
    'hosting.test': zoneText('hosting.test', HOSTING, addresses([...HOSTING, CLIENT])),
    'post.test': zoneText('post.test', HOSTING, addresses(mailHosts)),
    [REVERSE]: zoneText(REVERSE, HOSTING, pointers(everybody)),
  };
  for (const [each, name] of names.entries()) zones[name] = domainZone(each);
  return [
    { name: 'root', hosts: ROOTS, zones: { '': root } },
    { name: 'registry', hosts: REGISTRY, zones: { test: registry } },
    { name: 'hosting', hosts: HOSTING, zones },
  ];
}
