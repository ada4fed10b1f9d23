// How zonemaster-cli and ours differ on the same domains, and why: what each of its tags is called
// here, what only one of the two looks at, and what is left after that.

/** The rules of ours that say the same, any of them; or why there is none. */
export type Meaning = { readonly ours: readonly string[] } | { readonly notOurs: string };

const ours = (...rules: readonly string[]): Meaning => ({ ours: rules });

const LAME = ours('NS-LAME');
const COUNT = ours('NS-COUNT', 'NS-UNRESOLVED');
const COUNT_V6 = ours('NS-V6');
const BROKEN_PROOF = ours('SEC-VALID');
/** It goes on when there is no zone or no server; ours says which of the two it is. */
const NO_ZONE = ours('DEL-NONE', 'DOM-NOT-ZONE');

/** Its tags, from NOTICE upward. */
export const TAGS: Readonly<Record<string, Meaning>> = {
  A_UNEXPECTED_RCODE: LAME,
  CANNOT_CONTINUE: NO_ZONE,
  CAN_NOT_BE_RESOLVED: ours('NS-UNRESOLVED'),
  CHILD_NS_SAME_IP: ours('NS-DISTINCT-IP'),
  CN01_NO_RESPONSE_UDP: ours('NS-LAME', 'NS-ADDR-SPECIAL'),
  CN01_UNEXPECTED_RCODE_NS_QUERY_UDP: LAME,
  CN01_UNEXPECTED_RCODE_SOA_QUERY_UDP: LAME,
  CN02_NO_RESPONSE_TCP: ours('NS-TCP', 'NS-ADDR-SPECIAL'),
  CN02_UNEXPECTED_RCODE_NS_QUERY_TCP: LAME,
  CN02_UNEXPECTED_RCODE_SOA_QUERY_TCP: LAME,
  DEL_NS_SAME_IP: ours('NS-DISTINCT-IP'),
  DS02_DNSKEY_NOT_SIGNED_BY_ANY_DS: BROKEN_PROOF,
  DS02_NO_MATCHING_DNSKEY_RRSIG: BROKEN_PROOF,
  DS02_RRSIG_NOT_VALID_BY_DNSKEY: BROKEN_PROOF,
  DS08_DNSKEY_RRSIG_EXPIRED: BROKEN_PROOF,
  DS09_SOA_RRSIG_EXPIRED: BROKEN_PROOF,
  DS10_NSEC_RRSIG_VERIFY_ERROR: BROKEN_PROOF,
  EXPIRE_LOWER_THAN_REFRESH: ours('SOA-TIMERS'),
  EXPIRE_MINIMUM_VALUE_LOWER: ours('SOA-TIMERS'),
  EXTRA_ADDRESS_CHILD: ours('DEL-GLUE'),
  EXTRA_NAME_CHILD: ours('DEL-NS-MISMATCH'),
  EXTRA_NAME_PARENT: ours('DEL-NS-MISMATCH'),
  IN_BAILIWICK_ADDR_MISMATCH: ours('DEL-GLUE'),
  IS_NOT_AUTHORITATIVE: LAME,
  MULTIPLE_SOA_SERIALS: ours('SOA-SERIAL-AGREE'),
  MX_NON_ALLOWED_CHARS: ours('MX-TARGET-HOSTNAME'),
  MX_NUMERIC_TLD: ours('MX-TARGET-IP'),
  NAMESERVER_IP_PRIVATE_NETWORK: ours('NS-ADDR-SPECIAL'),
  NAMESERVER_IP_WITHOUT_REVERSE: {
    notOurs: 'nobody who sends mail asks for the names of the addresses of name servers',
  },
  NEITHER_DNSKEY_NOR_DS: {
    notOurs: 'no fault here: SEC-SIGNED tells that a zone is not signed without finding it wrong',
  },
  NOT_ENOUGH_IPV4_NS_CHILD: COUNT,
  NOT_ENOUGH_IPV4_NS_DEL: COUNT,
  NOT_ENOUGH_IPV6_NS_CHILD: COUNT_V6,
  NOT_ENOUGH_IPV6_NS_DEL: COUNT_V6,
  NOT_ENOUGH_NS_CHILD: ours('NS-COUNT'),
  NOT_ENOUGH_NS_DEL: ours('NS-COUNT'),
  NOT_SIGNED: { notOurs: 'the same as NEITHER_DNSKEY_NOR_DS' },
  NO_GLUE_PREVENTS_NAMESERVER_TESTS: NO_ZONE,
  NO_IPV6_NS_CHILD: ours('NS-V6'),
  NO_IPV6_NS_DEL: ours('NS-V6'),
  NS_ERROR: LAME,
  NS_FAILED: LAME,
  NS_IS_CNAME: ours('NS-CNAME'),
  // The contact of these domains is a mailbox of their own, so that it is one question whether
  // their exchanges have addresses. It asks that for the contact alone, ours for the MX records.
  RNAME_MAIL_DOMAIN_INVALID: ours(
    'SOA-RNAME',
    'MX-TARGET-CNAME',
    'MX-TARGET-DOUBLED',
    'MX-TARGET-IP',
    'MX-TARGET-NOADDR',
    'MX-TARGET-NXDOMAIN',
    'MX-TARGET-PLACEHOLDER',
    'MX-TARGET-SERVFAIL',
    'DANGLING',
    'MX-NULL-MIXED',
  ),
  RRSIG_EXPIRED: BROKEN_PROOF,
  SAME_IP_ADDRESS: ours('NS-DISTINCT-IP'),
  SOA_SERIAL_VARIATION: ours('SOA-SERIAL-AGREE'),
  // A set whose records have different TTLs is two sets to it.
  Z09_INCONSISTENT_MX_DATA: ours('RR-AGREE', 'TTL-SANITY'),
  Z09_MISSING_MAIL_TARGET: ours('MX-NONE'),
  Z09_NON_AUTH_MX_RESPONSE: ours('NS-NONAUTH-MX'),
  Z09_NULL_MX_NON_ZERO_PREF: ours('MX-NULL-PREF'),
  Z09_NULL_MX_WITH_OTHER_MX: ours('MX-NULL-MIXED'),
};

const NO_TLSA = 'it asks for no TLSA records';
const NO_HOSTS = 'it looks at the names of exchanges and not at their addresses';
const NO_PREFERENCES = 'it looks at each MX record by itself, and not at what they are together';

/** Rules of ours that it has no test for. */
export const ALONE: Readonly<Record<string, string>> = {
  'DANE-ROLLOVER': NO_TLSA,
  'DANE-SECURE': NO_TLSA,
  'DANE-USAGE': NO_TLSA,
  'MX-DUP-ADDR': NO_HOSTS,
  'MX-DUP-TARGET': NO_PREFERENCES,
  'MX-EXPECTED': 'it is told nothing of what should be there',
  'MX-NONE-BUT-SENDS': 'its version here reads no SPF records',
  'MX-OWNER-ALIAS': 'it stops at a name that is no zone',
  'MX-SPOF-HOST': NO_PREFERENCES,
  'MX-TARGET-SPECIAL': NO_HOSTS,
  'MX-TOO-MANY': NO_PREFERENCES,
  'MX-V4-NONE': NO_HOSTS,
  'MX-V6': NO_HOSTS,
  'MX-WILDCARD': 'it asks for no name below the zone that may not exist',
  'NS-QTYPE-DROP': 'it asks for no type that a server may never have heard of',
  'ZONE-CNAME-OTHER': 'it never asks for the alias itself',
};

export interface Difference {
  readonly domain: string;
  /** A tag that ours does not answer, or a rule of ours that it has no tag for there. */
  readonly found: string;
  readonly because: string;
}

/** What is left. */
export const DIFFERENCES: readonly Difference[] = [
  {
    domain: 'glue.test',
    found: 'NS-LAME',
    because: 'it asks servers at the addresses that the zone has for them, and not at wrong glue',
  },
  {
    domain: 'masquerade.test',
    found: 'RR-AGREE',
    because: 'it compares SOA, NS and MX records between servers, and this one differs in others',
  },
];
