// SOA-FIELDS-AGREE: one version of the zone has one SOA record, wherever it is asked for.

import { hostText } from '../../../dns/name.ts';
import { dataKey } from '../../../dns/records/registry.ts';
import { TYPE } from '../../../dns/types.ts';
import type { Rule } from '../../rule.ts';
import { finding, pass, unknown } from '../../verdict.ts';
import { listText } from '../words.ts';
import { servedZone } from './served-zone.ts';
import { type SoaSeen, soaAt } from './server-answers.ts';
import { serverText } from './words.ts';

export const soaFieldsAgree: Rule = {
  id: 'SOA-FIELDS-AGREE',
  title: 'Servers with the same serial have the same SOA record',
  severity: 'notice',
  why:
    'Two servers with the same serial ought to have the same zone. Where even the SOA record ' +
    'differs, they were filled by hand or by two DNS hosts, and other records may differ too, ' +
    'without anything that would bring them together.',
  wrong: 'ns1: example.com.  SOA ns1… 7 7200 …\nns2: example.com.  SOA ns2… 7 3600 …',
  right: 'ns1: example.com.  SOA ns1… 7 7200 …\nns2: example.com.  SOA ns1… 7 7200 …',
  remedy: 'Let one server be the primary and the others transfer from it, or fill both alike.',
  sources: ['RFC 1034 §4.3.5', 'RFC 1035 §3.3.13'],
  *judge(about) {
    const served = yield* servedZone(about);
    if (served.kind === 'not-served') return served.verdicts;
    const { subject, zone } = served;
    const seen = yield* soaAt(zone);
    if (seen.length === 0) return [unknown(subject, 'no name server gave an SOA record')];
    const differing = Map.groupBy(seen, ({ soa }) => soa.serial)
      .values()
      .map((same) => [...Map.groupBy(same, ({ soa }) => dataKey(soa, TYPE.SOA)).values()])
      .find((kinds) => kinds.length > 1);
    if (!differing) return [pass(subject)];
    const told = differing.map((same) => `${listText(same.map(textOf))}: ${fieldsOf(same)}`);
    const serial = differing[0]?.[0]?.soa.serial;
    const says = `SOA records with the serial ${serial} differ at ${told.join('; ')}`;
    const evidence = differing.flat().map(({ id }) => id);
    return [finding(subject, says, { actor: 'dns-host', evidence })];
  },
};

const textOf = ({ server }: SoaSeen): string => serverText(server);

function fieldsOf([first]: readonly SoaSeen[]): string {
  if (!first) return '';
  const { primary, contact, refreshSeconds, retrySeconds, expireSeconds } = first.soa;
  const times = [refreshSeconds, retrySeconds, expireSeconds, first.soa.negativeTtlSeconds];
  return `${hostText(primary)} ${hostText(contact)} ${times.join(' ')}`;
}
