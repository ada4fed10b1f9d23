// DANE-MATCH: the certificate that a mail host shows is one that its TLSA records are of.

import { hostText } from '../../../dns/name.ts';
import { printData } from '../../../dns/records/registry.ts';
import { TYPE } from '../../../dns/types.ts';
import type { Rule } from '../../rule.ts';
import { exchange } from '../../subject.ts';
import {
  type Finding,
  finding,
  notApplicable,
  pass,
  unknown,
  type Verdict,
} from '../../verdict.ts';
import { untold } from '../smtp/answer.ts';
import { type Talk, untried } from '../smtp/reachable.ts';
import { NO_STARTTLS, TLS_FAILS, tlsStateOf } from '../smtp/tls-state.ts';
import { type DaneTalking, type DaneTalks, daneDialogues } from './dane-dialogues.ts';
import { shownAfter } from './dane-hosts.ts';
import { matchTlsa, recommendedTlsa, type Shown } from './tlsa-match.ts';

export const daneMatch: Rule = {
  id: 'DANE-MATCH',
  title: 'Every mail host shows a certificate that its TLSA records are of',
  severity: 'error',
  why:
    'A sender that uses DANE gives no mail to a host whose certificate does not fit its TLSA ' +
    'records, and sends nothing in clear text either: the mail waits, and comes back after days. ' +
    'It happens most often when a certificate was renewed and the record was not.',
  wrong: '_25._tcp.mail.example.com.  TLSA 3 1 1 1f3a…   ; of the key before the last renewal',
  right: '_25._tcp.mail.example.com.  TLSA 3 1 1 9c07…   ; of the key that the host uses',
  remedy:
    'Publish the record that is given here beside the old one, and take the old one away when ' +
    'its TTL is over twice. Keep the key when you renew, or publish the next record before you ' +
    'do.',
  sources: ['RFC 7672 §2.2', 'RFC 7672 §3.1', 'RFC 7671 §8.1'],
  *judge(about) {
    const talking = yield* daneDialogues(about);
    if (talking.kind === 'not-talked') return talking.verdicts;
    const verdicts = talking.hosts.flatMap((host) => judgeHost(talking, host));
    const isAll = talking.others === 0 && verdicts.every(({ outcome }) => outcome === 'finding');
    if (!isAll) return verdicts;
    // No exchange is left that a sender with DANE would deliver to.
    return verdicts.map((verdict) =>
      verdict.outcome === 'finding' ? { ...verdict, severity: 'critical' } : verdict,
    );
  },
};

function judgeHost(talking: DaneTalking, of: DaneTalks): readonly Verdict[] {
  const { host } = of.host;
  if (of.talks.length > 0) return of.talks.map((talk) => judgeTalk(talking, of, talk));
  return [unknown(exchange(host), 'it has no address', [of.host.tlsa.id])];
}

function judgeTalk(talking: DaneTalking, of: DaneTalks, talk: Talk): Verdict {
  const { host } = of.host;
  const { subject } = talk;
  const evidence = [of.host.tlsa.id, talk.id];
  const shown = talking.shownIn(of.host, talk);
  if (!shown) return withoutTls(talk);
  const matches = of.records.map((record) => matchTlsa(record, shown));
  const count = matches.filter(({ kind }) => kind === 'match').length;
  if (count > 0) return pass(subject, `${count} of ${matches.length} records fit`, evidence);
  const reasons = matches.flatMap((match) => (match.kind === 'match' ? [] : [match]));
  const told = reasons.find(({ isClose }) => isClose) ?? reasons[0];
  const which = of.records.length === 1 ? 'the TLSA record' : 'none of the TLSA records';
  const verb = of.records.length === 1 ? 'does not fit' : 'fits';
  const says =
    `${which} of ${hostText(host)} ${verb} the certificate at ${subject.address}: ` +
    `${told?.because}`;
  return finding(subject, says, { actor: 'mail-host', ...mendOf(of, shown), evidence });
}

/** The record that would fit. */
function mendOf({ host }: DaneTalks, { chain: [own] }: Shown): Pick<Finding, 'mend' | 'shows'> {
  const record = own && recommendedTlsa(own);
  if (!record) return {};
  const text = `${host.owner} TLSA ${printData(record, TYPE.TLSA)}`;
  return { mend: { kind: 'record', text }, shows: shownAfter(host) };
}

/** Where TLS fails other rules tell that DANE demands it. */
function withoutTls(talk: Talk): Verdict {
  const { subject, obstacle } = talk;
  if (obstacle) return untried(talk);
  const state = tlsStateOf(talk);
  switch (state.kind) {
    case 'not-offered':
      return notApplicable(subject, NO_STARTTLS);
    case 'failed':
      return notApplicable(subject, TLS_FAILS);
    case 'untold':
      return untold(talk, state);
    case 'shown':
      return unknown(subject, 'no certificate was shown', [talk.id]);
  }
}
