// DKIM-KEYSIZE: the keys are neither so short that verifiers refuse them nor longer than they take.
import type { DkimKey } from '../../../policies/dkim-key.ts';
import type { Rule } from '../../rule.ts';
import { finding, notApplicable, pass, type Severity } from '../../verdict.ts';
import { shownAfter } from '../txt-record.ts';
import { judgeKeys } from './selectors.ts';

// RFC 8301 §3.2.
const BITS_MIN = 1_024;
const BITS_ADVISED = 2_048;
const BITS_MAX = 4_096;

export const keySize: Rule = {
  id: 'DKIM-KEYSIZE',
  title: 'Every declared key is long enough',
  severity: 'warning',
  why:
    'Verifiers must not accept RSA keys of less than 1024 bits: such a signature counts for ' +
    'nothing, and the key can be broken by anybody. Keys of 1024 bits are within reach of those ' +
    'who have the means. Keys of more than 4096 bits need not be supported.',
  wrong: 's1._domainkey.example.com.  TXT "v=DKIM1; p=(an RSA key of 512 bits)"',
  right: 's1._domainkey.example.com.  TXT "v=DKIM1; p=(an RSA key of 2048 bits)"',
  remedy:
    'Make a new RSA key of 2048 bits, publish it under a new selector, let the server sign with ' +
    'it, and empty p= of the old one after a week.',
  sources: ['RFC 8301 §3.2', 'RFC 8463'],
  *judge(about) {
    return yield* judgeKeys(about, ({ subject, fact: { id, lookup } }, { key }) => {
      if (key.kind === 'revoked') return notApplicable(subject, 'the key was withdrawn');
      const found = concernOf(key);
      if (found === undefined) return pass(subject, describe(key), [id]);
      return finding(subject, `${describe(key)}: ${found.because}`, {
        severity: found.severity,
        actor: 'domain',
        ...shownAfter(lookup),
        evidence: [id],
      });
    });
  },
};

const describe = (key: DkimKey): string =>
  key.kind === 'rsa' ? `an RSA key of ${key.bits} bits` : 'an Ed25519 key';

function concernOf(key: DkimKey): { severity: Severity; because: string } | undefined {
  if (key.kind !== 'rsa') return undefined;
  if (key.bits < BITS_MIN) {
    return { severity: 'error', because: `verifiers refuse less than ${BITS_MIN}` };
  }
  if (key.bits < BITS_ADVISED) {
    return { severity: 'warning', because: `${BITS_ADVISED} are advised` };
  }
  if (key.bits > BITS_MAX) {
    return { severity: 'warning', because: `verifiers need not take more than ${BITS_MAX}` };
  }
  return undefined;
}
