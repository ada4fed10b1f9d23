// Rules about the zone that the domain is in: delegation, name servers, SOA, agreement of servers.
import type { Rule } from '../../rule.ts';
import { delGlue } from './del-glue.ts';
import { delInconsistent } from './del-inconsistent.ts';
import { delNone } from './del-none.ts';
import { delNsMismatch } from './del-ns-mismatch.ts';
import { domNotZone } from './dom-not-zone.ts';
import { domSyntax } from './dom-syntax.ts';
import { nsAddrSpecial } from './ns-addr-special.ts';
import { nsCname } from './ns-cname.ts';
import { nsCount } from './ns-count.ts';
import { nsDistinctIp } from './ns-distinct-ip.ts';
import { nsLame } from './ns-lame.ts';
import { nsNonauthMx } from './ns-nonauth-mx.ts';
import { nsQtypeDrop } from './ns-qtype-drop.ts';
import { nsSpofPrefix } from './ns-spof-prefix.ts';
import { nsTcp } from './ns-tcp.ts';
import { nsUnresolved } from './ns-unresolved.ts';
import { nsV6 } from './ns-v6.ts';
import { rrAgree } from './rr-agree.ts';
import { soaFieldsAgree } from './soa-fields-agree.ts';
import { soaMname } from './soa-mname.ts';
import { soaOne } from './soa-one.ts';
import { soaRname } from './soa-rname.ts';
import { soaSerialAgree } from './soa-serial-agree.ts';
import { soaTimers } from './soa-timers.ts';
import { ttlSanity } from './ttl-sanity.ts';
import { zoneCnameOther } from './zone-cname-other.ts';

export const DELEGATION_RULES: readonly Rule[] = [
  domSyntax,
  domNotZone,
  delNone,
  delInconsistent,
  delNsMismatch,
  delGlue,
  nsCount,
  nsV6,
  nsDistinctIp,
  nsCname,
  nsUnresolved,
  nsAddrSpecial,
  nsLame,
  nsTcp,
  nsQtypeDrop,
  nsNonauthMx,
  nsSpofPrefix,
  rrAgree,
  soaSerialAgree,
  soaFieldsAgree,
  soaOne,
  soaMname,
  soaTimers,
  soaRname,
  ttlSanity,
  zoneCnameOther,
];
