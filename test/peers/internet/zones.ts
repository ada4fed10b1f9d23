// Every zone of the closed internet as text, from the root down, and which servers have it.
import { ipBytes } from '../../../src/base/ip.ts';
import {
  type Address,
  at,
  CLIENT,
  CLIENT_HOST,
  CLOSED,
  HOSTING,
  type Program,
  REGISTRY,
  ROOTS,
  SILENT,
} from './addresses.ts';
import { type Domain, zoneText } from './domain.ts';
import { MAIL_HOSTS } from './mail-hosts.ts';

/** A process that serves names. */
export type ServerName = 'root' | `registry-${'knot' | 'bind'}` | Program;

export interface Zone {
  /** Without the dot at the end; the root is ''. */
  readonly origin: string;
  /** Its text on each of its servers. */
  readonly on: Partial<Record<ServerName, string>>;
  readonly signed?: 'well' | 'expired';
  /** NS and glue as the zone above has them, names relative to this zone. */
  readonly delegation: string;
}

const PROGRAMS: readonly Program[] = ['nsd', 'knot', 'bind'];
/** It takes the DMARC reports of any domain (RFC 9990 §4). */
const AGREES = '*._report._dmarc TXT "v=DMARC1"';
const TLDS = ['test', 'example'];

/** The name of the odd server of a domain, and where it is. */
export const oddServer = (domain: Domain, all: readonly Domain[]): Address & { host: string } => {
  const each = all.filter(({ odd }) => odd !== undefined).indexOf(domain);
  return { host: `odd${each}.hosting.test.`, ...at(14, each + 1) };
};

function programsOf(domain: Domain, each: number): readonly Program[] {
  if (domain.odd !== undefined) return ['nsd'];
  if (domain.programs !== undefined) return domain.programs;
  return [PROGRAMS[each % 3] ?? 'nsd', PROGRAMS[(each + 1) % 3] ?? 'knot'];
}

/** `extra` are lines that only the closed internet knows: TLSA records, delegations. */
function domainZone(domain: Domain, all: readonly Domain[], extra: string): Zone {
  const programs = programsOf(domain, all.indexOf(domain));
  const hosts = programs.map((program) => HOSTING[program].host);
  if (domain.odd !== undefined) hosts.push(oddServer(domain, all).host);
  const on = Object.fromEntries(
    programs.map((program) => {
      const other = domain.on?.[program] ?? {};
      return [program, zoneText(domain, hosts, other) + extra];
    }),
  );
  const delegation = domain.parent ?? domain.ns ?? hosts.map((host) => `@ NS ${host}`).join('\n');
  const glue = domain.parent === undefined ? glueIn(domain) : '';
  return {
    origin: domain.name,
    on,
    delegation: `${delegation}\n${glue}`,
    ...(domain.signed && { signed: domain.signed }),
  };
}

/** The addresses of name servers that are below the domain itself. */
const glueIn = ({ ns = '', more = '' }: Domain): string => {
  const inside = [...ns.matchAll(/ NS ([\w-]+)$/gm)].map(([, label]) => label);
  const lines = more.split('\n');
  return lines.filter((line) => inside.includes(line.split(' ')[0])).join('\n');
};

function infrastructure(origin: string, programs: readonly Program[], more: string): Zone {
  const hosts = programs.map((program) => HOSTING[program].host);
  const text = zoneText({ name: origin, planted: '', more }, hosts);
  const delegation = hosts.map((host) => `@ NS ${host}`).join('\n');
  return { origin, on: Object.fromEntries(programs.map((each) => [each, text])), delegation };
}

const hostLines = (owner: string, address: Address, families = ['v4', 'v6']): string =>
  [
    ...(families.includes('v4') ? [`${owner} A ${address.v4}`] : []),
    ...(families.includes('v6') ? [`${owner} AAAA ${address.v6}`] : []),
  ].join('\n');

function hostingZone(domains: readonly Domain[]): Zone {
  const lines = [
    ...Object.values(HOSTING).map(({ host, ...address }) => hostLines(host, address)),
    ...domains
      .filter(({ odd }) => odd !== undefined)
      .map((domain) => {
        const { host, ...address } = oddServer(domain, domains);
        return hostLines(host, address);
      }),
    hostLines('ns1bis', HOSTING.nsd),
    `alias CNAME ${HOSTING.knot.host}`,
    hostLines('dead1', CLOSED),
    hostLines('dead2', SILENT),
  ];
  const zone = infrastructure('hosting.test', ['nsd', 'bind'], lines.join('\n'));
  const glue = [HOSTING.nsd, HOSTING.bind].map(({ host, ...address }) => hostLines(host, address));
  return { ...zone, delegation: [zone.delegation, ...glue].join('\n') };
}

const hostsBelow = (domain: string): string =>
  MAIL_HOSTS.filter(({ name }) => name.endsWith(`.${domain}`))
    .map(({ name, address, families }) => hostLines(`${name}.`, address, [...families]))
    .join('\n');

/** Addresses on the block list, and the test entries of RFC 5782 §5. */
function blockList(): Zone {
  const listed = MAIL_HOSTS.find(({ name }) => name.startsWith('listed.'))?.address.v4 ?? '';
  const entries = ['127.0.0.2', '::ffff:7f00:2', listed].map((address) => {
    const owner = reverseName(address).replace(/\.(in-addr|ip6)\.arpa\.$/, '');
    return `${owner} A 127.0.0.2\n${owner} TXT "listed for a test"`;
  });
  return infrastructure('bl.example', ['nsd', 'knot'], entries.join('\n'));
}

function reverseName(address: string): string {
  const bytes = [...(ipBytes(address) ?? [])];
  if (bytes.length === 4) return `${bytes.reverse().join('.')}.in-addr.arpa.`;
  const nibbles = bytes.flatMap((byte) => [byte >> 4, byte & 15]).map((each) => each.toString(16));
  return `${nibbles.reverse().join('.')}.ip6.arpa.`;
}

function reverseZones(): readonly Zone[] {
  const hosts = [
    ...MAIL_HOSTS.flatMap(({ reverse, address, families }) =>
      families.map((family) => ({ host: reverse, address: address[family] })),
    ),
    { host: CLIENT_HOST, address: CLIENT.v4 },
    { host: CLIENT_HOST, address: CLIENT.v6 },
  ];
  const lines = hosts.flatMap(({ host, address }) =>
    host === undefined ? [] : [`${reverseName(address)} PTR ${host}.`],
  );
  return ['11.in-addr.arpa', 'f.0.a.2.ip6.arpa'].map((origin) => {
    const ours = lines.filter((line) => line.includes(`.${origin}. `));
    return infrastructure(origin, ['knot', 'bind'], [...new Set(ours)].join('\n'));
  });
}

/** Lines that are relative to `zone`, with absolute owners. */
const absolute = (zone: Zone): string =>
  zone.delegation
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [owner = '', type, ...rest] = line.split(' ');
      const target = rest.join(' ');
      const relative = (name: string): string =>
        name.endsWith('.') ? name : `${name}.${zone.origin}.`;
      const isName = type === 'NS';
      const at = owner === '@' ? `${zone.origin}.` : relative(owner);
      return `${at} ${type} ${isName ? relative(target) : target}`;
    })
    .join('\n');

/** `tlsa`: records by the name of the host. */
export function zonesOf(
  domains: readonly Domain[],
  tlsa: Readonly<Record<string, string>>,
): readonly Zone[] {
  const asked = domains.filter(({ isZone }) => isZone !== false);
  const inside = (name: string): readonly Domain[] =>
    asked.filter((other) => other.name.endsWith(`.${name}`));
  const extra = (domain: Domain): string =>
    [
      hostsBelow(domain.name),
      ...Object.entries(tlsa).map(([host, data]) =>
        host.endsWith(`.${domain.name}`) ? `_25._tcp.${host}. TLSA ${data}` : '',
      ),
      ...inside(domain.name).map((other) => absolute(domainZone(other, domains, ''))),
      '',
    ].join('\n');
  const hosted = asked.map((domain) => domainZone(domain, domains, extra(domain)));
  const shared = [
    hostingZone(domains),
    infrastructure('post.test', ['nsd', 'knot'], `${AGREES}\n${hostsBelow('post.test')}`),
    infrastructure('post.example', ['knot', 'bind'], hostsBelow('post.example')),
    infrastructure('looking.test', ['nsd', 'bind'], hostLines('probe', CLIENT)),
    blockList(),
    ...reverseZones(),
  ];
  const low = [...hosted, ...shared];
  const registries = TLDS.map((tld) => registryZone(tld, low));
  return [...low, ...registries, rootZone([...registries, ...reverseZones()])];
}

function registryZone(tld: string, low: readonly Zone[]): Zone {
  const below = low.filter(
    ({ origin }) => origin.split('.').length === 2 && origin.endsWith(`.${tld}`),
  );
  const servers = Object.values(REGISTRY);
  const ours = tld === 'test' ? [...servers, ...ROOTS] : [];
  const text = [
    `$ORIGIN ${tld}.\n$TTL 3600`,
    `@ SOA ${servers[0]?.host} hostmaster.nic.test. 1 14400 3600 1209600 3600`,
    ...servers.map(({ host }) => `@ NS ${host}`),
    ...ours.map(({ host, ...address }) => hostLines(host, address)),
    ...below.map(absolute),
    '',
  ].join('\n');
  const glue = servers.map(({ host, ...address }) => hostLines(host, address));
  return {
    origin: tld,
    on: { 'registry-knot': text, 'registry-bind': text },
    delegation: [...servers.map(({ host }) => `@ NS ${host}`), ...glue].join('\n'),
    ...(tld === 'test' && { signed: 'well' }),
  };
}

function rootZone(below: readonly Zone[]): Zone {
  const text = [
    '$ORIGIN .\n$TTL 3600',
    `. SOA ${ROOTS[0].host} hostmaster.nic.test. 1 14400 3600 1209600 3600`,
    ...ROOTS.map(({ host }) => `. NS ${host}`),
    ...ROOTS.map(({ host, ...address }) => hostLines(host, address)),
    ...below.map(absolute),
    '',
  ].join('\n');
  return { origin: '', on: { root: text }, delegation: '', signed: 'well' };
}
