// What a probe says to a mail host, in the order in which it says it. Every line is made here, so
// that nothing a stranger published gets into a command: an address that SMTP cannot write is not
// said at all. There is no DATA among them.
import { isAddressFault, parseAddress } from './address.ts';
import type { StepName } from './probe.ts';

/** Somebody agreed that other recipients than postmaster are asked for. */
export interface ProbeConsent {
  /** Addresses that the domain publishes. */
  readonly recipients: readonly string[];
  /** An address that nobody has. */
  readonly unknown: string;
}

/** One step of the plan. Without a line it is not said, and `because` is why. */
export interface ProbeCommand {
  readonly name: StepName;
  readonly recipient?: string;
  readonly line?: string;
  readonly because?: string;
}

/** RFC 5321 §4.5.3.1.8: every server must take a hundred in one transaction; half is enough. */
const PUBLISHED_MAX = 50;

/** Nobody there has mail, and nothing is ever sent to it (RFC 2606 §3). */
const RELAY_RECIPIENT = 'relay-test@example.org';

const RSET: ProbeCommand = { name: 'rset', line: 'RSET' };
export const QUIT: ProbeCommand = { name: 'quit', line: 'QUIT' };
const VRFY: ProbeCommand = { name: 'vrfy', line: 'VRFY postmaster' };

export const helloCommand = (name: 'ehlo' | 'helo' | 'ehlo-tls', hello: string): ProbeCommand => ({
  name,
  line: `${name === 'helo' ? 'HELO' : 'EHLO'} ${hello}`,
});

const nullSender = (name: 'clear-mail' | 'mail'): ProbeCommand => ({
  name,
  line: 'MAIL FROM:<>',
});

/** Does the host take mail before TLS? Then TLS. */
export const commandsToTls = (): readonly ProbeCommand[] => [
  nullSender('clear-mail'),
  RSET,
  { name: 'starttls', line: 'STARTTLS' },
];

export interface EnvelopeOptions {
  /** Our name. */
  readonly hello: string;
  /** The domain whose mail the host takes, without a dot at its end. */
  readonly domain: string;
  readonly consent?: ProbeConsent;
}

/** From the first MAIL to QUIT. What a refused MAIL makes void ends with the next RSET. */
export function envelopeCommands(options: EnvelopeOptions): readonly ProbeCommand[] {
  const { hello, domain, consent } = options;
  const transaction = [
    nullSender('mail'),
    rcpt('postmaster', `postmaster@${domain}`),
    // RFC 5321 §4.5.1: without a domain, and in any case.
    { name: 'bare-postmaster', recipient: 'Postmaster', line: 'RCPT TO:<Postmaster>' } as const,
  ];
  if (!consent) return [...transaction, RSET, QUIT];
  return [
    ...transaction,
    ...consent.recipients.slice(0, PUBLISHED_MAX).map((each) => rcpt('published', each)),
    rcpt('unknown', consent.unknown),
    RSET,
    { name: 'relay-mail', line: `MAIL FROM:<postmaster@${hello}>` },
    rcpt('relay-rcpt', RELAY_RECIPIENT),
    RSET,
    VRFY,
    QUIT,
  ];
}

function rcpt(name: StepName, recipient: string): ProbeCommand {
  const address = parseAddress(recipient);
  if (!isAddressFault(address)) return { name, recipient, line: `RCPT TO:<${address.text}>` };
  return { name, recipient, because: `not asked: ${address.because}` };
}
