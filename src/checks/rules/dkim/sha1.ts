// DKIM-SHA1: a key that may be used with SHA-1 alone.
import { parseTagList, printTagList } from '../../../policies/tag-list.ts';
import type { Rule } from '../../rule.ts';
import { finding, pass } from '../../verdict.ts';
import { shownAfter, txtMend } from '../txt-record.ts';
import { judgeKeys } from './selectors.ts';

export const sha1: Rule = {
  id: 'DKIM-SHA1',
  title: 'Every declared key may be used with SHA-256',
  severity: 'error',
  why:
    'h= limits a key to some hashes. Verifiers must not accept SHA-1 any more, so a key limited ' +
    'to it verifies nothing.',
  wrong: 's1._domainkey.example.com.  TXT "v=DKIM1; h=sha1; p=MIIBIjANBgkq…"',
  right: 's1._domainkey.example.com.  TXT "v=DKIM1; p=MIIBIjANBgkq…"',
  remedy: 'Take h= out of the record, and let the server sign with rsa-sha256.',
  sources: ['RFC 8301 §3.1', 'RFC 6376 §3.6.1'],
  *judge(about) {
    return yield* judgeKeys(about, ({ subject, name, fact: { id, lookup } }, { hashes }, text) => {
      if (hashes === undefined || hashes.includes('sha256')) return pass(subject, undefined, [id]);
      const tags = parseTagList(text).tags.filter((tag) => tag.name !== 'h');
      return finding(subject, `the key is for the hash "${hashes.join(':')}" alone`, {
        actor: 'domain',
        ...txtMend(name, printTagList(tags)),
        ...shownAfter(lookup),
        evidence: [id],
      });
    });
  },
};
