// DNSBL-IP: no address of the domain's mail is on a block list.
import { type IpAddress, isIpv6 } from '../../../base/ip.ts';
import { hostText } from '../../../dns/name.ts';
import type { About } from '../../about.ts';
import type { Inquiry } from '../../inquiry.ts';
import { mailPlaces } from '../../mail.ts';
import type { Rule } from '../../rule.ts';
import { addressOf, named, type Subject, THE_DOMAIN } from '../../subject.ts';
import { notApplicable } from '../../verdict.ts';
import { addressIn, healthOf, type ListSeen, listingsOf } from './block-list.ts';
import { judgeListings } from './listed.ts';

export const dnsblIp: Rule = {
  id: 'DNSBL-IP',
  title: 'No address of a mail host or sender is on a block list',
  severity: 'warning',
  why:
    'Many receivers ask block lists about the address that mail comes from, and refuse it or put ' +
    'it aside where that is listed. A listing is often the first sign that a machine was broken ' +
    'into or that somebody sends through it, and sometimes a matter of its neighbours.',
  wrong: '10.2.0.192.dnsbl.example.  A 127.0.0.2   ; 192.0.2.10 is listed',
  right: '10.2.0.192.dnsbl.example.            ; no such name: it is not',
  remedy:
    'Find out on the page of the list why the address is there, stop what caused it, and only ' +
    'then ask to be taken off. For a range of a provider (dynamic addresses) send through a ' +
    'relay.',
  sources: ['RFC 5782 §2.1', 'RFC 5782 §5', 'RFC 6471 §2'],
  *judge(about) {
    const lists = about.blocklists.addresses;
    if (lists.length === 0) return [notApplicable(THE_DOMAIN, 'no block list is configured')];
    const places = yield* placesOf(about);
    if (places.length === 0) return [notApplicable(THE_DOMAIN, 'there is no address to ask for')];
    const health = {
      ipv4: places.some(({ address }) => !isIpv6(address)) ? yield* healthOf(lists, 'ipv4') : [],
      ipv6: places.some(({ address }) => isIpv6(address)) ? yield* healthOf(lists, 'ipv6') : [],
    };
    const entries = places.map(({ address }) => {
      const seen = health[isIpv6(address) ? 'ipv6' : 'ipv4'];
      return { seen, entries: seen.flatMap((each) => entryFor(each, address)) };
    });
    const said = yield* listingsOf(entries.flatMap((each) => each.entries));
    const next = said.values();
    return places.map((place, at) => {
      const { seen = [], entries: own = [] } = entries[at] ?? {};
      return judgeListings(place, seen, [...next.take(own.length)]);
    });
  },
};

const entryFor = ({ list, health }: ListSeen, address: IpAddress) => {
  const name = health.kind === 'well' ? addressIn(list, address) : undefined;
  return name === undefined ? [] : [{ list, name }];
};

interface Asked {
  readonly address: IpAddress;
  readonly subject: Subject;
  readonly what: string;
  readonly actor: 'domain' | 'mail-host';
}

/** Each address once: of mail hosts, and of what else sends. */
function* placesOf(about: About): Inquiry<readonly Asked[]> {
  const places = new Map<IpAddress, Asked>();
  for (const { host, address } of yield* mailPlaces(about)) {
    if (places.has(address)) continue;
    const what = `${address} of ${hostText(host)}`;
    places.set(address, { address, subject: addressOf(host, address), what, actor: 'mail-host' });
  }
  for (const address of about.declared.senders) {
    if (places.has(address)) continue;
    const what = `the sender ${address}`;
    places.set(address, { address, subject: named(address), what, actor: 'domain' });
  }
  return [...places.values()];
}
