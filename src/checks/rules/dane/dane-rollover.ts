// DANE-ROLLOVER: a second TLSA record is there for the next key, or for the authority.
import { hostText } from '../../../dns/name.ts';
import type { TlsaData } from '../../../dns/records/record-data.ts';
import { dataKey } from '../../../dns/records/registry.ts';
import { TYPE } from '../../../dns/types.ts';
import type { Rule } from '../../rule.ts';
import { exchange, THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass } from '../../verdict.ts';
import { daneSeen, isInForce, tlsaOf } from './dane-hosts.ts';
import { isUsableTlsa } from './tlsa-match.ts';

export const daneRollover: Rule = {
  id: 'DANE-ROLLOVER',
  title: 'TLSA records cover the next certificate as well',
  severity: 'notice',
  why:
    'With a single TLSA record a new key cannot be taken into use without a gap: resolvers keep ' +
    'the old record for its TTL, and senders that have it refuse the new certificate. A second ' +
    'record, of the next key or of the authority, bridges it, also when the key must be changed ' +
    'in a hurry.',
  wrong: '_25._tcp.mail.example.com.  TLSA 3 1 1 9c07…',
  right:
    '_25._tcp.mail.example.com.  TLSA 3 1 1 9c07…   ; of the key in use\n' +
    '_25._tcp.mail.example.com.  TLSA 3 1 1 44de…   ; of the next one, which lies ready',
  remedy:
    'Make the next key now, keep it safe, and publish its record beside the present one; or add ' +
    'one of the authority that issues your certificates (2 1 1).',
  sources: ['RFC 7671 §8.1', 'RFC 7671 §8.4'],
  *judge(about) {
    const seen = yield* daneSeen(about);
    if (seen.kind === 'not-seen') return seen.verdicts;
    const hosts = seen.hosts.filter((host) => isInForce(host) && tlsaOf(host).some(isUsableTlsa));
    if (hosts.length === 0) {
      const because = 'no exchange has TLSA records that are proved and of use';
      return [notApplicable(THE_DOMAIN, because)];
    }
    return hosts.map((host) => {
      const subject = exchange(host.host);
      if (coverTwo(tlsaOf(host).filter(isUsableTlsa))) return pass(subject);
      const name = hostText(host.host);
      const says = `the TLSA records of ${name} are of one key: a change of it leaves a gap`;
      return finding(subject, says, { actor: 'mail-host', evidence: [host.tlsa.id] });
    });
  },
};

/** Two of one form, or of host and authority; other forms may be of the same key. */
function coverTwo(records: readonly TlsaData[]): boolean {
  const forms = Map.groupBy(records, (it) => `${it.usage} ${it.selector} ${it.matching}`);
  const isTwice = [...forms.values()].some(
    (same) => new Set(same.map((record) => dataKey(record, TYPE.TLSA))).size > 1,
  );
  return isTwice || new Set(records.map(({ usage }) => usage)).size > 1;
}
