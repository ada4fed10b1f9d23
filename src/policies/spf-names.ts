// Names in SPF: what a macro came to as a name to ask for, and what macros come to for one sender.
import { type IpAddress, ipBytes, ipFromBytes, isIpv6 } from '../base/ip.ts';
import type { Instant } from '../base/time.ts';
import {
  isBelow,
  LABEL_BYTES_MAX,
  labelsOf,
  type Name,
  nameFromLabels,
  sameName,
  toAscii,
} from '../dns/name.ts';
import { reversedLabels } from '../dns/reverse.ts';
import type { MacroValues } from './spf-macro.ts';

/** RFC 7208 §7.3: a name of more characters loses labels on its left. */
const NAME_CHARACTERS_MAX = 253;
const ASCII = /^[ -~]+$/;

/** The name without its last dot, its labels as they are. */
export const textOfName = (name: Name): string => labelsOf(name).join('.');

/** A name to ask for; nothing where the text is none (RFC 7208 §4.8 leaves open what then). */
export function targetName(text: string): Name | undefined {
  const labels = text.replace(/\.$/, '').split('.');
  let characters = labels.reduce((sum, { length }) => sum + length + 1, -1);
  while (characters > NAME_CHARACTERS_MAX) characters -= (labels.shift()?.length ?? 0) + 1;
  const isName = labels.length > 0 && labels.every(isLabel);
  return isName ? nameFromLabels(labels) : undefined;
}

const isLabel = (label: string): boolean => label.length <= LABEL_BYTES_MAX && ASCII.test(label);

/** RFC 7208 §4.3: a domain that may have a policy is a well-formed name of two labels or more. */
export function policyDomain(text: string): Name | undefined {
  const ascii = toAscii(text);
  if (
    typeof ascii !== 'string' ||
    ascii.startsWith('[') ||
    ascii.length > NAME_CHARACTERS_MAX + 1
  ) {
    return undefined;
  }
  const name = targetName(ascii);
  return name !== undefined && labelsOf(name).length > 1 ? name : undefined;
}

const MAPPED = /^::ffff:(?=\d+\.)/;

/** RFC 7208 §5: a mapped address is the IPv4 address that is in it. */
export const unmapped = (ip: IpAddress): IpAddress => ip.replace(MAPPED, '') as IpAddress;

/** Who sends, in the words of macros. */
export interface MacroScene {
  /** No mapped address. */
  readonly ip: IpAddress;
  readonly local: string;
  /** Of the sender. */
  readonly senderDomain: string;
  readonly helo: string;
  /** Our own name; absent: `unknown` (RFC 7208 §7.3). */
  readonly receiver?: string;
  readonly now?: Instant;
}

/** RFC 7208 §7.2. `validated` are the proven names of the address, for the macro p. */
export function macroValues(
  scene: MacroScene,
  domain: Name,
  validated: readonly Name[],
): MacroValues {
  const { ip, local, senderDomain, helo, receiver = 'unknown', now } = scene;
  return {
    s: `${local}@${senderDomain}`,
    l: local,
    o: senderDomain,
    d: textOfName(domain),
    // The nibbles of IPv6 as capitals; it is the same name in the DNS.
    i: isIpv6(ip) ? [...reversedLabels(ip).toUpperCase()].reverse().join('') : ip,
    p: preferred(validated, domain),
    h: helo,
    v: isIpv6(ip) ? 'ip6' : 'in-addr',
    c: ipFromBytes(ipBytes(ip) ?? new Uint8Array(4)),
    r: receiver,
    t: now === undefined ? 'unknown' : String(Math.floor(now / 1_000)),
  };
}

/** RFC 7208 §7.3: the domain itself, else a name below it, else any, else `unknown`. */
function preferred(validated: readonly Name[], domain: Name): string {
  const best =
    validated.find((name) => sameName(name, domain)) ??
    validated.find((name) => isBelow(name, domain)) ??
    validated[0];
  return best === undefined ? 'unknown' : textOfName(best);
}
