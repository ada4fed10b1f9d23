// SPF-SYNTAX: the record can be read, and everything in it has an effect.

import { hostText } from '../../../dns/name.ts';
import {
  isDirective,
  isNearlySpf,
  parseSpf,
  type SpfRecord,
} from '../../../policies/spf-record.ts';
import type { Rule } from '../../rule.ts';
import { named, THE_DOMAIN } from '../../subject.ts';
import {
  finding,
  isVerdict,
  notApplicable,
  pass,
  type Severity,
  type Verdict,
} from '../../verdict.ts';
import { shownAfter } from '../txt-record.ts';
import {
  type PublishedSpf,
  publishedSpf,
  type SpfSeen,
  spfSeen,
  withoutTexts,
} from './published-spf.ts';

export const syntax: Rule = {
  id: 'SPF-SYNTAX',
  title: 'The SPF record can be read',
  severity: 'error',
  why:
    'One term that cannot be read makes the whole record an error (permerror), for every ' +
    'message: receivers do not use the good part of it. A record that does not begin with ' +
    'exactly "v=spf1" and a space is no SPF record at all.',
  wrong: 'example.com.  TXT "v=spf1 ip4:192.0.2 a:192.0.2.7 ipv6:2001:db8::1 -all"',
  right: 'example.com.  TXT "v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.7 ip6:2001:db8::1 -all"',
  remedy: 'Correct the terms that are named, and keep all as the last mechanism.',
  sources: ['RFC 7208 §4.5', 'RFC 7208 §4.6', 'RFC 7208 §12'],
  *judge(about) {
    const published = yield* publishedSpf(about);
    const without = withoutTexts(published);
    if (without) return [without];
    const seen = published.records.length === 1 ? yield* spfSeen(about) : undefined;
    const others = seen !== undefined && !isVerdict(seen) ? elsewhere(seen) : [];
    return [ofOwn(published), ...others];
  },
};

interface Remark {
  readonly severity: Severity;
  readonly says: string;
}

function ofOwn({ id, found, texts, records }: PublishedSpf): Verdict {
  const remarks = [
    ...records.flatMap((text) => remarksOn(parseSpf(text))),
    ...texts.filter(isNearlySpf).map((text) => remarkOnLookalike(text, records.length > 0)),
  ];
  const [first] = remarks;
  if (first === undefined) {
    return records.length > 0
      ? pass(THE_DOMAIN, undefined, [id])
      : notApplicable(THE_DOMAIN, 'the domain has no SPF record');
  }
  const severity = remarks.some((each) => each.severity === 'error') ? 'error' : first.severity;
  return finding(THE_DOMAIN, remarks.map(({ says }) => says).join('; '), {
    severity,
    actor: 'domain',
    ...shownAfter(found),
    evidence: [id],
  });
}

/** More of them would not be read. */
const REMARKS_MAX = 8;

function remarksOn(record: SpfRecord): readonly Remark[] {
  const faults = record.faults.map(({ at, length, because }): Remark => {
    const piece = record.text.slice(at, at + length);
    return { severity: 'error', says: `character ${at + 1}, "${piece}": ${because}` };
  });
  return [...faults, ...idle(record), ...mistaken(record)].slice(0, REMARKS_MAX);
}

/** RFC 7208 §5.1: what `all` makes ineffective. */
function idle({ terms }: SpfRecord): readonly Remark[] {
  const all = terms.find(({ kind }) => kind === 'all');
  if (all === undefined) return [];
  return terms
    .filter((term) => (isDirective(term) ? term.at > all.at : term.kind === 'redirect'))
    .map(({ at, text, kind }) => {
      const where = kind === 'redirect' ? 'stands beside' : 'stands after';
      const says = `character ${at + 1}, "${text}": it ${where} ${all.text} and has no effect`;
      return { severity: 'warning', says };
    });
}

const MECHANISMS = ['all', 'include', 'a', 'mx', 'ptr', 'ip4', 'ip6', 'exists'];

/** RFC 7208 §6: an unknown modifier is skipped, and so nobody complains of `ip4=192.0.2.1`. */
function mistaken({ terms }: SpfRecord): readonly Remark[] {
  return terms.flatMap((term): readonly Remark[] => {
    if (term.kind !== 'modifier') return [];
    const name = term.name.toLowerCase();
    const start = `character ${term.at + 1}, "${term.text}":`;
    if (name === 'v') {
      return [{ severity: 'warning', says: `${start} a second version has no effect` }];
    }
    if (!MECHANISMS.includes(name)) return [];
    const says = `${start} with = it is a modifier that nobody knows and has no effect`;
    return [{ severity: 'warning', says: `${says}; ${name}: is meant, it seems` }];
  });
}

/** Beside a good record it is only in the way. */
function remarkOnLookalike(text: string, isBesideOne: boolean): Remark {
  const says = `"${text}" does not begin with v=spf1 and a space, so it is no SPF record`;
  return { severity: isBesideOne ? 'warning' : 'error', says };
}

/** Faults in records of others: they make this one an error too. */
function elsewhere({ terms, own }: SpfSeen): readonly Verdict[] {
  const faulty = terms.filter(({ node, isOwn }) => node.fault !== undefined && !isOwn);
  const domains = Map.groupBy(faulty, ({ domain }) => hostText(domain));
  return [...domains].map(([host, nodes]) => {
    const texts = nodes.map(({ node }) => `"${node.text}": ${node.fault?.because}`);
    const which = `the SPF record of ${host}, to which this one leads`;
    const says = `${which}, has a fault: ${texts.join('; ')}`;
    return finding(named(host), says, { actor: 'other', evidence: own.evidence });
  });
}
