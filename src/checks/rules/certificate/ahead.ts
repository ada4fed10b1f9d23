// CERT-AHEAD: the certificate of a mail host will be in date for some time.
import { between, type Duration, days, printDuration, printInstant } from '../../../base/time.ts';
import type { About } from '../../about.ts';
import type { Rule } from '../../rule.ts';
import { finding, notApplicable, pass, type Verdict } from '../../verdict.ts';
import { whereText } from '../smtp/reachable.ts';
import { judgeShown, type Shown } from './shown.ts';

export const certAhead: Rule = {
  id: 'CERT-AHEAD',
  title: 'No certificate of a mail host ends soon',
  severity: 'warning',
  why:
    'Renewal runs by itself, weeks ahead. A certificate with days left means that it did not, or ' +
    'that the mail server still shows the one before.',
  wrong: 'mail.example.com: valid for 2 more days',
  right: 'mail.example.com: valid for 60 more days',
  remedy:
    'Look why the renewal failed (a changed DNS record, a closed port 80, a CAA record), and ' +
    'have the mail server load the new certificate.',
  sources: ['RFC 5280 §4.1.2.5', 'RFC 8555 §7.4'],
  judge: (about) => judgeShown(about, (shown) => verdictOn(shown, about)),
};

function verdictOn({ talk, own, evidence }: Shown, { now }: About): Verdict {
  const { subject } = talk;
  if (own.to < now) return notApplicable(subject, 'it has expired: CERT-EXPIRY');
  const left = between(now, own.to);
  const life = between(own.from, own.to);
  const text = `${printDuration(left)} left`;
  if (left > limitOf(days(14), life, 3)) return pass(subject, text, evidence);
  const isClose = left <= limitOf(days(3), life, 10);
  const until = printInstant(own.to).slice(0, 16).replace('T', ' ');
  const says = `the certificate of ${whereText(talk)} ends on ${until} UTC (${text})`;
  return finding(subject, says, {
    severity: isClose ? 'error' : 'warning',
    actor: 'mail-host',
    mend: { kind: 'setting', text: 'renew the certificate and have the mail server load it' },
    breaksAt: own.to,
    evidence,
  });
}

/** A certificate that lives for days only is renewed later; then a part of its life counts. */
const limitOf = (usual: Duration, life: Duration, part: number): number =>
  Math.min(usual, life / part);
