// What must TLS show at this host? For most senders nothing: any certificate is better than clear
// text (RFC 7435). But an MTA-STS policy that enforces, or TLSA records that are proven, are
// promises: senders who know them do not deliver where they are not kept.

import { type Name, sameName } from '../../../dns/name.ts';
import type { StsMode } from '../../../policies/mta-sts.ts';
import type { About } from '../../about.ts';
import type { Inquiry } from '../../inquiry.ts';
import { isVerdict } from '../../verdict.ts';
import { daneSeen, isInForce, isSecure, tlsaOf } from '../dane/dane-hosts.ts';
import { validPolicy } from '../transport/sts.ts';

export interface Demand {
  /** Who demands that there is TLS, in words. */
  readonly tls?: string;
  /** Who demands that the certificate holds: its name, its dates, and who vouches for it. */
  readonly holds?: string;
  /** The rule that tells where it does not, so that no other does. */
  readonly toldBy?: 'STS-CERT' | 'DANE-MATCH';
  /** TLSA records say what it must be; authorities do not matter to those who look at them. */
  readonly hasTlsa: boolean;
  readonly evidence: readonly string[];
}

export interface Demands {
  on(host: Name): Demand;
}

const STS = 'the MTA-STS policy (mode enforce)';
const DANE_TA = 'DANE (TLSA records of usage 2)';
const DANE = 'DANE (TLSA records)';

export function* demandsOf(about: About): Inquiry<Demands> {
  const policy = yield* validPolicy(about);
  const sts = isVerdict(policy) ? undefined : { mode: policy.policy.mode, id: policy.fact.id };
  const dane = yield* daneSeen(about);
  // RFC 7672 §2.2.1: without a proven way to the host its TLSA records bind nobody.
  const isProven = dane.kind === 'seen' && isSecure(dane.mx.lookup);
  const tlsa = isProven ? dane.hosts.filter(isInForce) : [];
  return {
    on(host) {
      const found = tlsa.find((each) => sameName(each.host, host));
      const usages = found ? tlsaOf(found).map(({ usage }) => usage) : [];
      return demandFrom(sts, { id: found?.tlsa.id, usages });
    },
  };
}

interface Sts {
  readonly mode: StsMode;
  readonly id: string;
}

function demandFrom(
  sts: Sts | undefined,
  { id, usages }: { readonly id: string | undefined; readonly usages: readonly number[] },
): Demand {
  const hasTlsa = usages.length > 0;
  // RFC 7672 §3.1.1: a match of usage 3 asks for no name and no date. 0 and 1 are not usable.
  const isByAuthority = usages.includes(2) && !usages.includes(3);
  const isEnforced = sts?.mode === 'enforce';
  const tls = isEnforced ? STS : hasTlsa ? DANE : undefined;
  const holds = isEnforced ? STS : isByAuthority ? DANE_TA : undefined;
  const isTold = sts !== undefined && sts.mode !== 'none';
  const toldBy = isTold ? 'STS-CERT' : isByAuthority ? 'DANE-MATCH' : undefined;
  return {
    ...(tls !== undefined && { tls }),
    ...(holds !== undefined && { holds }),
    ...(toldBy !== undefined && { toldBy }),
    hasTlsa,
    evidence: [...(isEnforced ? [sts.id] : []), ...(hasTlsa && id !== undefined ? [id] : [])],
  };
}
