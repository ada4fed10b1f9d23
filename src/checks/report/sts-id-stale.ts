// STS-ID-STALE: when the policy of MTA-STS changes, its id must change too. It takes two looks to
// see, so it is told where two observations are compared.
import { latin1 } from '../../base/bytes.ts';
import { printInstant } from '../../base/time.ts';
import { hostText, type Name } from '../../dns/name.ts';
import { TYPE } from '../../dns/types.ts';
import { parseStsPolicy, parseStsRecord, type StsPolicy } from '../../policies/mta-sts.ts';
import { textsOf } from '../../policies/tag-list.ts';
import { FactBook } from '../fact-book.ts';
import type { Observation } from '../observation.ts';
import { below } from '../published.ts';
import type { ToldFinding } from '../report.ts';
import type { Rule } from '../rule.ts';
import { named, subjectText, THE_DOMAIN } from '../subject.ts';
import { notApplicable } from '../verdict.ts';

const stsIdStale: Rule = {
  id: 'STS-ID-STALE',
  title: 'The id of MTA-STS changes with the policy',
  severity: 'error',
  why:
    'Senders keep a policy for as long as its max_age and fetch it anew only when the id in the ' +
    'DNS is another. With the old id they go by the old policy: a host that is new in it is ' +
    'refused by them, for weeks.',
  wrong: '_mta-sts.example.com.  TXT "v=STSv1; id=20260101000000Z"  ; and another policy than then',
  right: '_mta-sts.example.com.  TXT "v=STSv1; id=20260601120000Z"',
  remedy: 'Publish the record with a new id each time the policy is edited.',
  sources: ['RFC 8461 §3.1', 'RFC 8461 §5.1'],
  // biome-ignore lint/correctness/useYield: one observation alone cannot tell.
  *judge() {
    return [notApplicable(THE_DOMAIN, 'two observations are needed')];
  },
};

/** The finding, where the later observation shows another policy under the same id. */
export function staleStsId(before: Observation, now: Observation): ToldFinding | undefined {
  const [old, recent] = [publishedIn(before), publishedIn(now)];
  if (!old || !recent || old.id !== recent.id || !isOther(old.policy, recent.policy)) {
    return undefined;
  }
  const { domain, now: at } = now.about;
  const { name } = recent;
  const subject = named(name);
  const says = `the policy is another than before, and its id is still ${recent.id}`;
  // RFC 8461 §3.1: letters and digits; a date grows with every edit.
  const id = printInstant(at).replace(/\.\d+/, '').replace(/[-:T]/g, '');
  return {
    rule: stsIdStale,
    subject: subjectText(subject, domain),
    severity: stsIdStale.severity,
    verdict: {
      outcome: 'finding',
      subject,
      says,
      actor: 'domain',
      mend: { kind: 'record', text: `${name} TXT "v=STSv1; id=${id}"` },
      evidence: recent.evidence,
    },
  };
}

interface Published {
  /** Of the record. */
  readonly name: Name;
  readonly id: string;
  readonly policy: StsPolicy;
  readonly evidence: readonly string[];
}

/** Nothing where there is no policy that senders can read. */
function publishedIn({ about, facts }: Observation): Published | undefined {
  const book = new FactBook(facts);
  const { domain } = about;
  const [name, host] = [below('_mta-sts', domain), below('mta-sts', domain)];
  if (name === undefined || host === undefined) return undefined;
  const record = book.get({ kind: 'lookup', name, type: TYPE.TXT });
  // RFC 8461 §3.2.
  const url = `https://${hostText(host)}/.well-known/mta-sts.txt`;
  const fetched = book.get({ kind: 'page', url });
  if (record?.kind !== 'lookup' || fetched?.kind !== 'page') return undefined;
  const read = textsOf(record.lookup)
    .map(parseStsRecord)
    .filter((each) => each.kind === 'sts-record');
  const [only] = read;
  if (!only || read.length > 1 || fetched.page.kind !== 'answered') return undefined;
  const { status, body, isCut } = fetched.page;
  const policy = parseStsPolicy(latin1(body));
  if (status !== 200 || isCut || policy.kind !== 'sts-policy') return undefined;
  return { name, id: only.id, policy, evidence: [record.id, fetched.id] };
}

/** What senders do by it is other; the order of patterns and blanks mean nothing. */
const isOther = (one: StsPolicy, other: StsPolicy): boolean => meaning(one) !== meaning(other);

const meaning = ({ mode, maxAgeSeconds, patterns }: StsPolicy): string =>
  [mode, maxAgeSeconds, ...patterns.map((each) => each.toLowerCase()).sort()].join(' ');
