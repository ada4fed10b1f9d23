// DANGLING: nothing that mail needs is in the hands of whoever registers a name next.

import { hostText, labelsOf, type Name, ROOT, sameName } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import type { About } from '../../about.ts';
import type { FactOf } from '../../fact.ts';
import { ask, type Inquiry, zoneOf } from '../../inquiry.ts';
import { mailHosts } from '../../mail.ts';
import { below } from '../../published.ts';
import type { Rule } from '../../rule.ts';
import { exchange, named, nameServer, type Subject, THE_DOMAIN } from '../../subject.ts';
import {
  finding,
  notApplicable,
  pass,
  type Severity,
  unknown,
  type Verdict,
} from '../../verdict.ts';
import { selectorName } from '../dkim/selectors.ts';
import { freeDomain } from '../free-domain.ts';
import { areAllDead, hostsSeen } from '../mx/hosts.ts';

export const dangling: Rule = {
  id: 'DANGLING',
  title: 'No record leads into a domain that anybody can register',
  severity: 'error',
  why:
    'An MX or NS record, or an alias, may lead into a domain that is not registered: it was ' +
    'given up, or mistyped. Whoever registers it owns what the record gave away. With an ' +
    'exchange he reads the mail, password resets among it; with a name server he has the whole ' +
    'zone; with an alias of a key or a policy he signs mail in your name.',
  wrong: 'example.com.  MX 20 mail.firm-that-was-sold.example.',
  right: 'example.com.  MX 20 backup.example.net.   ; in a domain that you or your provider keep',
  remedy: 'Take the record away today, or correct the name; do not wait to see who registers it.',
  sources: ['RFC 1912 §2.4', 'RFC 5321 §5.1'],
  *judge(about) {
    const pointers = yield* pointersOf(about);
    const wants = pointers.map(
      ({ target, type }) => ({ kind: 'lookup', name: target, type }) as const,
    );
    const facts = yield* ask<'lookup'>(wants);
    const verdicts = pointers.flatMap((pointer, at) => {
      const fact = facts[at];
      return (fact && judgeOne(pointer, fact)) ?? [];
    });
    if (verdicts.length > 0) return verdicts;
    return [notApplicable(THE_DOMAIN, 'no record leads into another domain')];
  },
};

/** A record that leads to a name. */
interface Pointer {
  readonly subject: Subject;
  readonly target: Name;
  readonly type: number;
  /** `the MX record of example.com`. */
  readonly what: string;
  /** What a stranger gets who registers the target. */
  readonly harm: string;
  readonly severity: Severity;
  /** Only where it is an alias is it of interest. */
  readonly onlyAlias: boolean;
}

function* pointersOf(about: About): Inquiry<readonly Pointer[]> {
  const { domain, declared, self } = about;
  const name = hostText(domain);
  const hosts = yield* mailHosts(about);
  // Where no other exchange is left, mail is lost now, and not only when somebody takes the name.
  const severity = areAllDead(yield* hostsSeen(hosts)) ? 'critical' : 'error';
  const servers = self.walk.ok === false ? [] : yield* serversOf(domain);
  const texts = [
    ...['_dmarc', '_mta-sts', '_smtp._tls'].map((labels) => below(labels, domain)),
    ...declared.selectors.map((selector) => selectorName(selector, domain)),
  ].filter((each) => each !== undefined);
  const pointer = { type: TYPE.A, severity: 'error', onlyAlias: false } as const;
  const alias = { severity: 'warning', onlyAlias: true } as const;
  return [
    ...hosts
      .filter((host) => !sameName(host, domain))
      .map((target): Pointer => {
        const what = `the MX record of ${name}`;
        return { ...pointer, severity, subject: exchange(target), target, what, harm: 'its mail' };
      }),
    ...servers.map((target): Pointer => {
      const what = `the NS record of ${name}`;
      return { ...pointer, subject: nameServer(target), target, what, harm: 'the whole zone' };
    }),
    ...texts.map((target): Pointer => {
      const what = `the alias ${hostText(target)}`;
      const harm = 'what the record says of mail';
      return { ...alias, subject: named(target), target, type: TYPE.TXT, what, harm };
    }),
    {
      ...alias,
      subject: named(domain),
      target: domain,
      type: TYPE.MX,
      what: `the alias ${name}`,
      harm: 'its mail',
      severity: 'error',
    },
  ];
}

function* serversOf(domain: Name): Inquiry<readonly Name[]> {
  const { delegation } = yield* zoneOf(domain);
  if (delegation.kind === 'failure') return [];
  const { zone, servers } = delegation;
  // Of a zone far above, where the domain does not exist, nothing is ours to judge.
  return labelsOf(zone).length > 1 ? servers.map(({ host }) => host) : [];
}

/** Nothing where a name is no alias, and only that was asked. */
function judgeOne(pointer: Pointer, fact: FactOf<'lookup'>): Verdict | undefined {
  const { lookup, zone, id } = fact;
  const { subject, target, what, harm, onlyAlias, severity } = pointer;
  if (lookup.kind === 'failure') {
    return onlyAlias ? undefined : unknown(subject, lookup.because, [id]);
  }
  const end = lookup.aliases.at(-1);
  if (onlyAlias && end === undefined) return undefined;
  if (lookup.kind !== 'no-name') return pass(subject);
  const missing = end ?? target;
  const name = hostText(missing);
  if (zone === undefined) {
    return unknown(subject, `${name} does not exist; which zone says so is not known`, [id]);
  }
  const free = freeDomain(zone, missing);
  if (free === undefined) return pass(subject, `${name} does not exist: ${whoDenies(zone)}`);
  const taken = `${hostText(free)} is not registered: who takes it has ${harm}`;
  const says = `${what} leads to ${name}, and ${taken}`;
  return finding(subject, says, { severity, actor: 'domain', evidence: [id] });
}

/** Nobody else can have the name, so that it is broken and no more. */
const whoDenies = (zone: Name): string =>
  zone === ROOT
    ? 'there is no such top-level domain'
    : `its domain ${hostText(zone)} is registered`;
