// TLS-HANDSHAKE: where STARTTLS is offered, the handshake ends well.
import type { Rule } from '../../rule.ts';
import { finding, notApplicable, pass, type Verdict } from '../../verdict.ts';
import { quoted, untold } from './answer.ts';
import { judgeEach, type Talk, whereText } from './reachable.ts';
import { tlsStateOf } from './tls-state.ts';

export const tlsHandshake: Rule = {
  id: 'TLS-HANDSHAKE',
  title: 'Where a mail host offers STARTTLS, TLS works',
  severity: 'error',
  why:
    'A sender that was offered TLS and cannot have it must come again without, if its rules let ' +
    'it; many never do, and their mail waits until it is returned.',
  wrong: 'STARTTLS\n220 Ready to start TLS\n(handshake failure)',
  right: 'STARTTLS\n220 Ready to start TLS\n(TLSv1.3)',
  remedy:
    'Look into the log of the mail server at the time of this check: usually the key does not ' +
    'fit the certificate, cannot be read, or only versions of TLS are on that nobody speaks.',
  sources: ['RFC 3207 §4.1', 'RFC 8996 §2'],
  judge: (about) => judgeEach(about, verdictOn),
};

function verdictOn(talk: Talk): Verdict {
  const { subject, id } = talk;
  const state = tlsStateOf(talk);
  switch (state.kind) {
    case 'shown':
      return pass(subject, `${state.tls.protocol}, ${state.tls.cipher}`, [id]);
    case 'not-offered':
      return notApplicable(subject, 'it offers no STARTTLS');
    case 'untold':
      return untold(talk, state);
    case 'failed': {
      const because = state.reply ? `${state.because}: ${quoted(state.reply)}` : state.because;
      const says = `${whereText(talk)} offers STARTTLS, but it fails (${because})`;
      return finding(subject, says, { actor: 'mail-host', evidence: [id] });
    }
  }
}
