// DKIM-SYNTAX: the record of each declared selector holds one key that verifiers can read.
import type { DkimKeyRecord } from '../../../policies/dkim-key.ts';
import { parseDkimKey } from '../../../policies/dkim-key.ts';
import type { Rule } from '../../rule.ts';
import { finding, notApplicable, pass } from '../../verdict.ts';
import { shownAfter } from '../txt-record.ts';
import { judgeSelectors } from './selectors.ts';

/** RFC 6376 §3.6.1; RFC 8460 §3 for the last. */
const SERVICES: readonly string[] = ['*', 'email', 'tlsrpt'];

export const syntax: Rule = {
  id: 'DKIM-SYNTAX',
  title: 'Every declared key can be read',
  severity: 'error',
  why:
    'A verifier that cannot read the key treats the signature as if there were none. The usual ' +
    'causes are a key cut off by a form, a semicolon with a backslash that the editor kept, two ' +
    'records at one name, and a record of another kind.',
  wrong: 's1._domainkey.example.com.  TXT "v=DKIM1\\; k=rsa\\; p=MIIBIjANBgkq…"',
  right: 's1._domainkey.example.com.  TXT "v=DKIM1; k=rsa; p=MIIBIjANBgkq…" "…IDAQAB"',
  remedy:
    'Publish exactly one TXT record at the name, as the signing server shows it. Its strings may ' +
    'be split anywhere; they are joined without a space.',
  sources: ['RFC 6376 §3.6.1', 'RFC 6376 §3.6.2.2', 'RFC 8463 §4'],
  *judge(about) {
    return yield* judgeSelectors(about, ({ subject, fact, texts }) => {
      const { id, lookup } = fact;
      const details = { actor: 'domain', ...shownAfter(lookup), evidence: [id] } as const;
      const [text] = texts;
      if (text === undefined) return notApplicable(subject, 'it has no TXT record');
      if (texts.length > 1) {
        const says = `there are ${texts.length} TXT records, and verifiers may take any of them`;
        return finding(subject, says, details);
      }
      const record = parseDkimKey(text);
      if (record.kind === 'dkim-key') {
        const because = unusable(record);
        return because === undefined
          ? pass(subject, undefined, [id])
          : finding(subject, because, details);
      }
      const escaped = /\\\s*;/.test(text.slice(0, 2_000))
        ? '; a backslash stands before a semicolon, which zone text may want and the record not'
        : '';
      const says = `at character ${record.at}: ${record.because}${escaped}`;
      return finding(subject, says, details);
    });
  },
};

function unusable({ services }: DkimKeyRecord): string | undefined {
  if (services.some((each) => SERVICES.includes(each))) return undefined;
  return `the key is for the service "${services.join(':')}" alone, and not for mail`;
}
