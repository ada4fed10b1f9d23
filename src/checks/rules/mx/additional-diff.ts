// MX-ADDITIONAL-DIFF: the addresses that come beside the MX records are those that the hosts have.

import type { IpAddress } from '../../../base/ip.ts';
import { hostText, type Name, nameKey } from '../../../dns/name.ts';
import type { ResourceRecord } from '../../../dns/packet.ts';
import { TYPE } from '../../../dns/types.ts';
import type { ServerAnswer } from '../../fact.ts';
import { answersFor } from '../../inquiry.ts';
import type { Rule } from '../../rule.ts';
import { nameServer, THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { listText } from '../words.ts';
import { addressesIn, type HostSeen, hostsSeen } from './hosts.ts';
import { intakeOf, withoutExchanges } from './intake.ts';

/** Answers that change faster are made for whoever asks; two of them may well differ. */
const STEADY_SECONDS = 300;

export const additionalDiff: Rule = {
  id: 'MX-ADDITIONAL-DIFF',
  title: 'Addresses beside the MX records are the right ones',
  severity: 'warning',
  why:
    'A name server may add the addresses of the exchanges to its answer, and some resolvers use ' +
    'them. Old ones, left over in the zone after a move, send mail to a host that is gone.',
  wrong:
    'example.com. MX ?      mail.example.com. A 192.0.2.9     ; in the additional section\n' +
    'mail.example.com. A ?  192.0.2.10',
  right:
    'example.com. MX ?      mail.example.com. A 192.0.2.10    ; in the additional section\n' +
    'mail.example.com. A ?  192.0.2.10',
  remedy: 'Remove the old address from the zone of that server, or load its zone again.',
  sources: ['RFC 1035 §3.3.9', 'RFC 2181 §5.4.1'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind !== 'exchanges') return [withoutExchanges(intake)];
    const { answers, because, id } = yield* answersFor(about.domain, TYPE.MX, 'udp');
    const hosts = yield* hostsSeen(intake.hosts);
    const verdicts = answers.flatMap((answer) => ofAnswer(answer, hosts));
    if (verdicts.length > 0) return verdicts;
    const isHeard = answers.some(({ packet }) => packet !== undefined);
    return isHeard
      ? [notApplicable(THE_DOMAIN, 'no name server adds addresses to its answer')]
      : [unknown(THE_DOMAIN, because ?? 'no name server gave an answer', [id])];
  },
};

/** Nothing of a server that adds no address which can be compared. */
function ofAnswer(
  { server, packet, id }: ServerAnswer,
  hosts: readonly HostSeen[],
): readonly Verdict[] {
  const compared = (packet?.additional ?? []).flatMap((record) => compare(record, hosts));
  if (compared.length === 0) return [];
  const subject = nameServer(server.host, server.address);
  const wrong = compared.filter(({ known, given }) => !known.includes(given));
  const evidence = [id, ...new Set(compared.flatMap((each) => each.evidence))];
  if (wrong.length === 0) return [pass(subject, undefined, evidence)];
  const parts = wrong.map(({ host, given, known }) => {
    const own = known.length > 0 ? listText(known) : 'none of its family';
    return `${hostText(host)} ${given}, which has ${own}`;
  });
  const says = `${hostText(server.host)} gives beside the MX records ${listText(parts)}`;
  return [finding(subject, says, { actor: 'dns-host', evidence })];
}

interface Compared {
  readonly host: Name;
  readonly given: IpAddress;
  readonly known: readonly IpAddress[];
  readonly evidence: readonly string[];
}

/** An address of an exchange beside those of its own zone; nothing where that is not sure. */
function compare({ name, data }: ResourceRecord, hosts: readonly HostSeen[]): readonly Compared[] {
  if (data.kind !== 'A' && data.kind !== 'AAAA') return [];
  const seen = hosts.find(({ host }) => nameKey(host) === nameKey(name));
  const lookup = data.kind === 'A' ? seen?.ipv4 : seen?.ipv6;
  if (!seen || !lookup || lookup.kind === 'failure') return [];
  if (lookup.ttlSeconds < STEADY_SECONDS || lookup.aliases.length > 0) return [];
  const known = addressesIn(lookup);
  return [{ host: seen.host, given: data.address, known, evidence: seen.evidence }];
}
