// ZONE-CNAME-OTHER: a name that is an alias has no other records, and is an alias of one name.

import { hostText, nameKey, sameName } from '../../../dns/name.ts';
import type { ResourceRecord, TypeCode } from '../../../dns/packet.ts';
import { dataKey } from '../../../dns/records/registry.ts';
import { TYPE, typeText } from '../../../dns/types.ts';
import type { AnswersFact } from '../../fact.ts';
import type { Rule } from '../../rule.ts';
import { named } from '../../subject.ts';
import { finding, notApplicable, pass, type Verdict } from '../../verdict.ts';
import { listText } from '../words.ts';
import { mailQuestions } from './mail-records.ts';
import { servedZone } from './served-zone.ts';
import { wholeAnswers } from './server-answers.ts';
import { serverKey, serverText } from './words.ts';

/** What signs a name may stand beside its alias (RFC 4035 §2.5). */
const BESIDE_ALIAS: ReadonlySet<TypeCode> = new Set([TYPE.CNAME, TYPE.RRSIG, TYPE.NSEC]);

export const zoneCnameOther: Rule = {
  id: 'ZONE-CNAME-OTHER',
  title: 'No alias has other records beside it',
  severity: 'error',
  why:
    'An alias says: everything about this name is found under the other one. Where there are MX, ' +
    'TXT or SOA records beside it, it depends on what a resolver asked for first whether it sees ' +
    'them: once it knows the alias, it goes there for the MX records too.',
  wrong: 'example.com.  CNAME host.example.net.\nexample.com.  MX 10 mail.example.com.',
  right: 'example.com.  A 192.0.2.80\nexample.com.  MX 10 mail.example.com.',
  remedy:
    'Take the alias away and give the name the addresses that it leads to; some DNS hosts do ' +
    'that by themselves (ALIAS, ANAME, "CNAME flattening").',
  sources: ['RFC 1034 §3.6.2', 'RFC 2181 §10.1'],
  *judge(about) {
    const served = yield* servedZone(about);
    if (served.kind === 'not-served') return served.verdicts;
    const { zone } = served;
    const isApex = sameName(zone, about.domain);
    const apex = isApex ? [TYPE.SOA, TYPE.NS].map((type) => ({ name: zone, type })) : [];
    const questions = yield* mailQuestions(about, zone);
    const facts = yield* wholeAnswers([...apex, ...questions.filter(({ isOwn }) => isOwn)]);
    const byName = Map.groupBy(facts, ({ want }) => nameKey(want.name));
    const verdicts = [...byName.values()].flatMap((same) => judgeName(same) ?? []);
    if (verdicts.length > 0) return verdicts;
    return [notApplicable(served.subject, 'no name server gave a record that mail needs')];
  },
};

/** Nothing where the name has no records. */
function judgeName(facts: readonly AnswersFact[]): Verdict | undefined {
  const [first] = facts;
  if (!first) return undefined;
  const { name } = first.want;
  const answers = facts.flatMap((fact) => fact.answers);
  const servers = Map.groupBy(answers, ({ server }) => serverKey(server));
  let isSeen = false;
  for (const ofServer of servers.values()) {
    const records = ofServer.flatMap(({ packet }) =>
      (packet?.answers ?? []).filter((record) => sameName(record.name, name)),
    );
    isSeen ||= records.length > 0;
    const fault = faultOf(records);
    const server = ofServer[0]?.server;
    if (fault === undefined || !server) continue;
    const says = `${hostText(name)} ${fault} at ${serverText(server)}`;
    const evidence = ofServer.map(({ id }) => id);
    return finding(named(name), says, { actor: 'dns-host', evidence });
  }
  return isSeen ? pass(named(name)) : undefined;
}

function faultOf(records: readonly ResourceRecord[]): string | undefined {
  const aliases = records.filter(({ type }) => type === TYPE.CNAME);
  if (aliases.length === 0) return undefined;
  const targets = new Set(aliases.map(({ data, type }) => dataKey(data, type)));
  const others = new Set(
    records.filter(({ type }) => !BESIDE_ALIAS.has(type)).map(({ type }) => typeText(type)),
  );
  if (others.size > 0) return `is an alias and has ${listText([...others])} records beside it`;
  return targets.size > 1 ? `is an alias of ${listText([...targets])} at once` : undefined;
}
