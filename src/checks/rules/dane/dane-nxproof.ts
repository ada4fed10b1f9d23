// DANE-NXPROOF: whether there are TLSA records can be looked up, above all where there are none.
import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { exchange } from '../../subject.ts';
import { finding, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { areAddressesSecure, type DaneHost, daneSeen } from './dane-hosts.ts';

export const daneNxproof: Rule = {
  id: 'DANE-NXPROOF',
  title: 'A lookup of TLSA records does not fail',
  severity: 'error',
  why:
    'Where the zone of an exchange is signed, senders that use DANE must learn for sure whether ' +
    'it has TLSA records. If the lookup fails, they cannot tell an attack from a fault and keep ' +
    'the mail. So a name server that mishandles a question for records that do not exist stops ' +
    'mail.',
  wrong: '$ dig _25._tcp.mail.example.com TLSA\n;; status: SERVFAIL',
  right: '$ dig _25._tcp.mail.example.com TLSA\n;; status: NXDOMAIN … flags: qr rd ra ad',
  remedy:
    'Update the name server, sign the zone anew, and see that no firewall drops TLSA questions; ' +
    'look at NS-QTYPE-DROP and at what delv says of the name.',
  sources: ['RFC 7672 §2.1.1', 'RFC 7672 §2.1.2', 'RFC 4035 §5.4'],
  *judge(about) {
    const seen = yield* daneSeen(about);
    return seen.kind === 'seen' ? seen.hosts.map(judgeHost) : seen.verdicts;
  },
};

function judgeHost(host: DaneHost): Verdict {
  const subject = exchange(host.host);
  const { id, lookup } = host.tlsa;
  const isSigned = areAddressesSecure(host);
  const evidence = [id, ...host.addresses.map((fact) => fact.id)];
  if (isSigned === false) {
    return notApplicable(subject, 'its addresses are not signed, so nobody asks for TLSA');
  }
  if (lookup.kind !== 'failure') {
    return isSigned ? pass(subject) : unknown(subject, 'it has no address that is known', evidence);
  }
  const { failure, because } = lookup;
  // The addresses are proved by the same resolver, so it is this lookup that fails.
  const isCertain = isSigned === true && (failure === 'bogus' || failure === 'servfail');
  if (!isCertain) return unknown(subject, because, evidence);
  const name = hostText(host.host);
  const what = failure === 'bogus' ? 'is not proved, though it must be' : 'fails';
  const says = `the lookup of the TLSA records of ${name} ${what}: ${because}`;
  return finding(subject, says, { actor: 'dns-host', evidence });
}
