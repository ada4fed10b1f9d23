// DANE-USAGE: TLSA records are of a kind that senders of mail use.
import { hostText } from '../../../dns/name.ts';
import type { TlsaData } from '../../../dns/records/record-data.ts';
import type { Rule } from '../../rule.ts';
import { exchange, THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, type Severity, type Verdict } from '../../verdict.ts';
import { type DaneHost, daneSeen, shownAfter, tlsaOf } from './dane-hosts.ts';
import { USAGE, whyUnusable } from './tlsa-match.ts';

export const daneUsage: Rule = {
  id: 'DANE-USAGE',
  title: 'TLSA records are of a kind that mail uses',
  severity: 'warning',
  why:
    'For mail two kinds of TLSA records count: of the host itself (usage 3) and of the authority ' +
    'that issued its certificate (usage 2). Usages 0 and 1 are passed over, so that nothing is ' +
    'checked. A record of the whole certificate (selector 0) breaks at every renewal, one of the ' +
    'key (selector 1) does not while the key is kept; and a record without a digest is large.',
  wrong: '_25._tcp.mail.example.com.  TLSA 1 0 1 …',
  right: '_25._tcp.mail.example.com.  TLSA 3 1 1 …',
  remedy: 'Publish 3 1 1 (the key of the host), or 2 1 1 (the key of the authority).',
  sources: ['RFC 7672 §3.1', 'RFC 7671 §5', 'RFC 7671 §10.1'],
  *judge(about) {
    const seen = yield* daneSeen(about);
    if (seen.kind === 'not-seen') return seen.verdicts;
    const hosts = seen.hosts.filter((host) => tlsaOf(host).length > 0);
    if (hosts.length === 0) return [notApplicable(THE_DOMAIN, 'no exchange has TLSA records')];
    return hosts.map(judgeHost);
  },
};

function judgeHost(host: DaneHost): Verdict {
  const subject = exchange(host.host);
  const faults = tlsaOf(host).flatMap((record) => faultOf(record) ?? []);
  if (faults.length === 0) return pass(subject);
  const isBad = faults.some(({ severity }) => severity === 'warning');
  const told = [...new Set(faults.map(({ says }) => says))].join('; ');
  return finding(subject, `TLSA of ${hostText(host.host)}: ${told}`, {
    severity: isBad ? 'warning' : 'notice',
    actor: 'mail-host',
    shows: shownAfter(host),
    evidence: [host.tlsa.id],
  });
}

interface Fault {
  readonly severity: Severity;
  readonly says: string;
}

function faultOf(record: TlsaData): Fault | undefined {
  const { usage, selector, matching } = record;
  const name = `${usage} ${selector} ${matching}`;
  const because = whyUnusable(record);
  if (because !== undefined) return { severity: 'warning', says: `${name}: ${because}` };
  if (matching === 0) {
    return { severity: 'notice', says: `${name}: the data are no digest, which makes them large` };
  }
  // Of an authority the certificate changes as seldom as its key.
  if (usage !== USAGE.DANE_EE || selector !== 0) return undefined;
  const says = `${name}: it is of the whole certificate and breaks when that is renewed`;
  return { severity: 'notice', says };
}
