// Rules about SPF: who may send mail with the name of the domain.
import type { Rule } from '../../rule.ts';
import { all } from './all.ts';
import { coversMe } from './covers-me.ts';
import { deadInclude } from './dead-include.ts';
import { dupInclude } from './dup-include.ts';
import { helo } from './helo.ts';
import { lookups } from './lookups.ts';
import { loop } from './loop.ts';
import { multi } from './multi.ts';
import { mx10 } from './mx10.ts';
import { nestedPlusall } from './nested-plusall.ts';
import { nomail } from './nomail.ts';
import { none } from './none.ts';
import { nsAgree } from './ns-agree.ts';
import { overbroad } from './overbroad.ts';
import { ptrMech } from './ptr-mech.ts';
import { ptr10 } from './ptr10.ts';
import { senderid } from './senderid.ts';
import { size } from './size.ts';
import { syntax } from './syntax.ts';
import { type99 } from './type99.ts';
import { voids } from './void.ts';

export const SPF_RULES: readonly Rule[] = [
  none,
  multi,
  type99,
  senderid,
  syntax,
  lookups,
  voids,
  mx10,
  ptr10,
  loop,
  dupInclude,
  deadInclude,
  all,
  nestedPlusall,
  ptrMech,
  size,
  nsAgree,
  nomail,
  helo,
  overbroad,
  coversMe,
];
