// The DKIM selectors that the operator declared, and the records at their names: asked for once, so
// that all rules of the family mean the same keys. Nothing is guessed.
import { labelsOf, type Name, parseName } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import { type DkimKeyRecord, parseDkimKey } from '../../../policies/dkim-key.ts';
import { textsOf } from '../../../policies/tag-list.ts';
import type { About } from '../../about.ts';
import type { FactOf } from '../../fact.ts';
import { ask, type Inquiry } from '../../inquiry.ts';
import { named, type Subject, THE_DOMAIN } from '../../subject.ts';
import { notApplicable, unknown, type Verdict } from '../../verdict.ts';

/** Selectors beyond this are not looked at. */
const SELECTORS_MAX = 50;

export interface SelectorSeen {
  readonly selector: string;
  readonly subject: Subject;
  readonly name: Name;
  readonly fact: FactOf<'lookup'>;
  /** The TXT records there, each as one text. */
  readonly texts: readonly string[];
}

const NONE_DECLARED = notApplicable(THE_DOMAIN, 'no selectors of the domain are declared');

/** `s1` and `example.com.` make `s1._domainkey.example.com.`; a selector may have dots. */
export function selectorName(selector: string, domain: Name): Name | undefined {
  const relative = parseName(selector);
  if (typeof relative !== 'string' || labelsOf(relative).length === 0) return undefined;
  const whole = parseName(`${relative}_domainkey.${domain === '.' ? '' : domain}`);
  return typeof whole === 'string' ? whole : undefined;
}

/** One verdict for each declared selector that can be a name; one for the domain without any. */
export function* judgeSelectors(
  about: About,
  judge: (seen: SelectorSeen) => Verdict,
): Inquiry<readonly Verdict[]> {
  const declared = [...new Set(about.declared.selectors)].slice(0, SELECTORS_MAX);
  const names = declared.flatMap((selector) => {
    const name = selectorName(selector, about.domain);
    return name === undefined ? [] : [{ selector, name }];
  });
  const facts = yield* ask<'lookup'>(
    names.map(({ name }) => ({ kind: 'lookup', name, type: TYPE.TXT }) as const),
  );
  const verdicts = names.flatMap(({ selector, name }, at): readonly Verdict[] => {
    const fact = facts[at];
    if (!fact) return [];
    const subject = named(name);
    const { lookup, id } = fact;
    if (lookup.kind === 'failure') return [unknown(subject, lookup.because, [id])];
    return [judge({ selector, subject, name, fact, texts: textsOf(lookup) })];
  });
  return verdicts.length > 0 ? verdicts : [NONE_DECLARED];
}

/** The same for those that have one record, and a key in it that can be read. */
export function* judgeKeys(
  about: About,
  judge: (seen: SelectorSeen, record: DkimKeyRecord, text: string) => Verdict,
): Inquiry<readonly Verdict[]> {
  return yield* judgeSelectors(about, (seen) => {
    const [text] = seen.texts;
    if (text === undefined || seen.texts.length > 1) {
      return notApplicable(seen.subject, 'there is not exactly one TXT record');
    }
    const record = parseDkimKey(text);
    if (record.kind === 'dkim-key') return judge(seen, record, text);
    return notApplicable(seen.subject, 'its record holds no key that can be read');
  });
}
