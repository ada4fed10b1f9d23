// DANE-SECURE: where there are TLSA records, everything on the way to them is proved by DNSSEC.
import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { exchange, THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { areAddressesSecure, type DaneHost, daneSeen, isSecure, tlsaOf } from './dane-hosts.ts';

export const daneSecure: Rule = {
  id: 'DANE-SECURE',
  title: 'TLSA, MX and addresses are proved by DNSSEC',
  severity: 'error',
  why:
    'TLSA records count only where DNSSEC proves them, the addresses of the host and the MX ' +
    'records that name it. Without that senders pass them over in silence: the records look like ' +
    'protection and are none.',
  wrong:
    '_25._tcp.mail.example.com.  TLSA 3 1 1 …    ; in a zone without a DS record at its parent',
  right: '_25._tcp.mail.example.com.  TLSA 3 1 1 …    ; signed, with a DS record at the parent',
  remedy:
    'Sign the zone and give its DS record to the registrar; if the zone is signed, look for the ' +
    'DS record that is missing. Or take the TLSA records away.',
  sources: ['RFC 7672 §2.1.1', 'RFC 7672 §2.2.1'],
  *judge(about) {
    const seen = yield* daneSeen(about);
    if (seen.kind === 'not-seen') return seen.verdicts;
    const hosts = seen.hosts.filter((host) => tlsaOf(host).length > 0);
    if (hosts.length === 0) return [notApplicable(THE_DOMAIN, 'no exchange has TLSA records')];
    const { lookup, id } = seen.mx;
    const ofHosts = hosts.map(judgeHost);
    if (lookup.kind === 'failure') return [unknown(THE_DOMAIN, lookup.because, [id]), ...ofHosts];
    if (isSecure(lookup)) return [pass(THE_DOMAIN), ...ofHosts];
    const names = hosts.map(({ host }) => hostText(host)).join(', ');
    const says = `the MX records are not signed, so the TLSA records of ${names} are of little use`;
    const mx = finding(THE_DOMAIN, says, { severity: 'notice', actor: 'domain', evidence: [id] });
    return [mx, ...ofHosts];
  },
};

function judgeHost(host: DaneHost): Verdict {
  const subject = exchange(host.host);
  const evidence = [host.tlsa, ...host.addresses].map(({ id }) => id);
  const name = hostText(host.host);
  const areSecure = areAddressesSecure(host);
  const loose = [
    isSecure(host.tlsa.lookup) ? '' : 'the TLSA records',
    areSecure === false ? 'the addresses' : '',
  ].filter(Boolean);
  if (loose.length > 0) {
    const says = `${name} has TLSA records, but DNSSEC does not prove ${loose.join(' and ')}`;
    return finding(subject, says, { actor: 'mail-host', evidence });
  }
  if (areSecure === undefined) return unknown(subject, `no address of ${name} was found`, evidence);
  return pass(subject);
}
