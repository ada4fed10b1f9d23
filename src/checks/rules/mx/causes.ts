// Why a host that MX records name leads nowhere, where a rule of its own says so: then that rule
// tells the fault, and those about missing names and addresses leave it to it.
import { labelsOf, type Name, nameKey } from '../../../dns/name.ts';
import type { About } from '../../about.ts';
import type { Inquiry } from '../../inquiry.ts';
import { freeDomain } from '../free-domain.ts';
import { type HostSeen, isDead } from './hosts.ts';
import { slipsIn } from './target-doubled.ts';
import { addressIn } from './target-ip.ts';
import { placeholderIn } from './target-placeholder.ts';

/** The rule that tells of a dead host; nothing where it just is not there. */
export interface Causes {
  of(host: Name): string | undefined;
}

export function* causesOf(about: About, hosts: readonly HostSeen[]): Inquiry<Causes> {
  const slips = yield* slipsIn(about, hosts);
  const causes = new Map(
    hosts.map((seen, at) => {
      const cause = isDead(seen) ? causeOf(seen, about, slips[at] !== undefined) : undefined;
      return [nameKey(seen.host), cause];
    }),
  );
  return { of: (host) => causes.get(nameKey(host)) };
}

function causeOf(
  { host, deniedBy, aliases }: HostSeen,
  about: About,
  isSlip: boolean,
): string | undefined {
  if (addressIn(labelsOf(host)) !== undefined) return 'MX-TARGET-IP';
  if (isSlip) return 'MX-TARGET-DOUBLED';
  if (placeholderIn(about, host) !== undefined) return 'MX-TARGET-PLACEHOLDER';
  const isFree = deniedBy !== undefined && freeDomain(deniedBy, aliases.at(-1) ?? host);
  return isFree ? 'DANGLING' : undefined;
}
