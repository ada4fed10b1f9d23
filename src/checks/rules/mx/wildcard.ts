// MX-WILDCARD: names below the domain take no mail that nobody meant.

import { hostText, ROOT } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import { lookup } from '../../inquiry.ts';
import { below } from '../../published.ts';
import type { Rule } from '../../rule.ts';
import { named, THE_DOMAIN } from '../../subject.ts';
import { finding, pass, unknown } from '../../verdict.ts';
import { listText } from '../words.ts';

export const wildcard: Rule = {
  id: 'MX-WILDCARD',
  title: 'Only names that are meant to take mail have MX records',
  severity: 'notice',
  why:
    'A wildcard gives MX records to every name below the domain that has no records of its own. ' +
    'Misspelt names take mail then, and names that do have a record take none, to the ' +
    'surprise of whoever added it.',
  wrong: '*.example.com. MX 10 mail.example.com.',
  right: 'shop.example.com. MX 10 mail.example.com.',
  remedy: 'Publish MX records for the names that take mail, and remove the wildcard.',
  sources: ['RFC 4592 §2', 'RFC 1912 §2.7'],
  *judge(about) {
    const name = below(about.unknownRecipient, about.domain);
    const subject = named(`*.${about.domain}`);
    if (name === undefined) {
      return [unknown(THE_DOMAIN, 'no longer name fits below the domain')];
    }
    const fact = yield* lookup(name, TYPE.MX);
    const found = fact.lookup;
    const evidence = [fact.id];
    if (found.kind === 'failure') return [unknown(subject, found.because, evidence)];
    if (found.kind !== 'records') return [pass(subject, undefined, evidence)];
    const hosts = found.records.flatMap((data) => (data.kind === 'MX' ? [data.exchange] : []));
    if (hosts.every((host) => host === ROOT)) {
      return [pass(subject, 'names below the domain take no mail (null MX)', evidence)];
    }
    const alias = found.aliases[0];
    const way = alias === undefined ? '' : ` as an alias of ${hostText(alias)}`;
    const says =
      `any name below ${hostText(about.domain)} takes mail${way}, ` +
      `at ${listText(hosts.map(hostText))}`;
    return [finding(subject, says, { actor: 'domain', evidence })];
  },
};
