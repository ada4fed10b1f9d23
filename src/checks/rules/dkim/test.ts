// DKIM-TEST: a key that says it is only being tested.
import { parseTagList, printTagList, splitValue, type Tag } from '../../../policies/tag-list.ts';
import type { Rule } from '../../rule.ts';
import { finding, pass } from '../../verdict.ts';
import { shownAfter, txtMend } from '../txt-record.ts';
import { judgeKeys } from './selectors.ts';

export const testFlag: Rule = {
  id: 'DKIM-TEST',
  title: 'No declared key is marked as a test',
  severity: 'warning',
  why:
    'With t=y the domain says that it is trying DKIM out. Verifiers then treat a message whose ' +
    'signature is bad like one without any, and some give no credit for good ones.',
  wrong: 's1._domainkey.example.com.  TXT "v=DKIM1; t=y; p=MIIBIjANBgkq…"',
  right: 's1._domainkey.example.com.  TXT "v=DKIM1; p=MIIBIjANBgkq…"',
  remedy:
    'Send a message to a mailbox that shows the result; when the signature verifies, take the y ' +
    'out of t=.',
  sources: ['RFC 6376 §3.6.1'],
  *judge(about) {
    return yield* judgeKeys(about, ({ subject, name, fact: { id, lookup } }, { flags }, text) => {
      if (!flags.includes('y')) return pass(subject, undefined, [id]);
      return finding(subject, 'the key is marked as a test (t=y)', {
        actor: 'domain',
        ...txtMend(name, withoutTest(text)),
        ...shownAfter(lookup),
        evidence: [id],
      });
    });
  },
};

function withoutTest(text: string): string {
  const tags = parseTagList(text).tags.flatMap((tag): readonly Pick<Tag, 'name' | 'value'>[] => {
    if (tag.name !== 't') return [tag];
    const flags = splitValue(tag.value, ':').filter((flag) => flag !== 'y' && flag !== '');
    return flags.length === 0 ? [] : [{ name: 't', value: flags.join(':') }];
  });
  return printTagList(tags);
}
