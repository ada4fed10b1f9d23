// DMARC-MULTI: several DMARC records at one name, of which receivers take none.
import { hostText } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import type { DmarcStep } from '../../../policies/dmarc-discovery.ts';
import { lookup } from '../../inquiry.ts';
import type { Rule } from '../../rule.ts';
import { named } from '../../subject.ts';
import { finding, pass, unknown } from '../../verdict.ts';
import { noRoomFor, shownAfter } from '../txt-record.ts';
import { discovery } from './record.ts';

export const multi: Rule = {
  id: 'DMARC-MULTI',
  title: 'There is only one DMARC record',
  severity: 'error',
  why:
    'Where a name has several DMARC records receivers leave all of them out, as if there were ' +
    'none: the policy is gone, and so are the reports. It happens when a service asks for "a ' +
    'DMARC record" and a second one is added beside the first.',
  wrong:
    '_dmarc.example.com.  TXT "v=DMARC1; p=none"\n_dmarc.example.com.  TXT "v=DMARC1; p=reject"',
  right: '_dmarc.example.com.  TXT "v=DMARC1; p=reject"',
  remedy:
    'Keep the one that is meant, and delete the others; addresses of several services go into ' +
    'one rua, separated by commas.',
  sources: ['RFC 9989 §4.10'],
  *judge(about) {
    const found = yield* discovery(about);
    const [own] = found.steps;
    if (own === undefined) return [noRoomFor('_dmarc')];
    if (own.kind === 'failure') return [unknown(named(own.name), own.because)];
    // Those above matter only where the domain has no record of its own.
    const steps = own.kind === 'record' ? [own] : found.steps;
    const several = steps.filter((step) => step.kind === 'several');
    if (several.length === 0) return [pass(named(own.name))];
    const verdicts = [];
    for (const step of several) verdicts.push(yield* judgeStep(step));
    return verdicts;
  },
};

function* judgeStep(step: Extract<DmarcStep, { readonly kind: 'several' }>) {
  const { id, lookup: known } = yield* lookup(step.name, TYPE.TXT);
  const says = `${hostText(step.name)} has ${step.count} DMARC records, so none of them counts`;
  return finding(named(step.name), says, {
    actor: 'domain',
    ...shownAfter(known),
    evidence: [id],
  });
}
