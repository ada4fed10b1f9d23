// Rules about MX records and the hosts they name.
import type { Rule } from '../../rule.ts';
import { additionalDiff } from './additional-diff.ts';
import { dnssec } from './dnssec.ts';
import { dupAddr } from './dup-addr.ts';
import { dupPref } from './dup-pref.ts';
import { dupTarget } from './dup-target.ts';
import { expected } from './expected.ts';
import { implicitTest } from './implicit-test.ts';
import { mxLookup } from './lookup.ts';
import { nomailProfile } from './nomail-profile.ts';
import { noMx } from './none.ts';
import { noneButSends } from './none-but-sends.ts';
import { nullMx } from './null.ts';
import { nullMixed } from './null-mixed.ts';
import { nullNeedless } from './null-needless.ts';
import { nullPref } from './null-pref.ts';
import { ownerAlias } from './owner-alias.ts';
import { responseSize } from './response-size.ts';
import { spofDns } from './spof-dns.ts';
import { spofHost } from './spof-host.ts';
import { spofNet } from './spof-net.ts';
import { targetCname } from './target-cname.ts';
import { targetDoubled } from './target-doubled.ts';
import { targetHostname } from './target-hostname.ts';
import { targetIp } from './target-ip.ts';
import { targetNoaddr } from './target-noaddr.ts';
import { targetNxdomain } from './target-nxdomain.ts';
import { targetPlaceholder } from './target-placeholder.ts';
import { targetServfail } from './target-servfail.ts';
import { targetSpecial } from './target-special.ts';
import { tooMany } from './too-many.ts';
import { v4None } from './v4-none.ts';
import { v6 } from './v6.ts';
import { wildcard } from './wildcard.ts';

export const MX_RULES: readonly Rule[] = [
  mxLookup,
  noMx,
  implicitTest,
  noneButSends,
  nullMx,
  nullMixed,
  nullPref,
  nullNeedless,
  nomailProfile,
  ownerAlias,
  expected,
  targetIp,
  targetDoubled,
  targetPlaceholder,
  targetHostname,
  targetCname,
  targetNxdomain,
  targetNoaddr,
  targetServfail,
  targetSpecial,
  dupTarget,
  dupAddr,
  dupPref,
  spofHost,
  spofNet,
  spofDns,
  tooMany,
  responseSize,
  wildcard,
  v6,
  v4None,
  dnssec,
  additionalDiff,
];
