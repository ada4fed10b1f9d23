// PTR-EXISTS: every address that sends or takes mail has a reverse name.
import { hostText, type Name } from '../../../dns/name.ts';
import { reverseName } from '../../../dns/reverse.ts';
import type { Rule } from '../../rule.ts';
import { finding, type Mend, pass, unknown, type Verdict } from '../../verdict.ts';
import { type Identity, judgeReverses, type Reverse } from './identities.ts';

export const ptrExists: Rule = {
  id: 'PTR-EXISTS',
  title: 'Every address has a reverse name',
  severity: 'error',
  why:
    'Large receivers refuse mail from an address without a reverse name, since most of those are ' +
    'machines that somebody broke into. For a host that only takes mail it matters little.',
  wrong: '10.2.0.192.in-addr.arpa. PTR ?    status: NXDOMAIN',
  right: '10.2.0.192.in-addr.arpa. PTR mail.example.com.',
  remedy:
    'Ask whoever gave you the address (provider or data centre; often a field of its console) to ' +
    'set its reverse name to the name that the server says in EHLO.',
  sources: ['RFC 1912 §2.1', 'RFC 1035 §3.5'],
  *judge(about) {
    return yield* judgeReverses(about, ofReverse);
  },
};

function ofReverse({ subject, address, host, role }: Identity, { fact, names }: Reverse): Verdict {
  const { lookup, id } = fact;
  if (lookup.kind === 'failure') return unknown(subject, lookup.because, [id]);
  if (names.length > 0) return pass(subject, names.map(hostText).join(', '), [id]);
  const reverse = reverseName(address);
  const says = `${address} has no reverse name (${hostText(reverse)} PTR)`;
  return finding(subject, says, {
    severity: role === 'sender' ? 'error' : 'notice',
    actor: role === 'sender' ? 'domain' : 'mail-host',
    mend: mendFor(reverse, host),
    evidence: [id],
  });
}

const mendFor = (reverse: Name, host?: Name): Mend =>
  host === undefined
    ? { kind: 'setting', text: `set ${reverse} PTR to the name that the server says in EHLO` }
    : { kind: 'record', text: `${reverse} PTR ${host}` };
