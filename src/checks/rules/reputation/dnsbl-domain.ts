// DNSBL-DOMAIN: the domain is on no block list of domains.
import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { notApplicable } from '../../verdict.ts';
import { domainIn, healthOf, listingsOf } from './block-list.ts';
import { judgeListings } from './listed.ts';

export const dnsblDomain: Rule = {
  id: 'DNSBL-DOMAIN',
  title: 'The domain is on no block list',
  severity: 'warning',
  why:
    'Receivers look for domains of block lists in the sender, in links and in signatures. Mail ' +
    'of a domain that is listed, or that only mentions it, is refused or put aside, wherever it ' +
    'comes from.',
  wrong: 'example.com.dbl.example.  A 127.0.1.2   ; example.com is listed',
  right: 'example.com.dbl.example.            ; no such name: it is not',
  remedy:
    'See on the page of the list why the domain is there: a web site that was broken into, or ' +
    'mail that was sent in its name. Mend that, then ask to be taken off.',
  sources: ['RFC 5782 §3', 'RFC 5782 §5', 'RFC 6471 §2'],
  *judge(about) {
    const { domain, blocklists } = about;
    if (blocklists.domains.length === 0) {
      return [notApplicable(THE_DOMAIN, 'no block list of domains is configured')];
    }
    const seen = yield* healthOf(blocklists.domains, 'domain');
    const entries = seen.flatMap(({ list, health }) => {
      const name = health.kind === 'well' ? domainIn(list, domain) : undefined;
      return name === undefined ? [] : [{ list, name }];
    });
    const said = yield* listingsOf(entries);
    const judged = { subject: THE_DOMAIN, what: hostText(domain), actor: 'domain' } as const;
    return [judgeListings(judged, seen, said)];
  },
};
