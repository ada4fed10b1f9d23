// SPF-COVERS-ME: the addresses that send mail of the domain pass its SPF record.

import type { IpAddress } from '../../../base/ip.ts';
import { seconds } from '../../../base/time.ts';
import { hostText } from '../../../dns/name.ts';
import { reverseName } from '../../../dns/reverse.ts';
import { TYPE } from '../../../dns/types.ts';
import type { DnsInquiry } from '../../../policies/inquiry.ts';
import { evaluateSpf, type SpfResult } from '../../../policies/spf.ts';
import { isDirective, parseSpf } from '../../../policies/spf-record.ts';
import { together } from '../../../policies/together.ts';
import type { About } from '../../about.ts';
import type { FactOf } from '../../fact.ts';
import { ask, fromDns } from '../../inquiry.ts';
import type { Rule } from '../../rule.ts';
import { named, THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { type PublishedSpf, publishedSpf, recordMend, withoutTexts } from './published-spf.ts';
import { mechanismFor } from './words.ts';

export const coversMe: Rule = {
  id: 'SPF-COVERS-ME',
  title: 'The addresses that send pass SPF',
  severity: 'error',
  why:
    'Mail from an address that the SPF record does not cover fails SPF: it is refused or put ' +
    'into the spam folder, and with DMARC it is lost unless a DKIM signature saves it. A bounce ' +
    'is judged by the name of the host instead.',
  wrong: 'example.com.  TXT "v=spf1 ip4:192.0.2.10 -all"   ; and mail leaves from 192.0.2.11 too',
  right: 'example.com.  TXT "v=spf1 ip4:192.0.2.10 ip4:192.0.2.11 -all"',
  remedy: 'Add the address to the SPF record, or send through a host that is in it.',
  sources: ['RFC 7208 §2.4', 'RFC 7208 §10.1'],
  *judge(about) {
    const { senders } = about.declared;
    if (senders.length === 0) {
      return [notApplicable(THE_DOMAIN, 'no address is declared that sends its mail')];
    }
    const published = yield* publishedSpf(about);
    const without = withoutTexts(published);
    if (without) return [without];
    if (published.records.length === 0) {
      return [notApplicable(THE_DOMAIN, 'the domain has no SPF record')];
    }
    const names = yield* ask<'lookup'>(
      senders.map((ip) => ({ kind: 'lookup', name: reverseName(ip), type: TYPE.PTR }) as const),
    );
    const tried = yield* fromDns(
      together(senders.map((ip, at) => resultsOf(about, ip, nameIn(names[at])))),
    );
    return tried.map((results) => verdictOn(about, published, results));
  },
};

/** The one name that an address has; of several it cannot be told which is given in HELO. */
function nameIn(fact: FactOf<'lookup'> | undefined): string | undefined {
  const records = fact?.lookup.kind === 'records' ? fact.lookup.records : [];
  const [first, ...others] = records;
  return first?.kind === 'PTR' && others.length === 0 ? hostText(first.target) : undefined;
}

interface Tried {
  readonly ip: IpAddress;
  readonly name?: string;
  /** Of mail with a sender in the domain. */
  readonly ofDomain: SpfResult;
  /** Of a bounce, when the host gives its name in HELO. */
  readonly ofName?: SpfResult;
}

function* resultsOf({ domain }: About, ip: IpAddress, name?: string): DnsInquiry<Tried> {
  const sender = { local: 'postmaster', domain: hostText(domain) };
  const questions = [
    { ip, helo: name ?? sender.domain, sender },
    ...(name === undefined ? [] : [{ ip, helo: name }]),
  ];
  const [ofDomain, ofName] = yield* together(questions.map((each) => evaluateSpf(each)));
  if (!ofDomain) throw new TypeError('an evaluation without a result');
  return { ip, ofDomain, ...(name !== undefined && { name }), ...(ofName && { ofName }) };
}

function verdictOn(about: About, { id, found, records }: PublishedSpf, tried: Tried): Verdict {
  const { ip, ofDomain, ofName, name } = tried;
  const subject = named(ip);
  const shows = 'ttlSeconds' in found ? { shows: seconds(found.ttlSeconds) } : {};
  if (ofDomain.result === 'temperror') return unknown(subject, ofDomain.because, [id]);
  // Each cause of it has a rule of its own, and it is the same for every sender.
  if (ofDomain.result === 'permerror') {
    return notApplicable(subject, `the record is in error (permerror): ${ofDomain.because}`);
  }
  if (ofDomain.result !== 'pass') {
    const says = `mail from ${ip} gets ${ofDomain.result}: ${ofDomain.because}`;
    const mend = mendFor(about, records[0] ?? '', ip);
    return finding(subject, says, { actor: 'domain', ...mend, ...shows, evidence: [id] });
  }
  // No policy for the name (none), or one that says nothing, is no fault.
  if (ofName && ['fail', 'softfail', 'permerror'].includes(ofName.result)) {
    const says = `a bounce from ${ip} as ${name} gets ${ofName.result}: ${ofName.because}`;
    return finding(subject, says, { severity: 'warning', actor: 'mail-host', evidence: [id] });
  }
  return pass(subject, ofDomain.because, [id]);
}

/** The record with the address in front. */
function mendFor({ domain }: About, text: string, ip: IpAddress) {
  const { terms, faults } = parseSpf(text);
  const added = parseSpf(`v=spf1 ${mechanismFor(ip)}`).terms;
  const mechanisms = terms.filter(isDirective);
  const modifiers = terms.filter((term) => !isDirective(term));
  return faults.length > 0 ? {} : recordMend(domain, [...added, ...mechanisms, ...modifiers]);
}
