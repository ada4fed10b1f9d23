// Domains that are right, some of them in unusual ways: no finding worse than a notice may come.
import { HOSTING, MX1, ofTen, VANITY } from './addresses.ts';
import { GOOD_DKIM } from './dkim-keys.ts';
import { type Domain, REPORTS_ELSEWHERE } from './domain.ts';
import { everywhere } from './mail-hosts.ts';
import { stsRecords } from './sites.ts';

const { nsd, bind } = HOSTING;
const LETTERS = [...'abcdefghij'];

const report = (name: string): string => `_smtp._tls TXT "v=TLSRPTv1; rua=mailto:tlsrpt@${name}"`;

export const RIGHT_DOMAINS: readonly Domain[] = [
  {
    name: 'tarpit.test',
    planted: 'its exchange greets after 21 seconds, which is allowed',
    mx: '@ MX 10 tarpit.post.test.',
  },
  {
    name: 'regular.test',
    planted: 'as most are; a name below it is an alias of it',
    more: 'www CNAME @',
  },
  {
    name: 'regular.example',
    planted: 'as most are, in another top-level domain, with two exchanges',
    mx: '@ MX 10 mx1.post.test.\n@ MX 20 mx2.post.test.',
  },
  {
    name: 'parked.test',
    planted: 'it takes no mail and sends none, and says so',
    mx: '@ MX 0 .',
    spf: 'v=spf1 -all',
    dmarc: REPORTS_ELSEWHERE,
    contact: 'hostmaster.post.test.',
    more: '* TXT "v=spf1 -all"\n*._domainkey TXT "v=DKIM1; p="',
  },
  {
    name: 'implicit.test',
    planted: 'no MX: its own address takes the mail',
    mx: '',
    spf: 'v=spf1 a -all',
    more: `@ A ${MX1.v4}\n@ AAAA ${MX1.v6}`,
    may: ['MX-NONE', 'HELO-MATCH', 'FCRDNS'],
  },
  {
    name: 'abroad.test',
    planted: 'its exchange is in another top-level domain',
    mx: '@ MX 10 mx3.post.example.',
  },
  {
    name: 'single.test',
    planted: 'one exchange with two addresses, a Postfix that puts off what it does not relay',
    mx: '@ MX 10 mx2.post.test.',
  },
  {
    name: 'mixed.test',
    planted: 'one exchange has IPv4 only, the other IPv6 only',
    mx: '@ MX 10 four.post.test.\n@ MX 20 six.post.test.',
  },
  {
    name: 'equal.test',
    planted: 'ten exchanges with equal preference',
    mx: LETTERS.map((letter) => `@ MX 10 ${letter}`).join('\n'),
    more: LETTERS.map((letter, each) => `${letter} A ${ofTen(each).v4}`).join('\n'),
    spf: 'v=spf1 ip4:11.0.0.0/9 -all',
  },
  {
    name: 'sub.regular.test',
    planted: 'below another domain, with name servers of its own',
    programs: ['knot', 'bind'],
  },
  {
    name: 'ownservers.test',
    planted: 'its name servers are below it, with glue in both families',
    programs: ['nsd', 'bind'],
    ns: '@ NS ns1\n@ NS ns2',
    more: [
      `ns1 A ${VANITY.nsd.v4}\nns1 AAAA ${VANITY.nsd.v6}`,
      `ns2 A ${VANITY.bind.v4}\nns2 AAAA ${VANITY.bind.v6}`,
    ].join('\n'),
  },
  {
    name: 'manyservers.test',
    planted: 'the parent gives its three name servers in another order and another case',
    programs: ['nsd', 'knot', 'bind'],
    parent: `@ NS NS3.Hosting.TEST.\n@ NS ${nsd.host}\n@ NS ns2.HOSTING.test.`,
  },
  { name: 'xn--bcher-kva.test', planted: 'an internationalized name (bücher.test)' },
  {
    name: 'vault.test',
    planted: 'signed, with DANE 3 1 1',
    signed: 'well',
    mx: '@ MX 10 mail.vault.test.',
  },
  { name: 'plainsigned.test', planted: 'signed, without DANE', signed: 'well' },
  {
    name: 'sts.test',
    planted: 'MTA-STS in force with a pattern, TLS-RPT, and a policy host in both families',
    mx: '@ MX 10 mx1.post.test.\n@ MX 20 mx3.post.example.',
    more: `${stsRecords('sts.test')}\n${report('sts.test')}`,
  },
  {
    name: 'signing.test',
    planted: 'a DKIM key in two strings, SPF in many',
    declared: '{ selectors: [mail] }',
    spf: `v=spf1 mx ${Array.from({ length: 20 }, (_, each) => `ip4:11.20.${each}.25`).join(' ')} -all`,
    more: `mail._domainkey TXT ${GOOD_DKIM}`,
  },
  {
    name: 'greylisting.test',
    planted: 'its second exchange asks whoever it does not know to come back later',
    mx: '@ MX 10 mx1.post.test.\n@ MX 20 grey.post.test.',
    unknown: everywhere('RCPT-POSTMASTER', 'grey'),
  },
  {
    name: 'everybody.test',
    planted: 'its exchange takes every recipient, as its operator declares',
    mx: '@ MX 10 catchall.post.test.',
    declared: '{ catchAll: true }',
  },
  {
    name: 'wordy.test',
    planted: 'its exchange greets with several lines',
    mx: '@ MX 10 wordy.post.test.',
  },
  { name: 'ours.test', planted: 'its exchange is ours', mx: '@ MX 65535 Ours.POST.test.' },
  {
    name: 'shared.example',
    planted: 'its name servers are in another top-level domain, its SPF is that of another domain',
    ns: `@ NS ${nsd.host}\n@ NS ${bind.host}`,
    programs: ['nsd', 'bind'],
    spf: 'v=spf1 redirect=regular.example',
  },
];
