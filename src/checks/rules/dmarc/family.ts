// Rules about DMARC: the record that applies to the domain, and where its reports go.
import type { Rule } from '../../rule.ts';
import { external } from './external.ts';
import { location } from './location.ts';
import { multi } from './multi.ts';
import { none } from './none.ts';
import { policy } from './policy.ts';
import { removed } from './removed.ts';
import { rua } from './rua.ts';
import { space } from './space.ts';
import { syntax } from './syntax.ts';
import { tree } from './tree.ts';
import { unrelated } from './unrelated.ts';

export const DMARC_RULES: readonly Rule[] = [
  none,
  multi,
  location,
  space,
  unrelated,
  syntax,
  removed,
  policy,
  tree,
  rua,
  external,
];
