// DANE-PRESENT: whether exchanges have TLSA records, and all of them or none.
import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { exchange, THE_DOMAIN } from '../../subject.ts';
import { finding, pass, unknown } from '../../verdict.ts';
import { daneSeen, tlsaOf } from './dane-hosts.ts';

export const danePresent: Rule = {
  id: 'DANE-PRESENT',
  title: 'Every exchange has TLSA records, or none has',
  severity: 'info',
  why:
    'With TLSA records in a signed zone senders know that a mail host speaks TLS and which ' +
    'certificate it has, so that nobody on the way can read the mail or pose as the host. An ' +
    'exchange without them is the way around: who can make senders use that one has what he ' +
    'wants.',
  wrong:
    'example.com.                 MX 10 mail.example.com.\n' +
    'example.com.                 MX 20 backup.example.com.\n' +
    '_25._tcp.mail.example.com.   TLSA 3 1 1 …',
  right:
    'example.com.                 MX 10 mail.example.com.\n' +
    'example.com.                 MX 20 backup.example.com.\n' +
    '_25._tcp.mail.example.com.   TLSA 3 1 1 …\n' +
    '_25._tcp.backup.example.com. TLSA 3 1 1 …',
  remedy:
    'Publish a TLSA record at _25._tcp of every exchange, in a signed zone, and let whoever ' +
    'renews the certificates know of it. Without a signed zone leave it: MTA-STS does much of ' +
    'the same.',
  sources: ['RFC 7672 §1.3', 'RFC 7672 §2.2.1'],
  *judge(about) {
    const seen = yield* daneSeen(about);
    if (seen.kind === 'not-seen') return seen.verdicts;
    const { hosts } = seen;
    const isAnywhere = hosts.some((host) => tlsaOf(host).length > 0);
    const fails = hosts.some(({ tlsa }) => tlsa.lookup.kind === 'failure');
    if (!isAnywhere && !fails) {
      const says = 'no exchange has TLSA records: senders that use DANE have nothing to check';
      const evidence = hosts.map(({ tlsa }) => tlsa.id);
      return [finding(THE_DOMAIN, says, { actor: 'mail-host', evidence })];
    }
    return hosts.map((host) => {
      const subject = exchange(host.host);
      const { id, lookup } = host.tlsa;
      if (lookup.kind === 'failure') return unknown(subject, lookup.because, [id]);
      const { length } = tlsaOf(host);
      if (length > 0) return pass(subject, `${length} TLSA record${length > 1 ? 's' : ''}`);
      if (!isAnywhere) return pass(subject, 'no TLSA record, like the others');
      const says = `${hostText(host.host)} has no TLSA record, and other exchanges have`;
      return finding(subject, says, { severity: 'warning', actor: 'mail-host', evidence: [id] });
    });
  },
};
