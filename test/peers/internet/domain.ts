// One domain of the closed internet: what it publishes, what is wrong with it, and what a checker
// must say. Whatever is not written down is as a well kept domain has it.
import type { Program } from './addresses.ts';
import { USUAL_EXCHANGES } from './mail-hosts.ts';
import type { Spoils } from './scripted-names.ts';

/** Lines of zone text below the domain's own name. `''`: the domain has none. */
export interface Records {
  /** Without the serial, which is `serial`. */
  readonly contact?: string;
  readonly timers?: string;
  readonly serial?: number;
  readonly ns?: string;
  readonly mx?: string;
  /** The text of the TXT record; with several lines, of several. */
  readonly spf?: string;
  readonly dmarc?: string;
  readonly more?: string;
}

export interface Domain extends Records {
  readonly name: string;
  /** What is wrong with it, or how it is right in an unusual way. */
  readonly planted: string;
  /** Which programs have the zone; absent: two of the three. */
  readonly programs?: readonly Program[];
  /** Instead of the second program: a server that spoils what NSD says. */
  readonly odd?: Spoils;
  /** What is different on one of the servers. */
  readonly on?: Partial<Readonly<Record<Program, Records>>>;
  /** What the parent says instead of the NS records of the domain; `''`: nothing. */
  readonly parent?: string;
  /** `expired`: no signature of it is valid any more. */
  readonly signed?: 'well' | 'expired';
  /** `false`: the name is in the zone of its parent domain, or nowhere. */
  readonly isZone?: false;
  /** What the operator declares of it: YAML of one entry of `domains`. */
  readonly declared?: string;
  /** Findings that must be there: `RULE severity subject`, the subject being the domain if absent. */
  readonly must?: readonly string[];
  /** Rules (with subjects, perhaps) that must say that they could not tell. */
  readonly unknown?: readonly string[];
  /** What may be found besides, or be unknown: what the fault brings with it. */
  readonly may?: readonly string[];
}

/** A DMARC record for domains that take no mail themselves. */
export const REPORTS_ELSEWHERE = 'v=DMARC1; p=reject; rua=mailto:dmarc@post.test';

const ABSOLUTE = /\.$/;
const absolute = (name: string): string => (ABSOLUTE.test(name) ? name : `${name}.`);

const DEFAULT_TIMERS = '14400 3600 1209600 3600';

/** The default records of a domain; `hosts` are its name servers. */
export function zoneText(domain: Domain, hosts: readonly string[], other: Records = {}): string {
  const { name } = domain;
  const said: Records = { ...domain, ...other };
  const contact = said.contact ?? `hostmaster.${absolute(name)}`;
  const soa = [hosts[0], contact, said.serial ?? 7, said.timers ?? DEFAULT_TIMERS].join(' ');
  const lines = [
    `$ORIGIN ${absolute(name)}`,
    '$TTL 3600',
    `@ SOA ${soa}`,
    said.ns ?? hosts.map((host) => `@ NS ${host}`).join('\n'),
    said.mx ?? `@ MX 10 ${usualExchange(name)}.`,
    ...texts('@', said.spf ?? 'v=spf1 mx -all'),
    ...texts('_dmarc', said.dmarc ?? `v=DMARC1; p=reject; rua=mailto:dmarc@${name}`),
    said.more ?? '',
  ];
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}

/** Always the same for a name. */
function usualExchange(name: string): string {
  const sum = [...name].reduce((total, letter) => total + letter.charCodeAt(0), 0);
  return USUAL_EXCHANGES[sum % USUAL_EXCHANGES.length] ?? '';
}

const texts = (owner: string, text: string): readonly string[] =>
  text.split('\n').map((line) => (line === '' ? '' : `${owner} TXT ${quoted(line)}`));

/** As many strings as it takes: one has at most 255 bytes. */
function quoted(text: string): string {
  const pieces = text.match(/.{1,250}/g) ?? [''];
  return pieces.map((piece) => `"${piece}"`).join(' ');
}
