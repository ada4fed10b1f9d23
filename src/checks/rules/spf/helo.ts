// SPF-HELO: the mail hosts of the domain have SPF records of their own, for the name in HELO.

import type { IpAddress } from '../../../base/ip.ts';
import { hostText, isBelow } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import { evaluateSpf, type SpfResult } from '../../../policies/spf.ts';
import { together } from '../../../policies/together.ts';
import { type HostFacts, ipAddressesOf } from '../../../routing/facts.ts';
import type { FactOf } from '../../fact.ts';
import { ask, fromDns } from '../../inquiry.ts';
import { mailFacts } from '../../mail.ts';
import type { Rule } from '../../rule.ts';
import { exchange, THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { txtMend } from '../txt-record.ts';

export const helo: Rule = {
  id: 'SPF-HELO',
  title: 'The mail hosts have SPF records of their own',
  severity: 'info',
  why:
    'A bounce has no sender, so receivers look at the SPF record of the name that the host gives ' +
    'in HELO. Without one nothing is wrong, and nothing proves that the bounce is from the host.',
  wrong: 'mail.example.com.  A 192.0.2.10',
  right: 'mail.example.com.  A 192.0.2.10\nmail.example.com.  TXT "v=spf1 a -all"',
  remedy: 'Add the record to every host that sends mail, under the name that it gives in HELO.',
  sources: ['RFC 7208 §2.3', 'RFC 7208 §10.1.3'],
  *judge(about) {
    const facts = yield* mailFacts(about);
    const hosts = facts.hosts.filter(({ host }) => isBelow(host, about.domain));
    if (hosts.length === 0) {
      return [notApplicable(THE_DOMAIN, 'no mail host has a name in the domain')];
    }
    const texts = yield* ask<'lookup'>(
      hosts.map(({ host }) => ({ kind: 'lookup', name: host, type: TYPE.TXT }) as const),
    );
    const results = yield* fromDns(together(hosts.map((facts) => resultsAt(facts))));
    return hosts.flatMap((host, at) => {
      const [text, tried] = [texts[at], results[at]];
      return text && tried ? verdictOn(host, text, tried) : [];
    });
  },
};

interface Tried {
  readonly ip: IpAddress;
  readonly result: SpfResult;
}

function* resultsAt(facts: HostFacts) {
  const addresses = ipAddressesOf(facts);
  const results = yield* together(
    addresses.map((ip) => evaluateSpf({ ip, helo: hostText(facts.host) })),
  );
  return results.map((result, at): Tried => ({ ip: addresses[at] as IpAddress, result }));
}

function verdictOn(
  { host }: HostFacts,
  { id, lookup }: FactOf<'lookup'>,
  tried: readonly Tried[],
): Verdict {
  const subject = exchange(host);
  if (lookup.kind === 'failure') return unknown(subject, lookup.because, [id]);
  if (tried.length === 0) return unknown(subject, `${hostText(host)} has no address`, [id]);
  const late = tried.find(({ result }) => result.result === 'temperror');
  if (late) return unknown(subject, late.result.because, [id]);
  const other = tried.find(({ result }) => result.result !== 'pass');
  if (!other) return pass(subject, undefined, [id]);
  const says =
    other.result.result === 'none'
      ? `${hostText(host)} has no SPF record of its own`
      : `${other.ip} gets ${other.result.result} from the SPF record of ${hostText(host)}`;
  const mend = txtMend(host, 'v=spf1 a -all');
  return finding(subject, says, { actor: 'domain', ...mend, evidence: [id] });
}
