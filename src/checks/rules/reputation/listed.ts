// What is said of an address or a domain by all lists together, as one verdict.
import { hostText } from '../../../dns/name.ts';
import type { Subject } from '../../subject.ts';
import { type Finding, finding, pass, unknown, type Verdict } from '../../verdict.ts';
import type { ListSeen, Said } from './block-list.ts';

interface Judged {
  readonly subject: Subject;
  /** `192.0.2.10 of mail.example.com`. */
  readonly what: string;
  readonly actor: Finding['actor'];
}

/** `lists`: all that were to be asked; `said`: what those said that could be believed. */
export function judgeListings(
  { subject, what, actor }: Judged,
  lists: readonly ListSeen[],
  said: readonly Said[],
): Verdict {
  const hits = said.filter(({ listing }) => listing.kind === 'listed');
  if (hits.length > 0) {
    const says = `${what} is listed by ${hits.map(hitText).join('; ')}`;
    return finding(subject, says, { actor, evidence: hits.flatMap(({ evidence }) => evidence) });
  }
  const silent = [
    ...lists.flatMap(({ list, health }) => ('because' in health ? [{ list, ...health }] : [])),
    ...said.flatMap(({ list, listing }) => ('because' in listing ? [{ list, ...listing }] : [])),
  ].map(({ list, because }) => `${hostText(list)}: ${because}`);
  const count = said.filter(({ listing }) => listing.kind === 'not-listed').length;
  if (count === 0) {
    const because = silent.length > 0 ? silent.join('; ') : 'no list could be asked';
    return unknown(subject, because);
  }
  const left = silent.length > 0 ? `; ${silent.length} could not be asked` : '';
  return pass(subject, `not listed by ${count} ${count === 1 ? 'list' : 'lists'}${left}`);
}

function hitText({ list, listing, reason }: Said): string {
  const codes = listing.kind === 'listed' ? listing.codes.join(', ') : '';
  return `${hostText(list)} (${codes}${reason === undefined ? '' : `: ${reason}`})`;
}
