// The rule that keeps a backup from relaying to itself (RFC 5321 §5.1): find ourselves among the
// hosts, drop ourselves and every host that is not better.
import { hostText, type Name, nameKey, sameName } from '../dns/name.ts';
import type { ListedHost } from './exchanges.ts';
import { type HostFacts, ipAddressesOf } from './facts.ts';
import type { Self } from './question.ts';
import type { Left } from './target.ts';

export interface CutHosts {
  readonly hosts: readonly ListedHost[];
  readonly left: readonly Left[];
}

/** `addresses` by name key, as `addressesOf` makes it. */
export function cutAtSelf(
  hosts: readonly ListedHost[],
  addresses: ReadonlyMap<string, HostFacts>,
  self: Self,
): CutHosts {
  const ours = hosts.filter((listed) => isSelf(listed.host, addresses, self));
  if (ours.length === 0) return { hosts, left: [] };
  const best = Math.min(...ours.map(preferenceOf));
  const left = hosts
    .filter((listed) => ours.includes(listed) || preferenceOf(listed) >= best)
    .map((listed) => leftOut(listed, ours.includes(listed), best));
  return { hosts: hosts.filter((listed) => preferenceOf(listed) < best), left };
}

function isSelf(host: Name, addresses: ReadonlyMap<string, HostFacts>, self: Self): boolean {
  if (sameName(host, self.hostname)) return true;
  const facts = addresses.get(nameKey(host));
  return facts !== undefined && ipAddressesOf(facts).some((ip) => self.addresses.includes(ip));
}

/** An implicit MX counts as preference 0 (RFC 5321 §5.1). */
const preferenceOf = (listed: ListedHost): number => listed.preference ?? 0;

function leftOut(listed: ListedHost, isOurs: boolean, best: number): Left {
  const preference = listed.preference === undefined ? {} : { preference: listed.preference };
  const host = hostText(listed.host);
  return isOurs
    ? { kind: 'self', host, ...preference, because: 'this is us' }
    : { kind: 'not-better', host, ...preference, because: `not better than us (${best})` };
}
