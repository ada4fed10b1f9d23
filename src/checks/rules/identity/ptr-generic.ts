// PTR-GENERIC: an address that sends has a name that somebody chose, not one that a provider made
// from the address.
import { type IpAddress, ipBytes } from '../../../base/ip.ts';
import { hostText, isBelow, type Name } from '../../../dns/name.ts';
import { reverseName } from '../../../dns/reverse.ts';
import type { Rule } from '../../rule.ts';
import { finding, type Mend, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { type Identity, judgeReverses, type Reverse } from './identities.ts';

export const ptrGeneric: Rule = {
  id: 'PTR-GENERIC',
  title: 'Reverse names are names that somebody chose',
  severity: 'notice',
  why:
    'Providers give every address a name made from its digits. Spam filters take such a name for ' +
    'a home connection or a fresh rented machine, and count it against the mail.',
  wrong: '10.2.0.192.in-addr.arpa. PTR 192-0-2-10.pool.example.net.',
  right: '10.2.0.192.in-addr.arpa. PTR mail.example.com.',
  remedy: 'Ask whoever gave you the address to set its reverse name to that of the mail server.',
  sources: ['RFC 1912 §2.1'],
  *judge(about) {
    return yield* judgeReverses(about, (identity, reverse) =>
      ofReverse(identity, reverse, about.domain),
    );
  },
};

function ofReverse(identity: Identity, { fact, names }: Reverse, domain: Name): Verdict {
  const { subject, address, role } = identity;
  const { lookup, id } = fact;
  if (role === 'other') return notApplicable(subject, 'nothing says that it sends mail');
  if (lookup.kind === 'failure') return unknown(subject, lookup.because, [id]);
  if (names.length === 0) return notApplicable(subject, 'it has no reverse name');
  // One name that somebody chose is enough.
  const traces = names.map((name) => traceIn(name, address, domain));
  const [first] = traces;
  if (first === undefined || traces.includes(undefined)) return pass(subject, undefined, [id]);
  const says = `the reverse name of ${address} is ${names.map(hostText).join(', ')}: ${first}`;
  return finding(subject, says, { actor: 'domain', mend: mendFor(identity), evidence: [id] });
}

/** What shows that the name was made by a provider. */
function traceIn(name: Name, address: IpAddress, domain: Name): string | undefined {
  const text = hostText(name);
  if (spellings(address).some((spelling) => spelling.test(text))) {
    return 'it is made from the address';
  }
  const word = isBelow(name, domain) ? undefined : ACCESS.exec(text)?.[1];
  return word === undefined ? undefined : `"${word}" stands for an access line`;
}

/** Words for lines of customers, as a part of a label that has a number too. */
const ACCESS =
  /(?:^|[.-])(dyn|dynamic|dhcp|dialup|pppoe?|[av]?dsl|cable|pool|broadband)(?=[.-]|\d|$)(?=.*\d)/;

/** How names spell an address: `192-0-2-10`, `10.2.0.192`, `192000002010`, `c000020a`. */
function spellings(address: IpAddress): readonly RegExp[] {
  const bytes = [...(ipBytes(address) ?? [])];
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0'));
  if (bytes.length === 16) return ipv6Spellings(hex.join(''), address);
  const apart = (numbers: readonly number[]) =>
    new RegExp(`(?<!\\d)${numbers.map((number) => `0*${number}`).join('[-._x]')}(?!\\d)`);
  const padded = bytes.map((byte) => String(byte).padStart(3, '0')).join('');
  return [
    apart(bytes),
    apart(bytes.toReversed()),
    new RegExp(`(?<!\\d)${padded}(?!\\d)`),
    new RegExp(`(?<![\\da-f])${hex.join('')}(?![\\da-f])`),
  ];
}

/** All 32 digits in a row or apart, forward or backward, or the address with hyphens for colons. */
function ipv6Spellings(digits: string, address: IpAddress): readonly RegExp[] {
  const apart = (text: string) => new RegExp([...text].join('[-.]?'));
  const hyphens = address.replace(/:/g, '-');
  const short = new RegExp(`(?<![\\da-f])${hyphens.replace(/^-+|-+$/g, '')}(?![\\da-f])`);
  return [apart(digits), apart([...digits].reverse().join('')), short];
}

const mendFor = ({ address, host }: Identity): Mend =>
  host === undefined
    ? { kind: 'setting', text: `set ${reverseName(address)} PTR to the name of the mail server` }
    : { kind: 'record', text: `${reverseName(address)} PTR ${host}` };
