// DKIM-G: a key that still has the tag g, which the standard took out.
import { parseTagList, printTagList } from '../../../policies/tag-list.ts';
import type { Rule } from '../../rule.ts';
import { finding, pass } from '../../verdict.ts';
import { shownAfter, txtMend } from '../txt-record.ts';
import { judgeKeys } from './selectors.ts';

export const granularity: Rule = {
  id: 'DKIM-G',
  title: 'No declared key has the tag g',
  severity: 'warning',
  why:
    'The first standard of DKIM limited a key to one local part by g=. RFC 6376 took it out: ' +
    'today it limits nothing, and a verifier that still knows it refuses what does not match. An ' +
    'empty g= matches nothing at all there.',
  wrong: 's1._domainkey.example.com.  TXT "v=DKIM1; g=; p=MIIBIjANBgkq…"',
  right: 's1._domainkey.example.com.  TXT "v=DKIM1; p=MIIBIjANBgkq…"',
  remedy:
    'Take g= out of the record. Where a key was to be for some addresses only, give them a ' +
    'subdomain with a key of its own.',
  sources: ['RFC 6376 §3.6.1', 'RFC 4871 §3.6.1'],
  *judge(about) {
    return yield* judgeKeys(about, ({ subject, name, fact: { id, lookup } }, record, text) => {
      const { granularity: g } = record;
      if (g === undefined) return pass(subject, undefined, [id]);
      const tags = parseTagList(text).tags.filter((tag) => tag.name !== 'g');
      return finding(subject, `the key has the tag g ("${g}"), which is no part of DKIM`, {
        // RFC 4871 §3.6.1: `*` allows every local part.
        severity: g === '*' ? 'info' : 'warning',
        actor: 'domain',
        ...txtMend(name, printTagList(tags)),
        ...shownAfter(lookup),
        evidence: [id],
      });
    });
  },
};
