// DKIM-REVOKED: a declared selector whose key was withdrawn.
import type { Rule } from '../../rule.ts';
import { finding, pass } from '../../verdict.ts';
import { shownAfter } from '../txt-record.ts';
import { judgeKeys } from './selectors.ts';

export const revoked: Rule = {
  id: 'DKIM-REVOKED',
  title: 'No declared key is withdrawn',
  severity: 'info',
  why:
    'An empty p= says that the key is withdrawn: every signature made with it fails. That is how ' +
    'an old selector should end, and wrong for one that a server still signs with.',
  wrong: 's1._domainkey.example.com.  TXT "v=DKIM1; p="   while the server signs with s1',
  right: 's1._domainkey.example.com.  TXT "v=DKIM1; p=MIIBIjANBgkq…"',
  remedy:
    'If no server signs with the selector any more, take it out of the declaration. If one does, ' +
    'publish its key again, or let it sign with another selector.',
  sources: ['RFC 6376 §3.6.1'],
  *judge(about) {
    return yield* judgeKeys(about, ({ subject, fact: { id, lookup } }, { key }) =>
      key.kind === 'revoked'
        ? finding(subject, 'the key was withdrawn (p= is empty), and the selector is declared', {
            actor: 'domain',
            ...shownAfter(lookup),
            evidence: [id],
          })
        : pass(subject, undefined, [id]),
    );
  },
};
