// The mail addresses of a domain that it publishes itself: whoever writes to one of them expects
// that somebody reads it. From the SOA record, DMARC and TLS reports and CAA, and the roles of RFC
// 2142.
import { latin1 } from '../base/bytes.ts';
import { hostText, labelsOf, type Name, nameKey, parseName } from '../dns/name.ts';
import type { RecordData } from '../dns/records/record-data.ts';
import { TYPE } from '../dns/types.ts';
import { parseAddress } from '../smtp/address.ts';
import type { About } from './about.ts';
import { ask, type Inquiry } from './inquiry.ts';

export interface Published {
  /** `hostmaster@example.com`. */
  readonly address: string;
  /** Where it stands, in words: `the SOA record`. */
  readonly where: string;
}

const MAILTO = /mailto:([^\s,;!"<>?]+@[^\s,;!"<>?]+)/gi;
/** RFC 2142 §4 and §7; postmaster is asked for in any case. */
const ROLES: readonly string[] = ['abuse', 'hostmaster'];
const PUBLISHED_MAX = 20;

/** Those at the domain itself, each once. */
export function* publishedAddresses(about: About): Inquiry<readonly Published[]> {
  const all = yield* allPublishedAddresses(about);
  const ours = all.filter(({ address }) => isAt(address, about.domain));
  const roles = ROLES.map((role): Published => {
    return { address: `${role}@${hostText(about.domain)}`, where: 'RFC 2142' };
  });
  const each = new Map<string, Published>();
  for (const entry of [...ours, ...roles]) {
    const key = entry.address.toLowerCase();
    if (!each.has(key)) each.set(key, entry);
  }
  return [...each.values()].slice(0, PUBLISHED_MAX);
}

/** Those at any domain, as they stand in records. */
export function* allPublishedAddresses(about: About): Inquiry<readonly Published[]> {
  const { domain } = about;
  const places = [
    { name: domain, type: TYPE.SOA, where: 'the SOA record' },
    { name: below('_dmarc', domain), type: TYPE.TXT, where: 'the DMARC record' },
    { name: below('_smtp._tls', domain), type: TYPE.TXT, where: 'the TLS-RPT record' },
    { name: domain, type: TYPE.CAA, where: 'a CAA record' },
  ];
  const named = places.flatMap(({ name, ...rest }) =>
    name === undefined ? [] : [{ name, ...rest }],
  );
  const facts = yield* ask<'lookup'>(
    named.map(({ name, type }) => ({ kind: 'lookup', name, type }) as const),
  );
  return facts.flatMap(({ lookup }, at) => {
    const where = named[at]?.where ?? '';
    const records = lookup.kind === 'records' ? lookup.records : [];
    return records.flatMap((data) => addressesIn(data).map((address) => ({ address, where })));
  });
}

/** `_dmarc` and `example.com.` make `_dmarc.example.com.`; nothing where it gets too long. */
export function below(labels: string, name: Name): Name | undefined {
  const joined = parseName(name === '.' ? `${labels}.` : `${labels}.${name}`);
  return typeof joined === 'string' ? joined : undefined;
}

function addressesIn(data: RecordData): readonly string[] {
  switch (data.kind) {
    case 'SOA':
      return [mailboxOf(data.contact)].filter((each) => each !== undefined);
    case 'TXT':
      return mailtoIn(data.strings.map(latin1).join(''));
    case 'CAA':
      return data.tag.toLowerCase() === 'iodef' ? mailtoIn(latin1(data.value)) : [];
    default:
      return [];
  }
}

const mailtoIn = (text: string): readonly string[] =>
  [...text.matchAll(MAILTO)].map(([, address = '']) => decodedPercent(address));

function decodedPercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** RFC 1035 §8: the first label is the local part. */
export function mailboxOf(contact: Name): string | undefined {
  const [local, ...rest] = labelsOf(contact);
  if (local === undefined || rest.length === 0) return undefined;
  return `${local}@${rest.join('.')}`;
}

function isAt(text: string, domain: Name): boolean {
  const address = parseAddress(text);
  if (!('domain' in address) || address.domain.kind !== 'name') return false;
  return nameKey(address.domain.name) === nameKey(domain);
}
