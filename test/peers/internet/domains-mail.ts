// Domains whose zone is right, and whose mail host has one fault, or could not be judged.

import { CLOSED } from './addresses.ts';
import type { Domain } from './domain.ts';
import { everywhere } from './mail-hosts.ts';
import { stsRecords } from './sites.ts';

type Said = Omit<Domain, 'name' | 'mx'>;

/** `LABEL.test`, whose only exchange is the mail host with this label in `post.test`. */
const servedBy = (label: string, said: Said): Domain => ({
  ...said,
  name: `${label}.test`,
  mx: `@ MX 10 ${label}.post.test.`,
});

/** What else goes wrong when nobody answers SMTP commands. */
const MUTE = ['SMTP-CONNECT', 'SMTP-BANNER', 'SMTP-EHLO', 'TLS-OFFERED', 'RETURN-OK'];

const CONNECTIONS: readonly Domain[] = [
  servedBy('closed', {
    planted: 'its exchange refuses connections',
    must: everywhere('SMTP-CONNECT critical', 'closed'),
    may: ['RETURN-OK', 'MX-V6'],
  }),
  servedBy('silent', {
    planted: 'its exchange does not answer',
    must: everywhere('SMTP-CONNECT critical', 'silent'),
    may: ['RETURN-OK', 'MX-V6'],
  }),
  {
    name: 'half.test',
    planted: 'its exchange answers over IPv4 alone, though it has an IPv6 address',
    mx: '@ MX 10 half.post.test.',
    must: [`SMTP-CONNECT error half.post.test ${CLOSED.v6}`],
    may: ['MX-V6', 'CERT-NAME', 'FCRDNS', 'HELO-MATCH', 'PTR-EXISTS'],
  },
  {
    name: 'nolisting.test',
    planted: 'its best exchange refuses all connections, on purpose or not',
    mx: '@ MX 10 closed.post.test.\n@ MX 20 mx1.post.test.',
    must: ['SMTP-NOLISTING notice', ...everywhere('SMTP-CONNECT error', 'closed')],
    may: ['MX-V6'],
  },
  servedBy('shut', {
    planted: 'its exchange greets with 554',
    must: everywhere('SMTP-BANNER', 'shut'),
    may: MUTE,
  }),
  servedBy('dropper', {
    planted: 'its exchange breaks the connection at EHLO',
    unknown: ['SMTP-EHLO', 'TLS-OFFERED', 'RCPT-POSTMASTER'],
  }),
  servedBy('busy', {
    planted: 'its exchange greets with 421',
    unknown: ['SMTP-BANNER', 'TLS-OFFERED', 'RCPT-POSTMASTER'],
  }),
  servedBy('hurried', {
    planted: 'its exchange answers EHLO with 421',
    unknown: ['SMTP-EHLO', 'TLS-OFFERED', 'RCPT-POSTMASTER'],
  }),
  servedBy('masked', {
    planted: 'a firewall hides the greeting of its exchange',
    must: everywhere('SMTP-BANNER-PIX warning', 'masked'),
    may: ['SMTP-BANNER'],
  }),
  servedBy('nameless', {
    planted: 'the greeting of its exchange does not begin with a host name',
    must: everywhere('SMTP-BANNER warning', 'nameless'),
  }),
  servedBy('old', {
    planted: 'its exchange knows HELO only',
    must: everywhere('SMTP-EHLO warning', 'old'),
    may: ['TLS-OFFERED'],
  }),
];

const SECURITY: readonly Domain[] = [
  servedBy('plain', {
    planted: 'its exchange offers no TLS',
    must: everywhere('TLS-OFFERED warning', 'plain'),
  }),
  servedBy('clumsy', {
    planted: 'its exchange offers TLS and cannot do it',
    must: everywhere('TLS-HANDSHAKE error', 'clumsy'),
  }),
  servedBy('opensmtpd', {
    planted: 'its exchange is OpenSMTPD without a certificate',
    must: everywhere('TLS-OFFERED warning', 'opensmtpd'),
  }),
  servedBy('opensmtpd-tls', {
    planted: 'its exchange is an OpenSMTPD whose TLS is broken',
    must: everywhere('TLS-HANDSHAKE error', 'opensmtpd-tls'),
  }),
  servedBy('strict', {
    planted: 'its exchange takes no mail without TLS',
    must: everywhere('TLS-NOT-REQUIRED notice', 'strict'),
  }),
  servedBy('talker', {
    planted: 'its exchange takes passwords at port 25, without TLS too',
    must: everywhere('SMTP-AUTH-25 notice', 'talker'),
  }),
  servedBy('aged', {
    planted: 'its exchange speaks an outdated version of TLS only',
    must: everywhere('TLS-VERSION warning', 'aged'),
    may: ['TLS-HANDSHAKE'],
  }),
  servedBy('othername', {
    planted: 'the certificate is for another name',
    more: stsRecords('othername.test'),
    must: everywhere('STS-CERT error', 'othername'),
    may: ['CERT-NAME', 'TLSRPT-NONE', 'TLSRPT'],
  }),
  servedBy('expired', {
    planted: 'the certificate has expired',
    must: everywhere('CERT-EXPIRY', 'expired'),
  }),
  servedBy('soon', {
    planted: 'the certificate ends in ten days',
    must: everywhere('CERT-AHEAD warning', 'soon'),
  }),
  servedBy('selfsigned', {
    planted: 'the certificate signed itself, which is no fault where nobody asks for more',
    must: everywhere('CERT-CHAIN info', 'selfsigned'),
  }),
];

const RECIPIENTS: readonly Domain[] = [
  servedBy('grey', {
    planted: 'its exchange asks whoever it does not know to come back later',
    unknown: ['RCPT-POSTMASTER', 'RCPT-UNKNOWN'],
  }),
  servedBy('relay', {
    planted: 'its exchange relays for anybody',
    must: everywhere('RELAY-OPEN critical', 'relay'),
    may: ['RCPT-UNKNOWN'],
  }),
  servedBy('catchall', {
    planted: 'its exchange takes every recipient, and nobody said that this is meant',
    must: everywhere('RCPT-UNKNOWN warning', 'catchall'),
  }),
  servedBy('nobounce', {
    planted: 'its exchange refuses the null sender',
    must: everywhere('RCPT-NULL-SENDER error', 'nobounce'),
    may: ['RCPT-POSTMASTER'],
  }),
  servedBy('nomaster', {
    planted: 'its exchange does not know postmaster',
    must: everywhere('RCPT-POSTMASTER error', 'nomaster'),
  }),
  servedBy('nobox', {
    planted: 'its exchange does not know the addresses that the domain publishes',
    must: ['RCPT-PUBLISHED warning'],
  }),
  servedBy('gossip', {
    planted: 'its exchange tells who its users are',
    must: everywhere('VRFY-EXPN info', 'gossip'),
  }),
  {
    name: 'blind.test',
    planted: 'its backup takes recipients that the primary refuses',
    mx: '@ MX 10 mx1.post.test.\n@ MX 20 blind.post.test.',
    must: everywhere('BACKUP-BLIND warning', 'blind'),
    may: ['RCPT-UNKNOWN', 'MX-PARITY'],
  },
  {
    name: 'stranger.test',
    planted: 'its backup does not take its mail',
    mx: '@ MX 10 mx1.post.test.\n@ MX 20 stranger.post.test.',
    must: everywhere('BACKUP-RELAYS error', 'stranger'),
    may: ['RCPT-POSTMASTER', 'RCPT-PUBLISHED', 'MX-PARITY'],
  },
  {
    name: 'uneven-pair.test',
    planted: 'its backup offers no TLS, though its primary does',
    mx: '@ MX 10 mx1.post.test.\n@ MX 20 plain.post.test.',
    must: [...everywhere('TLS-OFFERED warning', 'plain'), 'MX-PARITY notice'],
  },
];

const IDENTITY: readonly Domain[] = [
  servedBy('misnamed', {
    planted: 'its exchange gives itself a name that does not exist',
    must: everywhere('HELO-MATCH', 'misnamed'),
  }),
  servedBy('noptr', {
    planted: 'the addresses of its exchange have no PTR records',
    must: everywhere('PTR-EXISTS notice', 'noptr'),
  }),
  servedBy('liar', {
    planted: 'the PTR record of its exchange leads to a host that has another address',
    must: everywhere('FCRDNS notice', 'liar'),
  }),
  servedBy('listed', {
    planted: 'the address of its exchange is on a block list',
    must: everywhere('DNSBL-IP warning', 'listed').slice(0, 1),
  }),
];

export const MAIL_DOMAINS: readonly Domain[] = [
  ...CONNECTIONS,
  ...SECURITY,
  ...RECIPIENTS,
  ...IDENTITY,
];
