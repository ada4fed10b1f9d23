// TLS-VERSION: what TLS agrees on is a version and a cipher that hold.
import type { Rule } from '../../rule.ts';
import { finding, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { untold } from './answer.ts';
import { judgeEach, type Talk, whereText } from './reachable.ts';
import { tlsStateOf } from './tls-state.ts';

export const tlsVersion: Rule = {
  id: 'TLS-VERSION',
  title: 'Mail hosts agree on TLS 1.2 or later',
  severity: 'warning',
  why:
    'TLS 1.0 and 1.1 are withdrawn: current senders do not speak them any more, and whoever ' +
    'listens along may read what older ones send.',
  wrong: 'TLSv1, ECDHE-RSA-AES256-SHA',
  right: 'TLSv1.3, TLS_AES_256_GCM_SHA384',
  remedy:
    'Bring the TLS library of the mail server up to date and allow TLS 1.2 and 1.3. Older ' +
    'versions may stay beside them for senders that have nothing else.',
  sources: ['RFC 8996 §4', 'RFC 9325 §3.1.1', 'RFC 9325 §4.1'],
  judge: (about) => judgeEach(about, verdictOn),
};

const OLD: ReadonlySet<string> = new Set(['SSLv2', 'SSLv3', 'TLSv1', 'TLSv1.0', 'TLSv1.1']);
/** RFC 9325 §4.1, RFC 7465; as OpenSSL names them. */
const WEAK = /NULL|EXP(?:ORT)?-|RC4|RC2|(?:^|-)DES-|3DES|^A(?:EC)?DH-|MD5/;

function verdictOn(talk: Talk): Verdict {
  const { subject, id } = talk;
  const state = tlsStateOf(talk);
  if (state.kind === 'untold') return untold(talk, state);
  if (state.kind === 'not-offered') return notApplicable(subject, 'it offers no STARTTLS');
  if (state.kind === 'failed') return unknown(subject, `TLS failed: ${state.because}`, [id]);
  const { protocol, cipher } = state.tls;
  const faults = [
    ...(OLD.has(protocol) ? ['a version that is withdrawn'] : []),
    ...(WEAK.test(cipher) ? ['a cipher that can be broken'] : []),
  ];
  const text = `${protocol} with ${cipher}`;
  if (faults.length === 0) return pass(subject, text, [id]);
  const says = `${whereText(talk)} agrees on ${text}: ${faults.join(', and ')}`;
  return finding(subject, says, {
    actor: 'mail-host',
    mend: { kind: 'setting', text: 'allow TLS 1.2 and 1.3 with their usual ciphers' },
    evidence: [id],
  });
}
