// MX-TARGET-DOUBLED: the names of exchanges end where they are meant to end. A name without a dot
// at its end gets the zone's own behind it; a dot too many leaves it bare.

import type { IpAddress } from '../../../base/ip.ts';
import { seconds } from '../../../base/time.ts';
import {
  hostText,
  isBelow,
  labelsOf,
  type Name,
  nameFromLabels,
  parentOf,
  parseName,
} from '../../../dns/name.ts';
import type { About } from '../../about.ts';
import type { Inquiry } from '../../inquiry.ts';
import type { Rule } from '../../rule.ts';
import { exchange } from '../../subject.ts';
import { finding, type Mend, pass, type Severity } from '../../verdict.ts';
import { deadSeverity, type HostSeen, hostsSeen, unseen } from './hosts.ts';
import { intakeOf, mxLine, preferenceOf, withoutExchanges } from './intake.ts';
import { addressIn, nameFor } from './target-ip.ts';

export const targetDoubled: Rule = {
  id: 'MX-TARGET-DOUBLED',
  title: 'No exchange has a dot too few or too many at its end',
  severity: 'error',
  why:
    'In zone text a name without a dot at its end is relative: the name of the zone is put ' +
    'behind it. mail.example.com becomes mail.example.com.example.com, which does not exist, and ' +
    'the mail does not arrive. Web forms differ in whether they want the dot.',
  wrong: 'example.com. MX 10 mail.example.com.example.com.',
  right: 'example.com. MX 10 mail.example.com.',
  remedy: 'Write the record as it is proposed: the full name, with a dot at its end in zone text.',
  sources: ['RFC 1035 §5.1', 'RFC 5321 §2.3.5'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind !== 'exchanges') return [withoutExchanges(intake)];
    const { records, ttlSeconds } = intake;
    const hosts = yield* hostsSeen(intake.hosts);
    const slips = yield* slipsIn(about, hosts);
    return hosts.map((seen, at) => {
      const slip = slips[at];
      const subject = exchange(seen.host);
      if (!slip) return pass(subject);
      if (seen.state === 'failure') return unseen(seen);
      const preference = preferenceOf(records, seen.host);
      const line = 'meant' in slip ? mxLine(about.domain, preference, slip.meant) : '';
      const mend: Mend =
        'meant' in slip
          ? { kind: 'record', text: line }
          : nameFor(about.domain, slip.address, preference);
      return finding(subject, saying(slip, seen), {
        severity: severityOf(seen, hosts),
        actor: 'domain',
        mend,
        shows: seconds(ttlSeconds),
        evidence: seen.evidence,
      });
    });
  },
};

type Slip =
  /** `mail.example.com.example.com.` */
  | { readonly kind: 'doubled'; readonly meant: Name }
  /** `mail.example.net.example.com.`, and nobody is there. */
  | { readonly kind: 'foreign'; readonly meant: Name }
  /** `mail.` */
  | { readonly kind: 'bare'; readonly meant: Name }
  /** `192.0.2.10.example.com.`, and nobody is there. */
  | { readonly kind: 'address'; readonly address: IpAddress };

/** For each host what was meant in its place; nothing where it is well as it is. */
export function* slipsIn(
  { domain }: About,
  hosts: readonly HostSeen[],
): Inquiry<readonly (Slip | undefined)[]> {
  const slips = hosts.map((seen) => slipIn(seen, domain));
  const foreign = slips.flatMap((slip) => (slip?.kind === 'foreign' ? [slip.meant] : []));
  const alive = (yield* hostsSeen(foreign)).filter(({ state }) => state === 'addresses');
  const found = new Set(alive.map(({ host }) => host));
  return slips.map((slip) =>
    slip?.kind === 'foreign' && !found.has(slip.meant) ? undefined : slip,
  );
}

const LOCALHOST = 'localhost.';

/** What a name may have been meant to be; nothing where it is well as it is. */
function slipIn({ host, state }: HostSeen, domain: Name): Slip | undefined {
  const labels = labelsOf(host);
  if (labels.length === 1) {
    const meant = parseName(`${host}${domain}`);
    const isFound = state === 'addresses' || host.toLowerCase() === LOCALHOST;
    const isPlain = addressIn(labels) === undefined && typeof meant === 'string';
    return isFound || !isPlain ? undefined : { kind: 'bare', meant };
  }
  const origin = originsOf(domain).find((each) => isBelow(host, each));
  if (origin === undefined) return undefined;
  const written = labels.slice(0, labels.length - labelsOf(origin).length);
  if (written.length < 2) return undefined;
  const meant = nameFromLabels(written);
  if (isBelow(meant, origin)) return { kind: 'doubled', meant };
  if (state === 'addresses') return undefined;
  const address = addressIn(written);
  return address === undefined ? { kind: 'foreign', meant } : { kind: 'address', address };
}

/** The names that may be that of the zone: the domain, and those above it but the topmost. */
function originsOf(domain: Name): readonly Name[] {
  const parent = parentOf(domain);
  if (labelsOf(domain).length < 2 || parent === undefined) return [];
  return [domain, ...originsOf(parent)];
}

/** A doubled name that somebody gave an address works; it is only unlikely to be meant. */
const severityOf = ({ state }: HostSeen, hosts: readonly HostSeen[]): Severity =>
  state === 'addresses' ? 'notice' : deadSeverity(hosts);

function saying(slip: Slip, { host, state }: HostSeen): string {
  const name = hostText(host);
  const meant = 'meant' in slip ? hostText(slip.meant) : '';
  switch (slip.kind) {
    case 'doubled': {
      const end = state === 'addresses' ? 'it has an address all the same' : 'nobody is there';
      return `${name} holds the name of the zone twice, and ${end}: was ${meant} meant?`;
    }
    case 'foreign':
      return `${name} leads nowhere, but ${meant} exists: its last dot was forgotten`;
    case 'bare':
      return `${name}. is a name of one label and leads nowhere: was ${meant} meant?`;
    case 'address':
      return `${name} is the address ${slip.address} with the name of the zone behind it`;
  }
}
