// Domains with one fault in what they publish about their mail: SPF, DKIM, DMARC, MTA-STS, TLS-RPT
// and DANE.
import { MX1 } from './addresses.ts';
import { WEAK_DKIM } from './dkim-keys.ts';
import type { Domain } from './domain.ts';
import { stsRecords } from './sites.ts';

const SPF: readonly Domain[] = [
  { name: 'nospf.test', planted: 'no SPF record', spf: '', must: ['SPF-NONE warning'] },
  {
    name: 'twospf.test',
    planted: 'two SPF records',
    spf: 'v=spf1 mx -all\nv=spf1 a -all',
    must: ['SPF-MULTI error'],
  },
  {
    name: 'spftypo.test',
    planted: 'a term of SPF that does not exist',
    spf: `v=spf1 mx ipv4:${MX1.v4} -all`,
    must: ['SPF-SYNTAX error'],
  },
  {
    name: 'spfmany.test',
    planted: 'SPF asks for more than ten lookups',
    spf: `v=spf1 ${Array.from({ length: 11 }, (_, each) => `a:h${each}.spfmany.test`).join(' ')} -all`,
    more: Array.from({ length: 11 }, (_, each) => `h${each} A ${MX1.v4}`).join('\n'),
    must: ['SPF-LOOKUPS error'],
  },
  {
    name: 'spfvoid.test',
    planted: 'SPF asks for more than two names that do not exist',
    spf: 'v=spf1 a:a.spfvoid.test a:b.spfvoid.test a:c.spfvoid.test mx -all',
    must: ['SPF-VOID error'],
  },
  {
    name: 'spfloop.test',
    planted: 'SPF includes itself',
    spf: 'v=spf1 include:a.spfloop.test -all',
    more: 'a TXT "v=spf1 include:b.spfloop.test -all"\nb TXT "v=spf1 include:a.spfloop.test -all"',
    must: ['SPF-LOOP error'],
    may: ['SPF-LOOKUPS'],
  },
  {
    name: 'spfdead.test',
    planted: 'SPF includes a domain without SPF',
    spf: 'v=spf1 mx include:nospf.test -all',
    must: ['SPF-DEAD-INCLUDE error'],
  },
  {
    name: 'spfopen.test',
    planted: 'SPF lets everybody send',
    spf: 'v=spf1 mx +all',
    must: ['SPF-ALL error'],
  },
  {
    name: 'spfptr.test',
    planted: 'SPF uses ptr',
    spf: 'v=spf1 mx ptr -all',
    must: ['SPF-PTR-MECH warning'],
  },
];

const DKIM_AND_DMARC: readonly Domain[] = [
  {
    name: 'nokey.test',
    planted: 'a declared DKIM selector has no key',
    declared: '{ selectors: [mail] }',
    must: ['DKIM-SELECTOR error mail._domainkey.nokey.test'],
  },
  {
    name: 'weakkey.test',
    planted: 'a DKIM key is too short',
    declared: '{ selectors: [mail] }',
    more: `mail._domainkey TXT ${WEAK_DKIM}`,
    must: ['DKIM-KEYSIZE error mail._domainkey.weakkey.test'],
  },
  {
    name: 'brokenkey.test',
    planted: 'a DKIM key that is none',
    declared: '{ selectors: [mail] }',
    more: 'mail._domainkey TXT "v=DKIM1; k=rsa; p=not a key"',
    must: ['DKIM-SYNTAX error mail._domainkey.brokenkey.test'],
  },
  {
    name: 'revoked.test',
    planted: 'a declared DKIM key is revoked',
    declared: '{ selectors: [mail] }',
    more: 'mail._domainkey TXT "v=DKIM1; p="',
    must: ['DKIM-REVOKED'],
  },
  {
    name: 'dmarcplace.test',
    planted: 'the DMARC record is at the domain itself',
    dmarc: '',
    more: '@ TXT "v=DMARC1; p=reject; rua=mailto:dmarc@dmarcplace.test"',
    must: ['DMARC-LOCATION error'],
  },
  { name: 'nodmarc.test', planted: 'no DMARC record', dmarc: '', must: ['DMARC-NONE error'] },
  {
    name: 'twodmarc.test',
    planted: 'two DMARC records',
    dmarc: 'v=DMARC1; p=none\nv=DMARC1; p=reject',
    must: ['DMARC-MULTI error'],
    may: ['DMARC-RUA', 'DMARC-POLICY'],
  },
  {
    name: 'dmarctypo.test',
    planted: 'a DMARC record that nobody can read',
    dmarc: 'v=DMARC1; p=rejected; rua=mailto:dmarc@dmarctypo.test',
    must: ['DMARC-SYNTAX error'],
    may: ['DMARC-POLICY'],
  },
  {
    name: 'dmarcloose.test',
    planted: 'DMARC that only watches',
    dmarc: 'v=DMARC1; p=none; rua=mailto:dmarc@dmarcloose.test',
    must: ['DMARC-POLICY warning'],
  },
  {
    name: 'dmarcabroad.test',
    planted: 'DMARC reports go to a domain that does not agree',
    dmarc: 'v=DMARC1; p=reject; rua=mailto:dmarc@nospf.test',
    must: ['DMARC-EXTERNAL error'],
  },
];

const TRANSPORT: readonly Domain[] = [
  {
    name: 'stsother.test',
    planted: 'the MTA-STS policy names another exchange',
    more: `${stsRecords('stsother.test')}\n_smtp._tls TXT "v=TLSRPTv1; rua=mailto:tlsrpt@stsother.test"`,
    must: ['STS-MX-MATCH error'],
  },
  {
    name: 'stsmoved.test',
    planted: 'the MTA-STS policy is behind a redirect',
    more: stsRecords('stsmoved.test'),
    must: ['STS-FETCH error'],
    may: ['TLSRPT-RECORD'],
  },
  {
    name: 'stscert.test',
    planted: 'the MTA-STS policy host shows a certificate for another name',
    more: stsRecords('stscert.test'),
    must: ['STS-FETCH error'],
  },
  {
    name: 'stsmissing.test',
    planted: 'the MTA-STS policy is not there',
    more: stsRecords('stsmissing.test'),
    must: ['STS-FETCH error'],
  },
  {
    name: 'stsgarbled.test',
    planted: 'the MTA-STS policy cannot be read',
    more: stsRecords('stsgarbled.test'),
    must: ['STS-POLICY error'],
  },
  {
    name: 'ststwice.test',
    planted: 'two MTA-STS records',
    more: stsRecords('ststwice.test', '_mta-sts TXT "v=STSv1; id=1"\n_mta-sts TXT "v=STSv1; id=2"'),
    must: ['STS-RECORD error'],
  },
  {
    name: 'tlsrpt.test',
    planted: 'a TLS-RPT record without an address',
    more: '_smtp._tls TXT "v=TLSRPTv1;"',
    must: ['TLSRPT-RECORD warning'],
  },
  {
    name: 'strongbox.test',
    planted: 'no TLSA record fits the certificate of its exchange',
    signed: 'well',
    mx: '@ MX 10 mail.strongbox.test.',
    more: `_25._tcp.mail TLSA 3 1 1 ${'0123456789abcdef'.repeat(4)}`,
    must: ['DANE-MATCH'],
  },
  {
    name: 'usage.test',
    planted: 'TLSA records of a usage that means nothing for mail',
    signed: 'well',
    mx: '@ MX 10 mail.usage.test.',
    more: `_25._tcp.mail TLSA 1 1 1 ${'0123456789abcdef'.repeat(4)}`,
    must: ['DANE-USAGE warning'],
  },
  {
    name: 'danger.test',
    planted: 'TLSA records in a zone that is not signed',
    mx: '@ MX 10 mail',
    more: `mail A ${MX1.v4}\n_25._tcp.mail TLSA 3 1 1 ${'0123456789abcdef'.repeat(4)}`,
    must: ['DANE-SECURE error'],
    may: ['DANE-MATCH', 'HELO-MATCH', 'FCRDNS', 'CERT-NAME'],
  },
];

export const POLICY_DOMAINS: readonly Domain[] = [...SPF, ...DKIM_AND_DMARC, ...TRANSPORT];
