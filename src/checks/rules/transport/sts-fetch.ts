// STS-FETCH: the policy can be fetched as senders fetch it.

import { hostText } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import type { Page } from '../../fact.ts';
import { ask, type Inquiry } from '../../inquiry.ts';
import type { Rule } from '../../rule.ts';
import { finding, isVerdict, pass, unknown, type Verdict } from '../../verdict.ts';
import { type FetchedPolicy, fetchedPolicy, mediaType } from './sts.ts';

export const stsFetch: Rule = {
  id: 'STS-FETCH',
  title: 'The MTA-STS policy can be fetched',
  severity: 'error',
  why:
    'Senders fetch the policy by HTTPS from one fixed address. They follow no redirect and need ' +
    'a certificate for mta-sts and the domain. When that fails they go on with the policy they ' +
    'have until it ends, and after that deliver as if there were none.',
  wrong:
    'GET https://mta-sts.example.com/.well-known/mta-sts.txt\n' +
    '301 Location: https://www.example.com/.well-known/mta-sts.txt',
  right: 'GET https://mta-sts.example.com/.well-known/mta-sts.txt\n200 Content-Type: text/plain',
  remedy:
    'Serve the file at that very address with status 200 and text/plain, from a web server whose ' +
    'certificate holds the name mta-sts and the domain.',
  sources: ['RFC 8461 §3.2', 'RFC 8461 §3.3'],
  *judge(about) {
    const fetched = yield* fetchedPolicy(about);
    if (isVerdict(fetched)) return [fetched];
    const { page } = fetched.fact;
    return page.kind === 'answered'
      ? [judgeAnswer(fetched, page)]
      : [yield* judgeFailure(fetched, page)];
  },
};

type Answer = Extract<Page, { readonly kind: 'answered' }>;
type Failure = Extract<Page, { readonly kind: 'failed' }>;

/** Statuses that say "not now", to us or to everybody. */
const PASSING: readonly number[] = [408, 425, 429, 503, 504];

function judgeAnswer({ subject, url, fact: { id } }: FetchedPolicy, page: Answer): Verdict {
  const wrong = (says: string): Verdict =>
    finding(subject, says, { actor: 'domain', evidence: [id] });
  const { status, headers, isCut } = page;
  if (PASSING.includes(status)) return unknown(subject, `${url} answered ${status}`, [id]);
  if (status >= 300 && status < 400) {
    const target = headers.location ?? 'elsewhere';
    return wrong(`${url} redirects (${status}) to ${target}, and senders follow no redirect`);
  }
  if (status !== 200) return wrong(`${url} answered ${status} and not 200`);
  const type = mediaType(headers);
  if (type !== 'text/plain') {
    return wrong(`${url} is served as ${type === '' ? 'no type' : type} and not as text/plain`);
  }
  if (isCut) return wrong(`${url} has more than 64 KB, and senders read no more`);
  return pass(subject, undefined, [id]);
}

/** Our own network must not look like a fault of theirs: time-outs and breaks may be near us. */
function* judgeFailure(seen: FetchedPolicy, page: Failure): Inquiry<Verdict> {
  const { subject, host, url, fact } = seen;
  const { stage, failure, because } = page;
  const wrong = (says: string, evidence: readonly string[] = []): Verdict =>
    finding(subject, says, { actor: 'domain', evidence: [fact.id, ...evidence] });
  if (stage === 'name') {
    const found = yield* ask<'lookup'>(
      [TYPE.A, TYPE.AAAA].map((type) => ({ kind: 'lookup', name: host, type }) as const),
    );
    const isSure = found.every(({ lookup: { kind } }) => kind === 'no-name' || kind === 'no-data');
    const ids = found.map(({ id }) => id);
    if (isSure) return wrong(`${hostText(host)} has no address, so nobody can fetch it`, ids);
  } else if (stage === 'connect') {
    if (failure === 'refused') return wrong(`${hostText(host)} refuses HTTPS: ${because}`);
  } else if (failure === 'other') {
    return wrong(`${url} cannot be fetched: ${because}`);
  }
  return unknown(subject, `${url} could not be fetched: ${because}`, [fact.id]);
}
