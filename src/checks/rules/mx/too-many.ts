// MX-TOO-MANY: no exchange stands behind so many addresses that senders never get to it. How many
// share one preference does not matter.
import { hostText, nameKey } from '../../../dns/name.ts';
import type { Exchange } from '../../../routing/facts.ts';
import type { Rule } from '../../rule.ts';
import { exchange } from '../../subject.ts';
import { finding, pass, unknown } from '../../verdict.ts';
import { evidenceOf, type HostSeen, hostsSeen, isIncomplete } from './hosts.ts';
import { intakeOf, preferenceOf, withoutExchanges } from './intake.ts';
import { isLargeProvider } from './providers.ts';

/** Postfix tries this many for one message (`smtp_mx_address_limit`), and others about as many. */
const TRIED = 5;

export const tooMany: Rule = {
  id: 'MX-TOO-MANY',
  title: 'Senders get to every exchange',
  severity: 'warning',
  why:
    'RFC 5321 asks senders to try two addresses at least; many stop after five, counted from the ' +
    'lowest preference. An exchange behind five others never gets mail when those are down, ' +
    'which is the one time that it is needed.',
  wrong:
    'example.com. MX 10 pool.example.com.     ; five addresses\n' +
    'example.com. MX 20 backup.example.net.',
  right:
    'example.com. MX 10 pool.example.com.     ; three addresses\n' +
    'example.com. MX 20 backup.example.net.',
  remedy:
    'Give the first preference fewer addresses, or the backup the same preference as the others.',
  sources: ['RFC 5321 §5.1'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind !== 'exchanges') return [withoutExchanges(intake)];
    const hosts = yield* hostsSeen(intake.hosts);
    return hosts.map((seen) => {
      const subject = exchange(seen.host);
      const before = hostsBefore(seen, hosts, intake.records);
      const count = new Set(before.flatMap(({ addresses }) => addresses)).size;
      const evidence = evidenceOf(before);
      if (count < TRIED && isIncomplete(before)) {
        return unknown(subject, 'not every address before it could be looked up', evidence);
      }
      if (count < TRIED || isLargeProvider(seen.host)) return pass(subject, undefined, evidence);
      const says =
        `${count} addresses are tried before ${hostText(seen.host)}, ` +
        `and many senders stop after ${TRIED}`;
      return finding(subject, says, { actor: 'domain', evidence });
    });
  },
};

/** Those of a better preference. */
function hostsBefore(
  { host }: HostSeen,
  hosts: readonly HostSeen[],
  records: readonly Exchange[],
): readonly HostSeen[] {
  const own = preferenceOf(records, host);
  return hosts.filter(
    (other) => nameKey(other.host) !== nameKey(host) && preferenceOf(records, other.host) < own,
  );
}
