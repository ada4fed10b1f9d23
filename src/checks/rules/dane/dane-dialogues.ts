// The mail hosts whose TLSA records senders insist on, each with what it showed at each address.

import { sameName } from '../../../dns/name.ts';
import type { TlsaData } from '../../../dns/records/record-data.ts';
import type { About } from '../../about.ts';
import type { Inquiry } from '../../inquiry.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { notApplicable, type Verdict } from '../../verdict.ts';
import { reached, type Talk } from '../smtp/reachable.ts';
import { type DaneHost, daneSeen, isInForce, isSecure, tlsaOf } from './dane-hosts.ts';
import { isUsableTlsa, type Shown } from './tlsa-match.ts';

export interface DaneTalks {
  readonly host: DaneHost;
  /** The records that are of use to senders; at least one. */
  readonly records: readonly TlsaData[];
  /** One for each address. */
  readonly talks: readonly Talk[];
}

export interface DaneTalking {
  readonly kind: 'talked';
  readonly hosts: readonly DaneTalks[];
  /** Exchanges of the domain that senders reach without DANE. */
  readonly others: number;
  /** What a host showed, or nothing where TLS did not start. */
  shownIn(host: DaneHost, talk: Talk): Shown | undefined;
}

interface NotTalked {
  readonly kind: 'not-talked';
  readonly verdicts: readonly Verdict[];
}

export function* daneDialogues(about: About): Inquiry<DaneTalking | NotTalked> {
  const seen = yield* daneSeen(about);
  if (seen.kind === 'not-seen') return { kind: 'not-talked', verdicts: seen.verdicts };
  const inForce = seen.hosts.filter((host) => isInForce(host) && tlsaOf(host).some(isUsableTlsa));
  if (inForce.length === 0) {
    const because = 'no exchange has TLSA records that are proved and of use';
    return { kind: 'not-talked', verdicts: [notApplicable(THE_DOMAIN, because)] };
  }
  const found = yield* reached(about);
  if (found.kind === 'nowhere') return { kind: 'not-talked', verdicts: [found.verdict] };
  const hosts = inForce.map((host): DaneTalks => {
    const talks = found.talks.filter((talk) => sameName(talk.host, host.host));
    return { host, records: tlsaOf(host).filter(isUsableTlsa), talks };
  });
  const isMxSecure = isSecure(seen.mx.lookup);
  return {
    kind: 'talked',
    hosts,
    others: seen.hosts.length - hosts.length,
    shownIn(host, { dialogue: { tls } }) {
      if (tls?.kind !== 'started') return undefined;
      // RFC 7672 §3.2.2: the domain itself too, where it is proved that the host is its exchange.
      const names = isMxSecure ? [host.host, about.domain] : [host.host];
      return { chain: tls.chain, names, now: about.now };
    },
  };
}
