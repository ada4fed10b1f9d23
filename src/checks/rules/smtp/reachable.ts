// Whom could we speak to? Every rule about mail hosts begins here. An address that took no
// connection says nothing about anything else; and where nothing took one, the fault may be ours:
// many networks let nobody out on port 25. Then every rule says "unknown", and nobody is blamed.
import { isIpv6 } from '../../../base/ip.ts';
import { hostText, type Name } from '../../../dns/name.ts';
import type { HostFacts } from '../../../routing/facts.ts';
import type { Dialogue } from '../../../smtp/probe.ts';
import type { About } from '../../about.ts';
import type { FactOf } from '../../fact.ts';
import { egress, type Inquiry } from '../../inquiry.ts';
import { dialogues, mailFacts } from '../../mail.ts';
import { addressOf, type Subject, THE_DOMAIN } from '../../subject.ts';
import { notApplicable, unknown, type Verdict } from '../../verdict.ts';
import { intakeOf, unlisted } from '../mx/intake.ts';

/** A conversation with one host at one address, had or only tried. */
export interface Talk {
  readonly host: Name;
  readonly subject: Extract<Subject, { readonly kind: 'address' }>;
  /** Of the fact. */
  readonly id: string;
  readonly dialogue: Dialogue;
  /** Absent where there was a connection. */
  readonly obstacle?: Obstacle;
}

export interface Obstacle {
  /** Is it the host for certain, or may it be this machine? */
  readonly by: 'host' | 'us';
  readonly because: string;
}

export type Reached =
  /** There is no address to speak to; the verdict of every rule. */
  | { readonly kind: 'nowhere'; readonly verdict: Verdict }
  /** `wayOut`: asked where no connection was made at all, or none by IPv6. */
  | {
      readonly kind: 'talks';
      readonly talks: readonly Talk[];
      readonly wayOut?: FactOf<'egress'>;
    };

/** Everybody who takes mail of the domain, most preferred host first. */
export function* reached(about: About): Inquiry<Reached> {
  const facts = yield* dialogues(about);
  if (facts.length === 0) return { kind: 'nowhere', verdict: yield* nobody(about) };
  const kinds = facts.map(({ dialogue }) => dialogue.connect.kind);
  // A refusal may be a firewall's near us, so it proves no more than silence.
  const isInDoubt = kinds.includes('failed') && !kinds.includes('connected');
  const wayOut = isInDoubt || isIpv6InDoubt(about, facts) ? yield* egress() : undefined;
  const talks = facts.map((fact) => talkOf(fact, { about, facts, wayOut }));
  return { kind: 'talks', talks, ...(wayOut && { wayOut }) };
}

/** One verdict for each address: `judge` is asked about those with whom there was a connection. */
export function* judgeEach(
  about: About,
  judge: (talk: Talk) => Verdict,
): Inquiry<readonly Verdict[]> {
  const found = yield* reached(about);
  return verdictsOn(found, judge);
}

export function verdictsOn(found: Reached, judge: (talk: Talk) => Verdict): readonly Verdict[] {
  if (found.kind === 'nowhere') return [found.verdict];
  return found.talks.map((talk) => (talk.obstacle ? untried(talk) : judge(talk)));
}

/** What every rule but the one about connections says of an address that took none. */
export const untried = ({ subject, obstacle, id }: Talk): Verdict =>
  unknown(subject, obstacle?.because ?? 'there was no connection', [id]);

/** `mail.example.com at 192.0.2.10` */
export const whereText = ({ host, subject }: Talk): string =>
  `${hostText(host)} at ${subject.address}`;

interface Circumstances {
  readonly about: About;
  readonly facts: readonly FactOf<'dialogue'>[];
  readonly wayOut: FactOf<'egress'> | undefined;
}

function talkOf(fact: FactOf<'dialogue'>, circumstances: Circumstances): Talk {
  const { id, dialogue, want } = fact;
  const obstacle = obstacleOf(fact, circumstances);
  const subject = addressOf(want.host, want.address) as Talk['subject'];
  return { host: want.host, subject, id, dialogue, ...(obstacle && { obstacle }) };
}

function obstacleOf(
  { dialogue, want }: FactOf<'dialogue'>,
  { about, facts, wayOut }: Circumstances,
): Obstacle | undefined {
  const { connect } = dialogue;
  if (connect.kind === 'connected') return undefined;
  if (connect.kind === 'not-tried') return { by: 'us', because: `not tried: ${connect.because}` };
  const family = isIpv6(want.address) ? 'IPv6' : 'IPv4';
  if (!about.self.families[family === 'IPv6' ? 'ipv6' : 'ipv4']) {
    return { by: 'us', because: `this machine has no route for ${family}` };
  }
  const isAnyReached = facts.some((fact) => fact.dialogue.connect.kind === 'connected');
  if (wayOut && wayOut.open !== true && !isAnyReached) {
    return { by: 'us', because: shutIn(wayOut, dialogue.port) };
  }
  if (connect.failure === 'other') return { by: 'us', because: connect.because };
  const isProven = wayOut?.families?.ipv6 === true || isIpv6Proven(about, facts);
  const mayBeUs = family === 'IPv6' && !hasAnswer(connect.failure) && !isProven;
  const doubt = mayBeUs ? '; whether this machine reaches anybody by IPv6 is not known' : '';
  return { by: mayBeUs ? 'us' : 'host', because: `no connection: ${connect.because}${doubt}` };
}

const shutIn = ({ open, because }: FactOf<'egress'>, port: number): string =>
  open === false
    ? `this machine reaches nobody on port ${port} (${because})`
    : `whether this machine reaches anybody on port ${port} could not be told (${because})`;

/** Somebody, or something near, said no: packets do go there and back. */
const hasAnswer = (failure: string): boolean => failure === 'refused' || failure === 'reset';

/** An address that reaches only its own network looks like a route, and is none. */
function isIpv6Proven({ self }: About, facts: readonly FactOf<'dialogue'>[]): boolean {
  const answered = facts.some(({ want, dialogue: { connect } }) => {
    const isAnswer =
      connect.kind === 'connected' || (connect.kind === 'failed' && hasAnswer(connect.failure));
    return isAnswer && isIpv6(want.address);
  });
  return answered || self.addresses.some(isIpv6);
}

/** Was an IPv6 address silent, and does nothing show whether we or it are the cause? */
const isIpv6InDoubt = (about: About, facts: readonly FactOf<'dialogue'>[]): boolean =>
  about.self.families.ipv6 &&
  !isIpv6Proven(about, facts) &&
  facts.some(
    ({ want, dialogue: { connect } }) =>
      isIpv6(want.address) && connect.kind === 'failed' && !hasAnswer(connect.failure),
  );

/** Why there is nobody to speak to. */
function* nobody(about: About): Inquiry<Verdict> {
  const intake = yield* intakeOf(about);
  if (intake.kind === 'failure') return unlisted(intake);
  if (intake.kind === 'null') return notApplicable(THE_DOMAIN, 'the domain takes no mail');
  if (intake.kind === 'no-name') return notApplicable(THE_DOMAIN, 'the domain does not exist');
  const { hosts } = yield* mailFacts(about);
  const failed = hosts.flatMap(failuresOf)[0];
  if (failed !== undefined) {
    return unknown(THE_DOMAIN, `no address of a mail host could be looked up: ${failed}`);
  }
  return notApplicable(THE_DOMAIN, 'no mail host of the domain has an address');
}

/** Why addresses of a host may be missing. */
export const failuresOf = ({ ipv4, ipv6 }: HostFacts): readonly string[] =>
  [ipv4, ipv6].flatMap((found) => (found.kind === 'failure' ? [found.because] : []));
