// One probe on its way: to its targets in order, as a delivery would go, with the same judgement of
// every ending. It never rejects, and ends soon after it is told to.
import type { TlsFacts } from '../base/session.ts';
import { between, type Clock, pause, seconds } from '../base/time.ts';
import type { Try } from '../queue/message.ts';
import { exhausted, judge, type SpentTry } from '../routing/outcome.ts';
import type { Target } from '../routing/target.ts';
import type { PhasedReply } from '../smtp/client-session.ts';
import type { Ending } from '../smtp/ending.ts';
import { printReply, type Reply } from '../smtp/reply.ts';
import type { Path } from './round-trip-paths.ts';
import type { PathState } from './round-trip-values.ts';
import type { Turns } from './turns.ts';

/** A probe in its envelope. */
export interface Mail {
  /** `''` is the null sender. */
  readonly sender: string;
  readonly recipient: string;
  readonly message: Uint8Array;
}

/** How giving a mail to a host went. */
export interface Given {
  readonly ending: Ending;
  readonly replies: readonly PhasedReply[];
  readonly tls?: TlsFacts;
}

export interface SendDoors {
  readonly clock: Clock;
  readonly turns: Turns;
  /** Gives a mail to a target by SMTP, with TLS where it is offered. Breaks off at the signal. */
  give(target: Target, tls: boolean, mail: Mail, signal: AbortSignal): Promise<Given>;
  /** An ending in a sentence. */
  printEnding(ending: Ending): string;
}

/** How a probe went the whole way. */
export interface Sent {
  readonly state: Extract<PathState, 'accepted' | 'refused' | 'deferred' | 'unreachable'>;
  readonly reply: Reply;
  readonly tries: readonly Try[];
}

/** For a conversation to end by itself, once it was broken off. */
const GRACE = seconds(1);
const OVER = 'the time of the test was over';

export async function send(
  doors: SendDoors,
  path: Path,
  mail: Mail,
  signal: AbortSignal,
): Promise<Sent> {
  const tries: Try[] = [];
  const spent: SpentTry[] = [];
  for (const target of path.targets) {
    const at = (tls: boolean, notes: readonly string[]): Promise<Given> =>
      doors.turns.run(target.host, target.address, async () => {
        const begun = doors.clock.now();
        const given = await giveUntil(doors, { target, tls, mail }, signal);
        tries.push(
          tryOf(doors, target, given, { tookMs: between(begun, doors.clock.now()), notes }),
        );
        return given;
      });
    let { ending } = await at(true, []);
    let verdict = verdictOf(ending, target, mail);
    if (verdict.retryInClear && !signal.aborted) {
      ({ ending } = await at(false, ['in clear: TLS failed before']));
      verdict = verdictOf(ending, target, mail);
    }
    const own = verdict.recipients[0];
    if (own?.kind === 'delivered') return { state: 'accepted', reply: own.reply, tries };
    if (own?.kind === 'failed') return { state: 'refused', reply: own.reply, tries };
    if (own?.kind === 'deferred') return { state: 'deferred', reply: own.reply, tries };
    if (own) spent.push({ host: target.host, ending, reply: own.reply });
    if (signal.aborted) break;
  }
  const { kind, reply } = exhausted(spent, path.left);
  const isUnreachable = spent.every(({ ending }) => isMute(ending));
  const deferred = isUnreachable ? 'unreachable' : 'deferred';
  return { state: kind === 'failed' ? 'refused' : deferred, reply, tries };
}

const verdictOf = (ending: Ending, { security }: Target, { recipient }: Mail) =>
  judge(ending, { recipients: [recipient], security, deferOnTransient: false });

/** Did the host never say no, nor yes? */
const isMute = (ending: Ending): boolean =>
  ending.kind === 'broken' || ending.kind === 'tls-failed';

interface Giving {
  readonly target: Target;
  readonly tls: boolean;
  readonly mail: Mail;
}

/** What is broken off says so. */
async function giveUntil(
  { clock, give }: SendDoors,
  { target, tls, mail }: Giving,
  signal: AbortSignal,
): Promise<Given> {
  if (signal.aborted) return UNBEGUN;
  const graceEnded = new AbortController();
  const tooLate = new Promise<Given>((resolve) => {
    const late = (): void =>
      void pause(clock, GRACE, graceEnded.signal).then(() => resolve(UNBEGUN));
    signal.addEventListener('abort', late, { signal: graceEnded.signal });
  });
  const given = await Promise.race([give(target, tls, mail, signal), tooLate]);
  graceEnded.abort();
  const { ending } = given;
  if (!signal.aborted || ending.kind !== 'broken') return given;
  return { ...given, ending: { ...ending, because: OVER } };
}

const UNBEGUN: Given = {
  ending: { kind: 'broken', phase: 'connect', because: OVER, timeout: true, recipients: [] },
  replies: [],
};

function tryOf(
  doors: SendDoors,
  { host, address, port, preference }: Target,
  { ending, replies, tls }: Given,
  { tookMs, notes }: Pick<Try, 'tookMs' | 'notes'>,
): Try {
  return {
    host,
    address,
    port,
    ...(preference === undefined ? {} : { preference }),
    ...(tls ? { tls: `${tls.protocol} ${tls.cipher}` } : {}),
    reused: false,
    tookMs,
    ending: doors.printEnding(ending),
    replies: replies.map(({ phase, reply }) => ({ phase, text: printReply(reply) })),
    notes,
  };
}
