// MX-TARGET-PLACEHOLDER: no exchange has a name that nobody on the internet can have.

import { seconds } from '../../../base/time.ts';
import { hostText, isBelow, type Name, parseName } from '../../../dns/name.ts';
import type { About } from '../../about.ts';
import type { Rule } from '../../rule.ts';
import { exchange } from '../../subject.ts';
import { finding, type Mend, pass } from '../../verdict.ts';
import { areAllDead, hostsSeen } from './hosts.ts';
import { intakeOf, withoutExchanges } from './intake.ts';

export const targetPlaceholder: Rule = {
  id: 'MX-TARGET-PLACEHOLDER',
  title: 'No exchange is a placeholder',
  severity: 'warning',
  why:
    'Names such as localhost, those below .invalid and those of examples are set apart and lead ' +
    'nowhere; localhost leads every sender to itself. They are left over from a template or ' +
    'from proving the domain to a provider.',
  wrong: 'example.com. MX 10 mail.host.invalid.',
  right: 'example.com. MX 10 mail.example.com.',
  remedy: 'Remove the record. If the domain takes no mail, publish MX 0 . instead.',
  sources: ['RFC 6761 §6', 'RFC 2606 §2', 'RFC 7505 §1'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind !== 'exchanges') return [withoutExchanges(intake)];
    const { hosts, ttlSeconds, id } = intake;
    const severity = areAllDead(yield* hostsSeen(hosts)) ? 'critical' : 'warning';
    return hosts.map((host) => {
      const subject = exchange(host);
      const because = placeholderIn(about, host);
      if (because === undefined) return pass(subject, undefined, [id]);
      return finding(subject, `${hostText(host)} is a placeholder: ${because}`, {
        severity,
        actor: 'domain',
        mend: mendFor(about.domain, host, hosts.length),
        shows: seconds(ttlSeconds),
        evidence: [id],
      });
    });
  },
};

interface Group {
  readonly names: readonly Name[];
  readonly because: string;
}

function group(names: readonly string[], because: string): Group {
  const parsed = names.map((text) => parseName(text)).filter((name) => typeof name === 'string');
  return { names: parsed, because };
}

const GROUPS: readonly Group[] = [
  group(['invalid'], 'names below .invalid never exist (RFC 6761)'),
  group(['localhost'], 'every machine is its own localhost (RFC 6761)'),
  group(
    ['example', 'example.com', 'example.net', 'example.org'],
    'the name is set apart for examples (RFC 6761)',
  ),
  group(['test'], 'names below .test are set apart for tests (RFC 6761)'),
  group(['local'], 'names below .local are found on the local network only (RFC 6762)'),
  group(['internal'], 'names below .internal are for private networks'),
  group(['home.arpa'], 'names below home.arpa are for homes (RFC 8375)'),
  group(['onion'], 'names below .onion are not in the DNS (RFC 7686)'),
];

/** Why nobody can have the name of a host; nothing where somebody can. */
export const placeholderIn = (about: About, host: Name): string | undefined =>
  GROUPS.filter((group) => isForeign(group, about)).find(({ names }) =>
    names.some((name) => isBelow(host, name)),
  )?.because;

/** Of a domain that has such a name itself it says nothing; a closed world has names of its own. */
function isForeign({ names }: Group, { domain, world }: About): boolean {
  const isOurs = names.some((name) => isBelow(domain, name));
  return !isOurs && (!world.isClosed || names.every((name) => isNowhere(name)));
}

const isNowhere = (name: Name): boolean => ['invalid.', 'localhost.'].includes(name);

function mendFor(domain: Name, host: Name, hosts: number): Mend {
  return hosts > 1
    ? { kind: 'setting', text: `remove the MX record of ${domain} that names ${host}` }
    : { kind: 'record', text: `${domain} MX 0 .` };
}
