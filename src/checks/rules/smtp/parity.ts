// MX-PARITY: what mail may do does not depend on which exchange takes it.

import { hostText, type Name, nameKey, sameName } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { exchange, THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { listText } from '../words.ts';
import { announced, announcedInClear, hasMasked, sizeBytesMax } from './extensions.ts';
import { ranksOf } from './ranks.ts';
import { reached, type Talk } from './reachable.ts';
import { tlsStateOf } from './tls-state.ts';

export const mxParity: Rule = {
  id: 'MX-PARITY',
  title: 'All exchanges can do the same',
  severity: 'warning',
  why:
    'Which exchange a message reaches is a matter of chance and of the hour. If the backup takes ' +
    'smaller messages, no TLS, or no addresses beyond ASCII, mail fails now and then. If it ' +
    'takes more than the best exchange, it must bounce what it cannot hand on.',
  wrong:
    'mail.example.com:   250-STARTTLS, 250 SIZE 52428800\nbackup.example.net: 250 SIZE 10485760',
  right:
    'mail.example.com:   250-STARTTLS, 250 SIZE 52428800\n' +
    'backup.example.net: 250-STARTTLS, 250 SIZE 52428800',
  remedy: 'Set the same size limit, extensions and TLS on every exchange of the domain.',
  sources: ['RFC 5321 §5.1', 'RFC 1870 §6.1', 'RFC 6531 §3.2'],
  *judge(about) {
    const ranks = yield* ranksOf(about);
    const found = yield* reached(about);
    if (found.kind === 'nowhere') return [found.verdict];
    const hosts = hostsIn(found.talks);
    if (hosts.length < 2) return [notApplicable(THE_DOMAIN, 'there is one mail host only')];
    const seen = hosts.map(({ host, talks }) => ({ host, abilities: abilitiesOf(talks) }));
    const known = seen.filter((each): each is Seen => each.abilities !== undefined);
    const best = known.find(({ host }) => ranks.isBest(host));
    return seen
      .filter(({ host }) => !best || !sameName(host, best.host))
      .map(({ host, abilities }) => {
        const subject = exchange(host);
        if (!best) return unknown(subject, 'what the best exchange can do is not known');
        if (!abilities) return unknown(subject, 'what it can do is not known');
        return verdictOn({ host, abilities }, best);
      });
  },
};

interface Seen {
  readonly host: Name;
  readonly abilities: Abilities;
}

/** `undefined`: not known, or not the same at every address. */
interface Abilities {
  readonly starttls: boolean | undefined;
  /** Of those who show one: does it lead to a trusted root, and fit the host? */
  readonly certificate: boolean | undefined;
  readonly eightBit: boolean | undefined;
  readonly utf8: boolean | undefined;
  readonly sizeBytesMax: number | undefined;
  readonly evidence: readonly string[];
}

function verdictOn({ host, abilities }: Seen, best: Seen): Verdict {
  const subject = exchange(host);
  const evidence = [...best.abilities.evidence, ...abilities.evidence];
  const differences = differencesOf(abilities, best.abilities);
  if (differences.length === 0) return pass(subject, undefined, evidence);
  const says = `${hostText(host)} differs from ${hostText(best.host)}: ${listText(
    differences.map(({ text }) => text),
  )}`;
  // Of those without TLS, or with a certificate that does not hold, other rules tell as well.
  const severity = differences.every(({ isTls }) => isTls) ? 'notice' : 'warning';
  return finding(subject, says, { severity, actor: 'mail-host', evidence });
}

interface Difference {
  readonly text: string;
  readonly isTls: boolean;
}

const TLS_KEYS: readonly string[] = ['starttls', 'certificate'];

const WORDS = [
  ['starttls', 'STARTTLS'],
  ['certificate', 'a valid certificate'],
  ['eightBit', '8BITMIME'],
  ['utf8', 'SMTPUTF8'],
] as const;

function differencesOf(of: Abilities, best: Abilities): readonly Difference[] {
  const words = WORDS.flatMap(([key, word]): readonly Difference[] => {
    if (of[key] === undefined || best[key] === undefined || of[key] === best[key]) return [];
    const text = of[key] ? `it alone has ${word}` : `it lacks ${word}`;
    return [{ text, isTls: TLS_KEYS.includes(key) }];
  });
  const [own, other] = [of.sizeBytesMax, best.sizeBytesMax];
  // A host that names no limit may have one.
  const isOther = own !== undefined && other !== undefined && own !== other;
  return isOther ? [...words, { text: `SIZE ${own} instead of ${other}`, isTls: false }] : words;
}

interface HostTalks {
  readonly host: Name;
  readonly talks: readonly Talk[];
}

function hostsIn(talks: readonly Talk[]): readonly HostTalks[] {
  const groups = Map.groupBy(talks, ({ host }) => nameKey(host));
  return [...groups.values()].flatMap((group) =>
    group[0] ? [{ host: group[0].host, talks: group }] : [],
  );
}

/** What all its addresses have; nothing where none of them announced anything. */
function abilitiesOf(talks: readonly Talk[]): Abilities | undefined {
  const seen = talks
    .filter(({ obstacle }) => !obstacle)
    .flatMap((talk) => {
      const [inClear, found] = [announcedInClear(talk.dialogue), announced(talk.dialogue)];
      // What is written over on the way may be there all the same.
      const isWhole = inClear && found && !hasMasked(inClear);
      return isWhole ? [{ talk, inClear, found, state: tlsStateOf(talk) }] : [];
    });
  if (seen.length === 0) return undefined;
  const shown = seen.flatMap(({ state }) => (state.kind === 'shown' ? [state.tls.verified] : []));
  return {
    starttls: same(seen.map(({ inClear }) => inClear.has('STARTTLS'))),
    certificate: same(shown),
    eightBit: same(seen.map(({ found }) => found.has('8BITMIME'))),
    utf8: same(seen.map(({ found }) => found.has('SMTPUTF8'))),
    sizeBytesMax: same(seen.map(({ found }) => sizeBytesMax(found))),
    evidence: seen.map(({ talk }) => talk.id),
  };
}

const same = <T>(values: readonly T[]): T | undefined =>
  values.every((value) => value === values[0]) ? values[0] : undefined;
