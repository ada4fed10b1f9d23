// Can this machine reach SMTP ports at all? Many networks let nobody out on port 25. Where that is
// so nothing can be said about anybody's mail hosts, and no host must be blamed. Large mail
// services are the reference: one connection to any of them is enough for its family, and it is
// closed at once.
import { type IpAddress, isIpv6, printEndpoint } from '../base/ip.ts';
import { seconds } from '../base/time.ts';
import { hostText, type Name, parseName } from '../dns/name.ts';
import type { Network } from '../net/network.ts';
import type { Resolver } from '../resolver/resolver.ts';
import { lookupAddresses, lookupExchanges } from '../resolver/typed-lookup.ts';
import { alternating, obstacleTo, type Reach } from './reach.ts';

export interface EgressOptions extends Reach {
  readonly network: Pick<Network, 'connect'>;
  readonly lookup: Resolver['lookup'];
  readonly port: number;
  /** Domains whose mail hosts are there for everybody; default: three large services. */
  readonly references?: readonly Name[];
}

export interface Egress {
  /** `undefined`: could not be told. */
  readonly open?: boolean;
  readonly because: string;
  /** The same for each family, where it was tried. */
  readonly families?: { readonly ipv4?: boolean; readonly ipv6?: boolean };
}

const LARGE_SERVICES: readonly string[] = ['gmail.com', 'outlook.com', 'yahoo.com'];
const REFERENCES_MAX = 3;
const TRIES_MAX = 3;
const TIMEOUT = seconds(10);

interface Reference {
  readonly host: Name;
  readonly address: IpAddress;
}

/** Never rejects; ends when both families have an answer: a connection, or the last time-out. */
export async function egressCheck(options: EgressOptions): Promise<Egress> {
  const { references = largeServices(), port } = options;
  const domains = references.slice(0, REFERENCES_MAX);
  const found = await Promise.all(domains.map((domain) => hostsOf(domain, options)));
  const tries = ofBothFamilies(firstOfEach(found));
  if (tries.length === 0) {
    const names = domains.map(hostText).join(', ');
    return { because: `no mail host of ${names || 'anybody'} was found to try port ${port} with` };
  }
  const [ipv4, ipv6] = await Promise.all([
    anyOf(
      tries.filter(({ address }) => !isIpv6(address)),
      options,
    ),
    anyOf(
      tries.filter(({ address }) => isIpv6(address)),
      options,
    ),
  ]);
  const tried = [ipv4, ipv6].filter((each) => each !== undefined);
  const told = tried.find(({ open }) => open)?.because ?? tried.map((it) => it.because).join('; ');
  return {
    open: tried.some(({ open }) => open),
    because: told,
    families: { ...(ipv4 && { ipv4: ipv4.open }), ...(ipv6 && { ipv6: ipv6.open }) },
  };
}

/** The first few, and one more of a family that is not among them. */
function ofBothFamilies(all: readonly Reference[]): readonly Reference[] {
  const first = all.slice(0, TRIES_MAX);
  const missing = [true, false]
    .filter((family) => !first.some(({ address }) => isIpv6(address) === family))
    .flatMap((family) => all.find(({ address }) => isIpv6(address) === family) ?? []);
  return [...first, ...missing];
}

/** Does any of them answer? Nothing where there is none. A refusal may be a firewall's. */
function anyOf(
  references: readonly Reference[],
  options: EgressOptions,
): Promise<{ readonly open: boolean; readonly because: string } | undefined> {
  if (references.length === 0) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const failures: string[] = [];
    for (const reference of references) {
      void tryOne(reference, options).then((because) => {
        const endpoint = printEndpoint({ ...reference, port: options.port });
        const where = `${hostText(reference.host)} ${endpoint}`;
        if (because === undefined) resolve({ open: true, because: `${where} answered` });
        else failures.push(`${where}: ${because}`);
        if (failures.length === references.length) {
          resolve({ open: false, because: failures.join('; ') });
        }
      });
    }
  });
}

function largeServices(): readonly Name[] {
  return LARGE_SERVICES.map((text) => parseName(text)).filter((name) => typeof name === 'string');
}

/** Why there was no connection, if there was none. */
async function tryOne({ address }: Reference, options: EgressOptions): Promise<string | undefined> {
  const { network, port } = options;
  const connected = await network.connect({ address, port }, { timeout: TIMEOUT });
  if (connected.kind === 'failed') return connected.because;
  connected.connection.open({ data: () => {}, drained: () => {}, closed: () => {} });
  connected.connection.destroy();
  return undefined;
}

/** The best exchange of a domain at each address that may be dialled. */
async function hostsOf(domain: Name, options: EgressOptions): Promise<readonly Reference[]> {
  const exchanges = await lookupExchanges(options, domain);
  const best = exchanges.kind === 'records' ? exchanges.records[0] : undefined;
  if (!best) return [];
  const { host } = best;
  const lookups = await Promise.all([
    lookupAddresses(options, host, 'A'),
    lookupAddresses(options, host, 'AAAA'),
  ]);
  const addresses = lookups.flatMap((each) => (each.kind === 'records' ? each.records : []));
  return alternating(addresses)
    .filter((address) => obstacleTo(address, options) === undefined)
    .map((address) => ({ host, address }));
}

/** The first of every list, then the second of every list, and so on. */
function firstOfEach<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) =>
    lists.flatMap((list) => list.slice(at, at + 1)),
  ).flat();
}
