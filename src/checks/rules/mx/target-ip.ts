// MX-TARGET-IP: an exchange is a name, never an address.

import type { IpAddress } from '../../../base/ip.ts';
import { parseIp } from '../../../base/ip.ts';
import { seconds } from '../../../base/time.ts';
import { hostText, labelsOf, type Name } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { exchange } from '../../subject.ts';
import { finding, type Mend, pass } from '../../verdict.ts';
import { deadSeverity, hostsSeen } from './hosts.ts';
import { intakeOf, preferenceOf, withoutExchanges } from './intake.ts';

export const targetIp: Rule = {
  id: 'MX-TARGET-IP',
  title: 'No exchange is an address',
  severity: 'error',
  why:
    'An MX record holds a name. An address written there is read as a name whose top-level ' +
    'domain is a number; nobody has it, and the mail does not arrive.',
  wrong: 'example.com. MX 10 192.0.2.10.',
  right: 'example.com.       MX 10 mail.example.com.\nmail.example.com.  A  192.0.2.10',
  remedy: 'Give the host a name with an address record, and put that name into the MX record.',
  sources: ['RFC 5321 §5.1', 'RFC 1035 §3.3.9'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind !== 'exchanges') return [withoutExchanges(intake)];
    const { hosts, records, ttlSeconds, id } = intake;
    const severity = deadSeverity(yield* hostsSeen(hosts));
    return hosts.map((host) => {
      const subject = exchange(host);
      const address = addressIn(labelsOf(host));
      if (address === undefined) return pass(subject, undefined, [id]);
      const says = `the MX record names ${hostText(host)}: an address, not the name of a host`;
      return finding(subject, says, {
        severity,
        actor: 'domain',
        mend: nameFor(about.domain, address, preferenceOf(records, host)),
        shows: seconds(ttlSeconds),
        evidence: [id],
      });
    });
  },
};

/** The address that labels spell, in square brackets or not. */
export function addressIn(labels: readonly string[]): IpAddress | undefined {
  const text = labels.join('.');
  return parseIp(/^\[(?:ipv6:)?(.*)\]$/i.exec(text)?.[1] ?? text);
}

/** What to publish in place of an address. */
export function nameFor(domain: Name, address: IpAddress, preference: number): Mend {
  const host = `mail.${domain}` as const;
  const type = address.includes(':') ? 'AAAA' : 'A';
  const text = `publish ${host} ${type} ${address}, and ${domain} MX ${preference} ${host}`;
  return { kind: 'setting', text };
}
