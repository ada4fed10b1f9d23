// SPF-SENDERID: no record of Sender ID is left over.

import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, pass } from '../../verdict.ts';
import { shownAfter } from '../txt-record.ts';
import { publishedSpf, settingMend, withoutTexts } from './published-spf.ts';

/** RFC 4406 §3.1. */
const SENDER_ID = /^spf2\.0\//i;

export const senderid: Rule = {
  id: 'SPF-SENDERID',
  title: 'No Sender ID record is left over',
  severity: 'info',
  why:
    'Sender ID (spf2.0) was an experiment that ended; no large receiver evaluates it any more. ' +
    'The record does no harm beyond its size, but who reads the zone may take it for the policy.',
  wrong: 'example.com.  TXT "spf2.0/pra include:_spf.example.net -all"',
  right: 'example.com.  TXT "v=spf1 include:_spf.example.net -all"',
  remedy: 'Delete the record that begins with spf2.0, and leave the one with v=spf1 as it is.',
  sources: ['RFC 4406 §3.1', 'RFC 6686 §6'],
  *judge(about) {
    const published = yield* publishedSpf(about);
    const without = withoutTexts(published);
    if (without) return [without];
    const { id, found, texts } = published;
    const text = texts.find((each) => SENDER_ID.test(each));
    if (text === undefined) return [pass(THE_DOMAIN, undefined, [id])];
    return [
      finding(THE_DOMAIN, `a record of Sender ID is left over: "${text}"`, {
        actor: 'domain',
        ...settingMend('Delete the TXT record that begins with spf2.0.'),
        ...shownAfter(found),
        evidence: [id],
      }),
    ];
  },
};
