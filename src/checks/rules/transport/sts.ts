// What the rules about MTA-STS look at: who takes the domain's mail, the record that says that
// there is a policy, and the policy. Asked for once, so that all rules mean the same policy.

import { latin1 } from '../../../base/bytes.ts';
import { hostText, type Name } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import {
  isStsText,
  parseStsPolicy,
  type StsPolicy,
  type StsPolicyFault,
} from '../../../policies/mta-sts.ts';
import { textsOf } from '../../../policies/tag-list.ts';
import type { About } from '../../about.ts';
import type { FactOf } from '../../fact.ts';
import { ask, type Inquiry, page } from '../../inquiry.ts';
import { mailHosts } from '../../mail.ts';
import { below } from '../../published.ts';
import { named, type Subject, THE_DOMAIN } from '../../subject.ts';
import { isVerdict, notApplicable, unknown, type Verdict } from '../../verdict.ts';
import { noRoomFor } from '../txt-record.ts';

/** The TXT records on how mail is to be carried to a domain that takes some. */
export interface TransportTexts {
  readonly name: Name;
  readonly subject: Subject;
  readonly fact: FactOf<'lookup'>;
  readonly texts: readonly string[];
  /** Who takes the mail, most preferred first; at least one. */
  readonly hosts: readonly Name[];
  /** Do MX records say so? */
  readonly hasMx: boolean;
}

/** The texts at `_mta-sts` or `_smtp._tls`; a verdict instead where they do not matter. */
export function* transportTexts(
  about: About,
  labels: '_mta-sts' | '_smtp._tls',
): Inquiry<TransportTexts | Verdict> {
  const name = below(labels, about.domain);
  if (name === undefined) return noRoomFor(labels);
  const [mx, fact] = yield* ask<'lookup'>([
    { kind: 'lookup', name: about.domain, type: TYPE.MX },
    { kind: 'lookup', name, type: TYPE.TXT },
  ]);
  if (!mx || !fact) throw new TypeError('a lookup was not answered');
  if (mx.lookup.kind === 'failure') return unknown(THE_DOMAIN, mx.lookup.because, [mx.id]);
  const hosts = yield* mailHosts(about);
  if (hosts.length === 0) return notApplicable(THE_DOMAIN, 'the domain takes no mail');
  const subject = named(name);
  if (fact.lookup.kind === 'failure') return unknown(subject, fact.lookup.because, [fact.id]);
  const hasMx = mx.lookup.kind === 'records';
  return { name, subject, fact, texts: textsOf(fact.lookup), hosts, hasMx };
}

export interface FetchedPolicy {
  readonly host: Name;
  readonly url: string;
  readonly subject: Subject;
  readonly fact: FactOf<'page'>;
  /** Who takes the domain's mail. */
  readonly exchanges: readonly Name[];
}

/** The page with the policy, where a record says that there is one. */
export function* fetchedPolicy(about: About): Inquiry<FetchedPolicy | Verdict> {
  const seen = yield* transportTexts(about, '_mta-sts');
  if (isVerdict(seen)) return seen;
  if (!seen.texts.some(isStsText)) {
    return notApplicable(THE_DOMAIN, 'the domain has no MTA-STS record');
  }
  const host = below('mta-sts', about.domain);
  if (host === undefined) return noRoomFor('mta-sts');
  // RFC 8461 §3.2.
  const url = `https://${hostText(host)}/.well-known/mta-sts.txt`;
  const fact = yield* page(url);
  return { host, url, subject: named(host), fact, exchanges: seen.hosts };
}

export interface ReadPolicy extends FetchedPolicy {
  readonly read: StsPolicy | StsPolicyFault;
}

/** The policy, where it could be fetched; how it is served is for STS-FETCH to say. */
export function* readPolicy(about: About): Inquiry<ReadPolicy | Verdict> {
  const fetched = yield* fetchedPolicy(about);
  if (isVerdict(fetched)) return fetched;
  const { subject, fact } = fetched;
  if (fact.page.kind === 'failed') {
    return unknown(subject, `the policy could not be fetched: ${fact.page.because}`, [fact.id]);
  }
  const { status, body, isCut } = fact.page;
  if (status !== 200 || isCut) return notApplicable(subject, 'there is no policy to look at');
  return { ...fetched, read: parseStsPolicy(latin1(body)) };
}

export interface ValidPolicy extends FetchedPolicy {
  readonly policy: StsPolicy;
}

/** The policy, where senders can read it and it asks something of them. */
export function* validPolicy(about: About): Inquiry<ValidPolicy | Verdict> {
  const seen = yield* readPolicy(about);
  if (isVerdict(seen)) return seen;
  const { read, ...fetched } = seen;
  if (read.kind === 'sts-policy') return { ...fetched, policy: read };
  return notApplicable(seen.subject, 'the policy cannot be read');
}

/** The media type of an answer, without its parameters. */
export const mediaType = (headers: Readonly<Record<string, string>>): string =>
  (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
