// MX-TARGET-HOSTNAME: an exchange has the name of a host: letters, digits and hyphens.
import { seconds } from '../../../base/time.ts';
import { hostText, labelsOf } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { exchange } from '../../subject.ts';
import { finding, notApplicable, pass } from '../../verdict.ts';
import { intakeOf, withoutExchanges } from './intake.ts';
import { addressIn } from './target-ip.ts';

export const targetHostname: Rule = {
  id: 'MX-TARGET-HOSTNAME',
  title: 'Every exchange has a name that a host may have',
  severity: 'warning',
  why:
    'Names of hosts are made of letters, digits and hyphens. Some senders and many certificate ' +
    'authorities refuse others, such as names with an underscore.',
  wrong: 'example.com. MX 10 mail_1.example.com.',
  right: 'example.com. MX 10 mail-1.example.com.',
  remedy:
    'Give the host another name, publish its addresses there, and name that in the MX record.',
  sources: ['RFC 5321 §2.3.5', 'RFC 1123 §2.1', 'RFC 952'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind !== 'exchanges') return [withoutExchanges(intake)];
    const { hosts, ttlSeconds, id } = intake;
    return hosts.map((host) => {
      const subject = exchange(host);
      const labels = labelsOf(host);
      if (addressIn(labels) !== undefined) {
        return notApplicable(subject, 'it is an address, not a name');
      }
      const because = oddity(labels);
      if (because === undefined) return pass(subject, undefined, [id]);
      return finding(subject, `${hostText(host)} is no name for a host: ${because}`, {
        actor: 'domain',
        shows: seconds(ttlSeconds),
        evidence: [id],
      });
    });
  },
};

/** What a host may not have in its name. Hyphens in a row are allowed (RFC 5890 §2.3.1). */
function oddity(labels: readonly string[]): string | undefined {
  for (const label of labels) {
    const odd = /[^a-z\d-]/i.exec(label)?.[0];
    if (odd === '_') return `the label ${label} has an underscore`;
    if (odd !== undefined) return `the label ${label} has a character that hosts may not have`;
    if (/^-|-$/.test(label)) return `the label ${label} begins or ends with a hyphen`;
  }
  // RFC 1123 §2.1: so that no name can be taken for an address.
  const top = labels.at(-1) ?? '';
  return /^\d+$/.test(top) ? `its top-level domain is the number ${top}` : undefined;
}
