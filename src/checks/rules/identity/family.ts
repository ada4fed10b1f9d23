// Rules about who the hosts of a domain are: reverse names, greetings, and the way back. The rules
// about SPF ask whether they may send.
import type { Rule } from '../../rule.ts';
import { fcrdns } from './fcrdns.ts';
import { heloMatch } from './helo-match.ts';
import { ptrExists } from './ptr-exists.ts';
import { ptrGeneric } from './ptr-generic.ts';
import { returnOk } from './return-ok.ts';

export const IDENTITY_RULES: readonly Rule[] = [ptrExists, fcrdns, heloMatch, ptrGeneric, returnOk];
