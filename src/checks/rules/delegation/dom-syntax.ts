// DOM-SYNTAX: the domain is written as the DNS and mail servers allow.
import { hostText, labelsOf } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, type Severity } from '../../verdict.ts';

export const domSyntax: Rule = {
  id: 'DOM-SYNTAX',
  title: 'The domain is a well-formed mail domain',
  severity: 'error',
  why:
    'The DNS carries names of any bytes, but SMTP does not: the part of an address behind the @ ' +
    'is made of labels of letters, digits and hyphens. Senders refuse other names before they ' +
    'ask the DNS at all, so records below such a name are never used for mail.',
  wrong: 'user@my_firm.example.com\nuser@-shop.example.com',
  right: 'user@my-firm.example.com\nuser@shop.example.com',
  remedy: 'Use a name whose labels are letters, digits and hyphens inside, in their ASCII form.',
  sources: ['RFC 1035 §2.3.1', 'RFC 1123 §2.1', 'RFC 3696 §2', 'RFC 5321 §4.1.2', 'RFC 5890 §2.3'],
  *judge({ domain }) {
    const labels = labelsOf(domain);
    if (labels.length === 0) return [notApplicable(THE_DOMAIN, 'the root is no mail domain')];
    const faults = labels.flatMap((label, at) => faultOf(label, at === labels.length - 1) ?? []);
    const [worst] = faults.toSorted((a, b) => Number(b.isError) - Number(a.isError));
    if (!worst) return [pass(THE_DOMAIN)];
    const severity: Severity = worst.isError ? 'error' : 'notice';
    const says = `${hostText(domain)}: ${faults.map(({ because }) => because).join('; ')}`;
    return [finding(THE_DOMAIN, says, { severity, actor: 'domain' })];
  },
};

interface Fault {
  readonly isError: boolean;
  readonly because: string;
}

const error = (because: string): Fault => ({ isError: true, because });

function faultOf(label: string, isLast: boolean): Fault | undefined {
  const text = `the label ${label}`;
  // RFC 5321 §4.1.2: sub-domain = Let-dig [Ldh-str].
  if (!/^[a-z0-9-]+$/i.test(label)) return error(`${text} is not of letters, digits and hyphens`);
  if (/^-|-$/.test(label)) return error(`${text} begins or ends with a hyphen`);
  // RFC 3696 §2: so that no name can be taken for an IPv4 address.
  if (isLast && /^\d+$/.test(label)) return error(`the top label ${label} is a number`);
  if (!/^..--/.test(label)) return undefined;
  if (/^xn--/i.test(label)) {
    // Beside a label of another script, all labels of a URL are looked into.
    const isValid = URL.canParse(`wss://${label}.ü.example`);
    return isValid ? undefined : error(`${text} is no valid internationalised label (IDNA)`);
  }
  // RFC 5891 §4.2.3.1: reserved, but names of this form are in use and mail arrives there.
  return { isError: false, because: `${text} has hyphens where xn-- stands: others are reserved` };
}
