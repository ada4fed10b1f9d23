// How a zone is delegated and who serves it: every server of the zone above is asked, the zone
// itself is asked for its own list, and the addresses of all hosts are looked up where they belong.
// All of that goes on at the same time, as far as it is known whom to ask.
import type { IpAddress } from '../base/ip.ts';
import type { Delegation, NameServer, Referral, ServerAt } from '../dns/authority.ts';
import type { Lookup } from '../dns/lookup.ts';
import { hostText, type Name, nameKey, sameName } from '../dns/name.ts';
import { TYPE } from '../dns/types.ts';
import type { Told } from './ask-server.ts';
import type { Errand } from './errand.ts';
import type { Failed } from './failed.ts';
import { readNs, uniqueNames } from './read-authority.ts';
import type { Server } from './server-book.ts';
import { isDelegating, type Walk } from './walk.ts';
import { type Cut, isFailed } from './zone-servers.ts';

/** Servers of the zone above that are asked, and hosts whose addresses are looked up. */
const REFERRALS_MAX = 30;
const SERVERS_MAX = 30;

type Addresses = Pick<NameServer, 'ipv4' | 'ipv6'>;
type FindAddresses = (host: Name) => Promise<Addresses>;

export async function gatherDelegation(
  walk: Walk,
  name: Name,
  errand: Errand,
): Promise<Delegation> {
  const { cut, failure } = await walk.findByAll(name, errand);
  if (failure) return failedAt(cut, failure);
  const addressesOf = lookUpOnce(walk, errand);
  // These hosts are known already: their addresses need not wait for what others say.
  for (const host of cut.hosts) void addressesOf(host);
  const [referrals, own] = await Promise.all([
    referralsTo(walk, cut, errand),
    walk.askNs(cut, cut.zone, errand),
  ]);
  if (!cut.parent && isFailed(own)) return failedAt(cut, own);
  // None where nobody answers for the zone.
  const named = isDelegating(own) ? own.hosts : [];
  const parts = { cut, referrals, named };
  const servers = await Promise.all(
    hostsOf(parts).map(async (host) => ({
      ...sourcesOf(host, parts),
      ...(await addressesOf(host)),
    })),
  );
  const { zone, parent } = cut;
  return { kind: 'zone', zone, ...(parent && { parent: parent.zone }), referrals, servers };
}

const failedAt = ({ zone }: Cut, { failure, because }: Failed): Delegation => {
  return { kind: 'failure', failure, at: zone, because };
};

function lookUpOnce(walk: Walk, errand: Errand): FindAddresses {
  const found = new Map<string, Promise<Addresses>>();
  const lookUp = async (host: Name): Promise<Addresses> => {
    const find = (family: 'A' | 'AAAA'): Promise<Lookup<IpAddress>> =>
      walk.addresses(host, family, errand);
    const [ipv4, ipv6] = await Promise.all([find('A'), find('AAAA')]);
    return { ipv4, ipv6 };
  };
  return (host) => {
    const addresses = found.get(nameKey(host)) ?? lookUp(host);
    found.set(nameKey(host), addresses);
    return addresses;
  };
}

/** What each server of the zone above says. */
async function referralsTo(
  walk: Walk,
  { zone, parent }: Cut,
  errand: Errand,
): Promise<readonly Referral[]> {
  if (!parent) return [];
  const [servers, rootHosts] = await Promise.all([
    walk.servers.all(parent, errand),
    parent.kind === 'root' ? walk.askNs(parent, parent.zone, errand) : undefined,
  ]);
  const glue = rootHosts && isDelegating(rootHosts) ? rootHosts.glue : [];
  return Promise.all(
    servers.slice(0, REFERRALS_MAX).map(async (server) => {
      const told = await walk.servers.askAt(server, { name: zone, type: TYPE.NS }, errand);
      return referralOf(named(server, glue), told, { zone, parent });
    }),
  );
}

/** A root server is known by its address; its name is what the root says. */
function named({ host, at }: Server, glue: readonly ServerAt[]): ServerAt {
  return glue.find(({ address }) => address === at.address) ?? { host, address: at.address };
}

function referralOf(
  server: ServerAt,
  told: Told | Failed,
  { zone, parent }: { readonly zone: Name; readonly parent: Cut },
): Referral {
  const failure = (because: string): Referral => {
    return { server, kind: 'failure', hosts: [], glue: [], because };
  };
  if (isFailed(told)) return failure(told.because);
  if (told.ending.kind === 'failure') return failure(told.ending.because);
  if (!told.packet) return failure('sent no packet');
  const said = readNs(told.packet, parent.zone, zone);
  if (isFailed(said)) return failure(said.because);
  if (!isDelegating(said)) return { server, kind: said.kind, hosts: [], glue: [] };
  if (!sameName(said.zone, zone))
    return failure(`pointed to the servers of ${hostText(said.zone)}`);
  return { server, kind: said.kind, hosts: said.hosts, glue: said.glue };
}

interface Parts {
  readonly cut: Cut;
  readonly referrals: readonly Referral[];
  /** By the zone itself. */
  readonly named: readonly Name[];
}

/**
 * The hosts that the zone above names. A server that serves both zones gives the lower one's own
 * list, which tells what the one above says only where no other server does.
 */
function delegatedTo({ cut, referrals }: Parts): readonly Name[] {
  const kinds = ['referral', 'authoritative'] as const;
  const lists = kinds.map((kind) => referrals.filter((referral) => referral.kind === kind));
  const told = lists.find((list) => list.length > 0);
  return told ? uniqueNames(told.flatMap(({ hosts }) => hosts)) : cut.hosts;
}

const hostsOf = (parts: Parts): readonly Name[] =>
  uniqueNames([...delegatedTo(parts), ...parts.named]).slice(0, SERVERS_MAX);

function sourcesOf(host: Name, parts: Parts): Omit<NameServer, keyof Addresses> {
  const isHost = (other: Name): boolean => sameName(other, host);
  const glue = parts.referrals
    .flatMap((referral) => referral.glue)
    .flatMap((each) => (isHost(each.host) ? [each.address] : []));
  return {
    host,
    byParent: delegatedTo(parts).some(isHost),
    byChild: parts.named.some(isHost),
    glue: [...new Set(glue)],
  };
}
