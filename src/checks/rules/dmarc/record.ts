// What the rules of this family look at: the texts at `_dmarc.<domain>`, and the record that
// applies to the domain, which may stand above it. Asked for once, so that all rules mean the same
// record.
import type { Duration } from '../../../base/time.ts';
import { hostText, type Name } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import type { DmarcRecord } from '../../../policies/dmarc.ts';
import { isDmarcText } from '../../../policies/dmarc.ts';
import {
  type DmarcDiscovery,
  discoverDmarc,
  dmarcNameOf,
} from '../../../policies/dmarc-discovery.ts';
import { textsOf, trimBlanks } from '../../../policies/tag-list.ts';
import type { About } from '../../about.ts';
import type { FactOf } from '../../fact.ts';
import { fromDns, type Inquiry, lookup } from '../../inquiry.ts';
import { named, type Subject, THE_DOMAIN } from '../../subject.ts';
import { notApplicable, unknown, type Verdict } from '../../verdict.ts';
import { noRoomFor, shownAfter } from '../txt-record.ts';

/** The TXT records at the domain's own `_dmarc`, told apart. */
export interface OwnTexts {
  readonly name: Name;
  readonly subject: Subject;
  readonly fact: FactOf<'lookup'>;
  readonly records: readonly string[];
  /** Would be records, but for the blanks before them. */
  readonly spaced: readonly string[];
  /** Mean to be records, and do not begin as one. */
  readonly broken: readonly string[];
  readonly unrelated: readonly string[];
}

const MEANT = /^["'\s]*v?\s{0,9}=?\s{0,9}["']?dmarc/i;

/** A verdict instead, where nothing can be said of the texts. */
export function* ownTexts(about: About): Inquiry<OwnTexts | Verdict> {
  const name = dmarcNameOf(about.domain);
  if (name === undefined) return noRoomFor('_dmarc');
  const fact = yield* lookup(name, TYPE.TXT);
  const subject = named(name);
  if (fact.lookup.kind === 'failure') return unknown(subject, fact.lookup.because, [fact.id]);
  const records: string[] = [];
  const spaced: string[] = [];
  const broken: string[] = [];
  const unrelated: string[] = [];
  for (const text of textsOf(fact.lookup)) {
    if (isDmarcText(text)) records.push(text);
    else if (isDmarcText(trimBlanks(text))) spaced.push(text);
    else if (MEANT.test(text)) broken.push(text);
    else unrelated.push(text);
  }
  return { name, subject, fact, records, spaced, broken, unrelated };
}

/** The record that applies to the domain, as the domain's operator can change it. */
export interface Applied {
  readonly domain: Name;
  readonly name: Name;
  readonly subject: Subject;
  readonly text: string;
  readonly record: DmarcRecord;
  /** Does it stand above the domain? */
  readonly isInherited: boolean;
  /** Absent where a failure hides it. */
  readonly organization?: Name;
  /** For findings about it. */
  readonly details: {
    readonly actor: 'domain';
    readonly evidence: readonly string[];
    readonly shows?: Duration;
  };
}

export function* discovery(about: About): Inquiry<DmarcDiscovery> {
  return yield* fromDns(discoverDmarc(about.domain));
}

/** A verdict instead, where there is none that could be judged. */
export function* appliedRecord(about: About): Inquiry<Applied | Verdict> {
  const found = yield* discovery(about);
  if (found.kind === 'failure') {
    return unknown(named(found.at), `${hostText(found.at)}: ${found.because}`);
  }
  if (found.kind === 'none') return notApplicable(THE_DOMAIN, 'no DMARC record applies');
  const { domain, name, record, text } = found.at;
  if (found.from === 'suffix') {
    const because = `the record that applies is that of the public suffix ${hostText(domain)}`;
    return notApplicable(THE_DOMAIN, because);
  }
  const fact = yield* lookup(name, TYPE.TXT);
  return {
    domain,
    name,
    subject: named(name),
    text,
    record,
    isInherited: found.from !== 'domain',
    ...(found.organization !== undefined && { organization: found.organization }),
    details: { actor: 'domain', evidence: [fact.id], ...shownAfter(fact.lookup) },
  };
}
