// SOA-MNAME: the primary that the SOA record names exists, and has the newest version.
import { hostText, ROOT, sameName } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import { ask } from '../../inquiry.ts';
import type { Rule } from '../../rule.ts';
import type { Subject } from '../../subject.ts';
import { finding, pass, unknown, type Verdict } from '../../verdict.ts';
import { isNewerSerial } from './serial.ts';
import { servedZone } from './served-zone.ts';
import { type SoaSeen, soaAt } from './server-answers.ts';

export const soaMname: Rule = {
  id: 'SOA-MNAME',
  title: 'The primary in the SOA record is a real one',
  severity: 'notice',
  why:
    'Programs that change a zone (dynamic updates) and secondaries that look for the newest ' +
    'version go to the host that the SOA record names first. Mail does not depend on it, but a ' +
    'name that leads nowhere is often the trace of a move that was not finished. A primary that ' +
    'is hidden on purpose may be named by a host without an address.',
  wrong: 'example.com.  SOA old-host.example.net. hostmaster.example.com. 7 …',
  right: 'example.com.  SOA ns1.example.com. hostmaster.example.com. 7 …',
  remedy: 'Name the primary in the first field of the SOA record, or one of the name servers.',
  sources: ['RFC 1035 §3.3.13', 'RFC 2136 §4.3'],
  *judge(about) {
    const served = yield* servedZone(about);
    if (served.kind === 'not-served') return served.verdicts;
    const { subject, zone } = served;
    const seen = yield* soaAt(zone);
    const [first] = seen;
    if (!first) return [unknown(subject, 'no name server gave an SOA record')];
    const { primary } = first.soa;
    if (primary === ROOT) return [pass(subject, 'the SOA record names no primary')];
    const name = hostText(primary);
    const facts = yield* ask<'lookup'>(
      [TYPE.A, TYPE.AAAA].map((type) => ({ kind: 'lookup', name: primary, type }) as const),
    );
    const evidence = [first.id, ...facts.map(({ id }) => id)];
    const lookups = facts.map(({ lookup }) => lookup);
    const target = lookups.flatMap((it) => (it.kind === 'failure' ? [] : it.aliases)).at(-1);
    if (target !== undefined) {
      const says = `the primary in the SOA record, ${name}, is an alias of ${hostText(target)}`;
      return [finding(subject, says, { actor: 'dns-host', evidence })];
    }
    const fails = lookups.find(({ kind }) => kind === 'failure');
    if (!lookups.some(({ kind }) => kind === 'records')) {
      if (fails?.kind === 'failure') return [unknown(subject, fails.because, evidence)];
      const says = `the primary in the SOA record, ${name}, has no address`;
      return [finding(subject, says, { actor: 'dns-host', evidence })];
    }
    return [versionOf(subject, first, seen)];
  },
};

function versionOf(subject: Subject, { soa }: SoaSeen, seen: readonly SoaSeen[]): Verdict {
  const name = hostText(soa.primary);
  const atPrimary = seen.find(({ server }) => sameName(server.host, soa.primary));
  if (!atPrimary) return pass(subject, `${name} is none of the servers that could be asked`);
  const newer = seen.find((each) => isNewerSerial(each.soa.serial, atPrimary.soa.serial));
  if (!newer) return pass(subject);
  const other = hostText(newer.server.host);
  const says =
    `the primary in the SOA record, ${name}, has serial ${atPrimary.soa.serial}; ` +
    `${other} has ${newer.soa.serial}, which is newer`;
  return finding(subject, says, { actor: 'dns-host', evidence: [atPrimary.id, newer.id] });
}
