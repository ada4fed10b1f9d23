// The certificates that mail hosts show, each with what is demanded of it. Every rule about
// certificates looks at them through this.
import type { About } from '../../about.ts';
import type { Inquiry } from '../../inquiry.ts';
import type { Severity, Verdict } from '../../verdict.ts';
import { notApplicable, unknown } from '../../verdict.ts';
import { untold } from '../smtp/answer.ts';
import { reached, type Talk, verdictsOn } from '../smtp/reachable.ts';
import { type ShownTls, tlsStateOf } from '../smtp/tls-state.ts';
import { type Demand, demandsOf } from './demands.ts';
import { type Certificate, readCertificate } from './read.ts';

export interface Shown {
  readonly talk: Talk;
  readonly tls: ShownTls;
  /** The host's own. */
  readonly own: Certificate;
  readonly demand: Demand;
  readonly evidence: readonly string[];
}

/** One verdict for each address: `judge` is asked about those that showed a certificate. */
export function* judgeShown(
  about: About,
  judge: (shown: Shown) => Verdict,
): Inquiry<readonly Verdict[]> {
  const demands = yield* demandsOf(about);
  const found = yield* reached(about);
  return verdictsOn(found, (talk) => {
    const shown = shownBy(talk, demands.on(talk.host));
    return 'own' in shown ? judge(shown) : shown;
  });
}

/** The same for rules about trust, which hold their tongue where another rule tells the fault. */
export const judgeTrust = (
  about: About,
  judge: (shown: Shown) => Verdict,
): Inquiry<readonly Verdict[]> =>
  judgeShown(about, (shown) => {
    const { talk, tls, demand } = shown;
    if (tls.verified || demand.toldBy === undefined) return judge(shown);
    return notApplicable(talk.subject, `what senders ask of it is told by ${demand.toldBy}`);
  });

/** Or the verdict where there is none. */
export function shownBy(talk: Talk, demand: Demand): Shown | Verdict {
  const { subject, id } = talk;
  const state = tlsStateOf(talk);
  if (state.kind === 'untold') return untold(talk, state);
  if (state.kind === 'not-offered') return notApplicable(subject, 'it offers no STARTTLS');
  if (state.kind === 'failed') return unknown(subject, `TLS failed: ${state.because}`, [id]);
  const [der] = state.tls.chain;
  const own = der && readCertificate(der);
  if (!own) return unknown(subject, 'it showed no certificate that can be read', [id]);
  const evidence = [id, ...(demand.holds === undefined ? [] : demand.evidence)];
  return { talk, tls: state.tls, own, demand, evidence };
}

export interface Weight {
  readonly severity: Severity;
  /** How the sentence ends. */
  readonly end: string;
}

export const MOST_DELIVER = 'most senders deliver all the same';

/** How much a weakness weighs that some senders refuse: nothing where nobody has to look. */
export const weightOf = (demandedBy: string | undefined): Weight =>
  demandedBy === undefined
    ? { severity: 'info', end: `; ${MOST_DELIVER}` }
    : { severity: 'warning', end: `, which senders that go by ${demandedBy} may refuse` };
