// The mail hosts of the closed internet: real programs, and scripted ones for what no real program
// can be told to do. Each is in a network of its own, and has one fault at most.
import { type Address, CLOSED, MX1, mailNetwork, ofTen, SILENT } from './addresses.ts';

/** Which certificate a host shows. The authority of all but one is trusted. */
export type Shown =
  | { readonly kind: 'good' }
  | { readonly kind: 'of another name'; readonly name: string }
  | { readonly kind: 'ends'; readonly inDays: number }
  | { readonly kind: 'self-signed' };

/** What a scripted host says; what is not said here is as a good host has it. */
export interface Script {
  /** What it calls itself; absent: its name. */
  readonly calls?: string;
  readonly greeting?: string;
  readonly greetingDelayMs?: number;
  /** Command lines (a pattern) and their answers, first fit; `drop` closes the connection. */
  readonly answers?: readonly (readonly [pattern: string, answer: string])[];
  /** `broken`: says that it is ready, and then speaks no TLS. `required`: takes no mail without. */
  readonly tls?: 'none' | 'broken' | 'required';
  /** The only version of TLS that it speaks. */
  readonly tlsVersion?: 'TLSv1.1';
}

export type Runs =
  /** The listener's own parameters. */
  | { readonly kind: 'postfix'; readonly parameters?: Readonly<Record<string, string>> }
  | { readonly kind: 'opensmtpd'; readonly tls: boolean }
  | { readonly kind: 'ours' }
  | ({ readonly kind: 'scripted' } & Script)
  /** Only the addresses are there. */
  | { readonly kind: 'nothing' };

export interface MailHost {
  /** Without the dot at the end. */
  readonly name: string;
  readonly address: Address;
  readonly families: readonly (keyof Address)[];
  readonly runs: Runs;
  readonly shows: Shown;
  /** Where the PTR records of its addresses lead. */
  readonly reverse: string | undefined;
}

type Said = Partial<Omit<MailHost, 'name' | 'runs'>>;

let hosts = 0;

function host(name: string, runs: Runs, said: Said = {}): MailHost {
  const address = said.address ?? mailNetwork(hosts++);
  const shows: Shown = { kind: 'good' };
  return { name, runs, families: ['v4', 'v6'], reverse: name, shows, ...said, address };
}

const postfix = (
  name: string,
  said: Said = {},
  parameters: Readonly<Record<string, string>> = {},
) => host(name, { kind: 'postfix', parameters }, said);
const scripted = (label: string, script: Script, said: Said = {}) =>
  host(`${label}.post.test`, { kind: 'scripted', ...script }, said);

/** What accepts any local part of the domains that it knows. */
const ANY_RECIPIENT = { smtpd_reject_unlisted_recipient: 'no' };
/** Everybody is one of its own, who may send anywhere. */
const ANY_CLIENT = { mynetworks: '0.0.0.0/0,[::]/0' };

/** What domains have that name no other: several, since a checker asks none of them in a hurry. */
export const USUAL_EXCHANGES = [...'12345678'].map((digit) => `mail${digit}.post.test`);

const REAL: readonly MailHost[] = [
  postfix('mx1.post.test'),
  // As Postfix comes: it puts off what is not for it, with 454.
  postfix(
    'mx2.post.test',
    {},
    { smtpd_relay_restrictions: 'permit_mynetworks,defer_unauth_destination' },
  ),
  postfix('mx3.post.example'),
  ...USUAL_EXCHANGES.map((name) => postfix(name)),
  postfix('mail.vault.test'),
  postfix('mail.strongbox.test'),
  postfix('mail.usage.test'),
  postfix('four.post.test', { families: ['v4'] }),
  postfix('six.post.test', { families: ['v6'] }),
  postfix('catchall.post.test', {}, ANY_RECIPIENT),
  postfix('relay.post.test', {}, ANY_CLIENT),
  postfix('listed.post.test'),
  ...[...'abcdefghij'].map((letter, each) =>
    postfix(`${letter}.equal.test`, { address: ofTen(each), families: ['v4'] }),
  ),
  host('opensmtpd.post.test', { kind: 'opensmtpd', tls: false }),
  // That of Debian 12 offers TLS and fails: it does not find its key with OpenSSL 3.
  host('opensmtpd-tls.post.test', { kind: 'opensmtpd', tls: true }),
  host('ours.post.test', { kind: 'ours' }),
];

/** It takes passwords where everybody sends mail. */
const TALKER = '250-talker.post.test\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS';
const NO_POSTMASTER = '550 5.1.1 No such user here';

const SCRIPTED: readonly MailHost[] = [
  scripted('tarpit', { greetingDelayMs: 21_000 }),
  scripted('busy', { greeting: '421 4.7.0 busy.post.test Too many connections, try again later' }),
  scripted('hurried', { answers: [['^EHLO|^HELO', '421 4.7.0 Your connection rate is too high']] }),
  scripted('grey', { answers: [['^RCPT', '450 4.2.0 Greylisted, please come back in 300 s']] }),
  scripted('plain', { tls: 'none' }),
  scripted('clumsy', { tls: 'broken' }),
  scripted('strict', { tls: 'required' }),
  scripted('talker', { answers: [['^EHLO', TALKER]] }),
  scripted('aged', { tlsVersion: 'TLSv1.1' }),
  scripted('stranger', { answers: [['^RCPT', '554 5.7.1 Relay access denied']] }),
  scripted('blind', { answers: [['^RCPT TO:<[^>]*\\.(test|example)>', '250 2.1.5 Ok']] }),
  scripted('nobounce', { answers: [['^MAIL FROM:<>', '550 5.7.1 No bounces, please']] }),
  scripted('nomaster', { answers: [['^RCPT TO:<postmaster', NO_POSTMASTER]] }),
  scripted('nobox', { answers: [['^RCPT TO:<(abuse|hostmaster|dmarc)@', NO_POSTMASTER]] }),
  scripted('shut', { greeting: '554 5.3.2 shut.post.test No SMTP service here' }),
  scripted('dropper', { answers: [['^EHLO|^HELO', 'drop']] }),
  scripted('masked', { greeting: '220 **************************' }),
  scripted('nameless', { greeting: '220 ready' }),
  scripted('old', { answers: [['^EHLO', '502 5.5.1 Unknown command']] }),
  scripted('wordy', {
    greeting: '220-wordy.post.test ESMTP\r\n220-We do not want advertisements.\r\n220 Be kind.',
  }),
  scripted('gossip', {
    answers: [['^VRFY', '250 2.1.5 Olive Garden <postmaster@post.test>']],
  }),
  scripted('othername', {}, { shows: { kind: 'of another name', name: 'web.post.test' } }),
  scripted('expired', {}, { shows: { kind: 'ends', inDays: -3 } }),
  scripted('soon', {}, { shows: { kind: 'ends', inDays: 10 } }),
  scripted('selfsigned', {}, { shows: { kind: 'self-signed' } }),
  scripted('misnamed', { calls: 'internal.corp.invalid' }),
  scripted('noptr', {}, { reverse: undefined }),
  scripted('liar', {}, { reverse: 'mx1.post.test' }),
];

const NOTHING: readonly MailHost[] = [
  host('closed.post.test', { kind: 'nothing' }, { address: CLOSED }),
  host('silent.post.test', { kind: 'nothing' }, { address: SILENT }),
  host(
    'half.post.test',
    { kind: 'nothing' },
    {
      address: { v4: MX1.v4, v6: CLOSED.v6 },
      reverse: undefined,
    },
  ),
];

export const MAIL_HOSTS: readonly MailHost[] = [...REAL, ...SCRIPTED, ...NOTHING];

export const addressesOf = ({ address, families }: MailHost): readonly string[] =>
  families.map((family) => address[family]);

/** An expectation at each address of the host with this label, as findings name them. */
export function everywhere(expectation: string, label: string): readonly string[] {
  const found = MAIL_HOSTS.find(({ name }) => name === `${label}.post.test`);
  if (!found) throw new Error(`no mail host is called ${label}`);
  return addressesOf(found).map((address) => `${expectation} ${found.name} ${address}`);
}
