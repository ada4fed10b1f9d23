// From the MX records to the hosts they list: null MX apart, each host once, in order of
// preference.
import { hostText, type Name, nameKey, ROOT } from '../dns/name.ts';
import type { Exchange, Facts } from './facts.ts';
import type { Left } from './target.ts';

/** A host that takes mail for the domain. No preference: the domain is its own exchange. */
export interface ListedHost {
  readonly host: Name;
  readonly preference?: number;
}

export interface Listed {
  readonly hosts: readonly ListedHost[];
  readonly left: readonly Left[];
}

/** Empty `hosts` mean a null MX. */
export function listedHosts(facts: Facts): Listed {
  const exchanges = facts.mx.kind === 'records' ? facts.mx.records : [];
  const real = exchanges.filter((exchange) => exchange.host !== ROOT);
  // RFC 7505 §3: a null MX must stand alone. Beside others it is a mistake that must not lose mail.
  const nulls = exchanges.filter((exchange) => exchange.host === ROOT);
  const left = real.length === 0 ? [] : nulls.map((exchange) => nullBesideOthers(facts, exchange));
  const sorted = [...real].sort((a, b) => a.preference - b.preference);
  return { hosts: once(sorted), left };
}

/** A host that is listed twice counts with its best preference. */
function once(sorted: readonly Exchange[]): readonly Exchange[] {
  const seen = new Set<string>();
  return sorted.filter((exchange) => {
    const key = nameKey(exchange.host);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function nullBesideOthers(facts: Facts, { preference }: Exchange): Left {
  const because = `a null MX beside other MX records of ${hostText(facts.domain)} has no meaning`;
  return { kind: 'null-mx', host: '.', preference, because };
}
