// Rules about DKIM keys, for the selectors that the operator declared: nothing is guessed.
import type { Rule } from '../../rule.ts';
import { granularity } from './g.ts';
import { keySize } from './keysize.ts';
import { present } from './present.ts';
import { revoked } from './revoked.ts';
import { selector } from './selector.ts';
import { sha1 } from './sha1.ts';
import { syntax } from './syntax.ts';
import { testFlag } from './test.ts';

export const DKIM_RULES: readonly Rule[] = [
  present,
  selector,
  syntax,
  keySize,
  revoked,
  testFlag,
  sha1,
  granularity,
];
