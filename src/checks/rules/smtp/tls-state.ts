// How far TLS got with a host, in the words of the checks: shown, not offered, failed, or untold.
import type { TlsSeen } from '../../../smtp/probe.ts';
import type { Reply } from '../../../smtp/reply.ts';
import { type Answer, answerTo } from './answer.ts';
import { announcedInClear, hasMasked } from './extensions.ts';
import type { Talk } from './reachable.ts';

export type ShownTls = Extract<TlsSeen, { readonly kind: 'started' }>;

export type TlsState =
  | { readonly kind: 'shown'; readonly tls: ShownTls }
  | { readonly kind: 'not-offered' }
  /** For certain, and not because of how often it was asked. */
  | { readonly kind: 'failed'; readonly because: string; readonly reply?: Reply }
  | Extract<Answer, { readonly kind: 'untold' }>;

/** Who tells that a promise is not kept because there is no TLS; the other rules say so. */
export const NO_STARTTLS = 'it offers no STARTTLS: TLS-OFFERED';
export const TLS_FAILS = 'TLS fails: TLS-HANDSHAKE';

export function tlsStateOf({ dialogue }: Talk): TlsState {
  const { tls } = dialogue;
  if (tls?.kind === 'started') return { kind: 'shown', tls };
  const found = announcedInClear(dialogue);
  if (!found) {
    const answer = answerTo(dialogue, 'ehlo');
    return answer.kind === 'untold'
      ? answer
      : { kind: 'untold', because: 'it refuses EHLO', reply: answer.reply };
  }
  if (!found.has('STARTTLS')) {
    // Whoever writes over the extensions may be near us as well as near the host.
    const because = 'something on the way hides its extensions';
    if (hasMasked(found)) return { kind: 'untold', because };
    return { kind: 'not-offered' };
  }
  if (tls?.kind === 'failed') return failureOf(tls.because, isWellWithoutTls(dialogue.clear));
  const answer = answerTo(dialogue, 'starttls');
  if (answer.kind !== 'no') {
    return answer.kind === 'untold' ? answer : { kind: 'untold', because: 'TLS was not begun' };
  }
  return { kind: 'failed', because: 'STARTTLS is refused', reply: answer.reply };
}

const BROKEN_OFF = /time|no answer|within|reset|clos|abort|broke|pipe|end of file|unexpected eof/i;

/** A connection that just broke may be the network's doing, unless all is well without TLS. */
function failureOf(because: string, isWellInClear: boolean): TlsState {
  return isWellInClear || !BROKEN_OFF.test(because)
    ? { kind: 'failed', because }
    : { kind: 'untold', because: `TLS failed: ${because}` };
}

type Clear = Talk['dialogue']['clear'];

const isWellWithoutTls = (clear: Clear): boolean =>
  clear?.steps.some(({ name, reply }) => name === 'ehlo' && reply?.code === 250) ?? false;
