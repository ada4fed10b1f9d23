// The conversation with a mail host of a scene: a whole dialogue, made from what its plan says of
// each step. What the plan does not say goes well.
import type { IpAddress } from '../../src/base/ip.ts';
import type { About } from '../../src/checks/about.ts';
import { nameKey } from '../../src/dns/name.ts';
import type { Dialogue, Step, StepName, TlsSeen } from '../../src/smtp/probe.ts';
import type { Reply } from '../../src/smtp/reply.ts';

export interface HostPlan {
  readonly connect?: Dialogue['connect'];
  /** Replies by step, `250-mail.example.com\n250 STARTTLS`; a step with `''` got no answer. */
  readonly replies?: Partial<Record<StepName, string>>;
  /** Replies to RCPT by recipient, before those by step. */
  readonly recipients?: Readonly<Record<string, string>>;
  /** Default: 1. */
  readonly greetedAfterMs?: number;
  readonly tls?: TlsSeen;
  readonly clear?: Dialogue['clear'];
}

/** `250-first\n250 last` as a reply; the enhanced code of the first line is taken out. */
export function replyFrom(text: string): Reply {
  const lines = text.split('\n');
  const code = Number(lines[0]?.slice(0, 3));
  const enhanced = /^\d{3}[ -]([245]\.\d+\.\d+)(?: |$)/.exec(text)?.[1];
  const texts = lines.map((line) => line.slice(4));
  if (enhanced === undefined) return { code, lines: texts };
  return { code, enhanced, lines: texts.map((line) => line.slice(enhanced.length + 1)) };
}

interface Place {
  readonly host: string;
  readonly address: IpAddress;
  readonly recipients: readonly string[];
}

/** A whole conversation as the plan has it; what the plan does not say is well. */
export function dialogueOf(place: Place, plan: HostPlan, about: About): Dialogue {
  const { host, address } = place;
  const connect = plan.connect ?? { kind: 'connected', tookMs: 1 };
  const base = { host, address, port: about.world.smtpPort, startedAt: about.now, connect };
  if (connect.kind !== 'connected') return { ...base, steps: [] };
  const steps = stepsOf(place, plan, about);
  const reached = steps.some(({ name, reply }) => name === 'starttls' && reply?.code === 220);
  return {
    ...base,
    steps,
    ...(reached && plan.tls && { tls: plan.tls }),
    ...(plan.clear && { clear: plan.clear }),
  };
}

const OFFERS = '250-PIPELINING\n250-SIZE 26214400\n250-8BITMIME\n250-ENHANCEDSTATUSCODES';

type Planned = readonly [name: StepName, good: string, recipient?: string];

/** What a probe would say next, as long as all goes well. */
function plannedSteps({ host, recipients }: Place, plan: HostPlan, about: About): Planned[] {
  const domain = nameKey(about.domain).slice(0, -1);
  const ehlo = `250-${host}\n${OFFERS}`;
  const offersTls = (plan.replies?.ehlo ?? 'STARTTLS').includes('STARTTLS');
  return [
    ['greeting', `220 ${host} ESMTP`],
    ['ehlo', `${ehlo}\n250 STARTTLS`],
    ...(offersTls ? toTls(ehlo.replace(/-(?=ENH)/, ' ')) : []),
    ['mail', '250 2.1.0 Ok'],
    ['postmaster', '250 2.1.5 Ok', `postmaster@${domain}`],
    ['bare-postmaster', '250 2.1.5 Ok', 'Postmaster'],
    ...(about.mayAskRecipients
      ? [
          ...recipients.map((each): Planned => ['published', '250 2.1.5 Ok', each]),
          ['unknown', '550 5.1.1 No such user', `${about.unknownRecipient}@${domain}`] as const,
          ['rset', '250 2.0.0 Ok'] as const,
          ['relay-mail', '250 2.1.0 Ok'] as const,
          ['relay-rcpt', '554 5.7.1 Relay access denied', 'relay-test@example.org'] as const,
          ['rset', '250 2.0.0 Ok'] as const,
          ['vrfy', '252 2.0.0 Cannot VRFY'] as const,
        ]
      : [['rset', '250 2.0.0 Ok'] as const]),
    ['quit', '221 2.0.0 Bye'],
  ];
}

const toTls = (ehlo: string): readonly Planned[] => [
  ['clear-mail', '250 2.1.0 Ok'],
  ['rset', '250 2.0.0 Ok'],
  ['starttls', '220 2.0.0 Ready'],
  ['ehlo-tls', ehlo],
];

/** The usual steps, up to the first that got no answer, was answered by 421, or broke at TLS. */
function stepsOf(place: Place, plan: HostPlan, about: About): readonly Step[] {
  const steps: Step[] = [];
  let left = plannedSteps(place, plan, about);
  for (let next = left.shift(); next; next = left.shift()) {
    const [name, good, recipient] = next;
    const text = (recipient && plan.recipients?.[recipient]) ?? plan.replies?.[name] ?? good;
    const tookMs = name === 'greeting' ? (plan.greetedAfterMs ?? 1) : 1;
    const sent = name === 'greeting' ? {} : { sent: sentFor(name, recipient) };
    const asked = { name, ...sent, ...(recipient !== undefined && { recipient }) };
    const at = { ...asked, atMs: steps.length, tookMs };
    if (text === '') return [...steps, { ...at, because: `no answer to ${name} within 30 s` }];
    const reply = replyFrom(text);
    steps.push({ ...at, reply });
    if (reply.code === 421) return steps;
    if (name === 'starttls' && plan.tls?.kind === 'failed') return steps;
    if (reply.code >= 400) left = afterRefusal(name, reply, left);
  }
  return steps;
}

/** What a probe still says after a step was refused. */
function afterRefusal(name: StepName, reply: Reply, left: Planned[]): Planned[] {
  switch (name) {
    case 'greeting':
    case 'starttls':
    case 'helo':
    case 'ehlo-tls':
      return left.slice(-1);
    case 'ehlo':
      if (reply.code < 500) return left.slice(-1);
      return [['helo', '250 mail'], ...left.filter(([each]) => !IN_TLS.includes(each))];
    case 'clear-mail':
    case 'mail':
    case 'relay-mail':
      return left.slice(left.findIndex(([each]) => each === 'rset') + 1);
    default:
      return left;
  }
}

const IN_TLS: readonly StepName[] = ['clear-mail', 'starttls', 'ehlo-tls'];

const sentFor = (name: StepName, recipient: string | undefined): string =>
  recipient === undefined ? name.toUpperCase() : `RCPT TO:<${recipient}>`;
