// HELO-MATCH: the name by which a mail server calls itself has the server's address.

import { isIpv6, parseIp } from '../../../base/ip.ts';
import { hostText, type Name, nameFromHost } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import type { FactOf } from '../../fact.ts';
import { ask } from '../../inquiry.ts';
import type { Rule } from '../../rule.ts';
import { subjectText } from '../../subject.ts';
import {
  finding,
  notApplicable,
  pass,
  type Severity,
  unknown,
  type Verdict,
} from '../../verdict.ts';
import { addressesIn } from '../mx/hosts.ts';
import { isLargeProvider } from '../mx/providers.ts';
import { firstWord, isHostWord } from '../smtp/host-word.ts';
import { reached, type Talk, untried } from '../smtp/reachable.ts';
import { listText } from '../words.ts';
import { type Identity, identitiesOf, nobody } from './identities.ts';

export const heloMatch: Rule = {
  id: 'HELO-MATCH',
  title: 'Every mail server calls itself by a name that has its address',
  severity: 'warning',
  why:
    'A server that sends says in EHLO who it is, most often by the name in its greeting. Many ' +
    'receivers look the name up, and trust a server less whose name leads elsewhere or nowhere.',
  wrong:
    '220 localhost.localdomain ESMTP\n220 web7.example.net ESMTP   ; web7.example.net A 192.0.2.99',
  right: '220 mail.example.com ESMTP       ; mail.example.com A 192.0.2.10',
  remedy: 'Set the name in the mail server (Postfix: myhostname) to one that has its address.',
  sources: ['RFC 5321 §4.1.1.1', 'RFC 5321 §4.1.4'],
  *judge(about) {
    const identities = yield* identitiesOf(about);
    if (identities.length === 0) return yield* nobody(about);
    const found = yield* reached(about);
    const talks = new Map(
      (found.kind === 'talks' ? found.talks : []).map((talk) => [
        subjectText(talk.subject, about.domain),
        talk,
      ]),
    );
    const heard = identities.map((identity) => {
      const talk = talks.get(subjectText(identity.subject, about.domain));
      return { identity, talk, words: talk ? wordsOf(talk) : [] };
    });
    const wants = heard.flatMap(({ identity, words }) => wantsFor(identity, words));
    const facts = yield* ask<'lookup'>(wants);
    let from = 0;
    return heard.map(({ identity, talk, words }) => {
      const count = wantsFor(identity, words).length;
      const forward = facts.slice(from, from + count);
      from += count;
      return verdictOn(identity, { talk, words, forward });
    });
  },
};

/** The names in the answer to EHLO and in the greeting, where they are names; each once. */
function wordsOf({ dialogue }: Talk): readonly string[] {
  const names = ['ehlo-tls', 'ehlo', 'helo', 'greeting'] as const;
  const replies = names.flatMap((name) => {
    const reply = dialogue.steps.find((step) => step.name === name)?.reply;
    return reply && reply.code < 400 ? [reply] : [];
  });
  return [...new Set(replies.map(firstWord).filter(isHostWord))];
}

const nameIn = (word: string): Name | undefined => nameFromHost(word.replace(/\.$/, ''));

const wantsFor = ({ address }: Identity, words: readonly string[]) =>
  words.flatMap((word) => {
    const name = nameIn(word);
    const type = isIpv6(address) ? TYPE.AAAA : TYPE.A;
    return name === undefined ? [] : [{ kind: 'lookup', name, type } as const];
  });

interface Heard {
  readonly talk: Talk | undefined;
  readonly words: readonly string[];
  readonly forward: readonly FactOf<'lookup'>[];
}

function verdictOn(identity: Identity, { talk, words, forward }: Heard): Verdict {
  const { subject, address, role, host } = identity;
  if (!talk) return notApplicable(subject, 'it takes no mail, so that nobody heard its name');
  if (talk.obstacle) return untried(talk);
  if (role === 'other' && host !== undefined && isLargeProvider(host)) {
    return notApplicable(subject, 'it is a host of a large provider');
  }
  const evidence = [talk.id, ...forward.map(({ id }) => id)];
  if (words.length === 0) return notApplicable(subject, 'it greets without the name of a host');
  if (words.some((word) => isLiteralOf(word, address))) return pass(subject, undefined, evidence);
  const proven = forward.find(({ lookup }) => addressesIn(lookup).includes(address));
  if (proven) return pass(subject, hostText(proven.want.name), evidence);
  const failed = forward.map(({ lookup }) => lookup).find(({ kind }) => kind === 'failure');
  if (failed?.kind === 'failure') return unknown(subject, failed.because, evidence);
  const says = `${address} calls itself ${listText(words)}, a name that does not have this address`;
  return finding(subject, says, {
    severity: SEVERITY[role],
    actor: 'mail-host',
    evidence,
  });
}

/** Only who sends is asked for its name; a host of the domain most often does. */
const SEVERITY: Readonly<Record<Identity['role'], Severity>> = {
  sender: 'warning',
  own: 'notice',
  other: 'info',
};

/** RFC 5321 §4.1.3: `[192.0.2.1]`, `[IPv6:2001:db8::1]`. */
const isLiteralOf = (word: string, address: string): boolean =>
  parseIp(/^\[(?:IPv6:)?(.*)\]$/i.exec(word)?.[1] ?? '') === address;
