// A false observation for tests of rules: zones as text, mail hosts as replies, and a few exceptions.
// What a rule asks is answered from them; nothing touches a network.
//
//   const verdicts = judged(rule, { zones: { 'example.com': '@ MX 10 mail\nmail A 192.0.2.10' } });
import assert from 'node:assert/strict';
import type { IpAddress } from '../../src/base/ip.ts';
import { instantAt } from '../../src/base/time.ts';
import type { About } from '../../src/checks/about.ts';
import type { EgressFact, Page, RecordedFact } from '../../src/checks/fact.ts';
import { FactBook } from '../../src/checks/fact-book.ts';
import type { Inquiry } from '../../src/checks/inquiry.ts';
import type { Rule } from '../../src/checks/rule.ts';
import { subjectText } from '../../src/checks/subject.ts';
import type { Verdict } from '../../src/checks/verdict.ts';
import type { Want } from '../../src/checks/want.ts';
import { answer } from '../../src/dns/answer.ts';
import type { Delegation, NameServer, RawAnswer, ServerAt } from '../../src/dns/authority.ts';
import type { Lookup } from '../../src/dns/lookup.ts';
import { isBelow, type Name, nameKey, parentOf } from '../../src/dns/name.ts';
import { CLASS_IN, type Packet, RCODE, type TypeCode } from '../../src/dns/packet.ts';
import type { RecordData } from '../../src/dns/records/record-data.ts';
import { TYPE, typeText } from '../../src/dns/types.ts';
import { encode } from '../../src/dns/wire.ts';
import type { Zone, Zones } from '../../src/dns/zone.ts';
import { queryPacket } from '../../src/resolver/query-packet.ts';
import { readResponse } from '../../src/resolver/read-response.ts';
import type { Dialogue } from '../../src/smtp/probe.ts';
import { dialogueOf, type HostPlan } from './scene-dialogue.ts';
import { nameOf, zoneFrom } from './zones.ts';

/** 2026-06-01 12:00 UTC: "now" in every scene. */
export const SCENE_NOW = instantAt(Date.UTC(2026, 5, 1, 12));

/** How a name server of a scene behaves, where it does not just answer. */
export type ServerBehaviour =
  | 'timeout'
  | 'refused'
  | 'servfail'
  | 'not-authoritative'
  /** Other text of the zone. */
  | { readonly zone: string }
  /** A reply made by hand; nothing: as the zone says. */
  | ((
      asked: { name: Name; type: TypeCode; by: 'udp' | 'tcp' },
      good: Packet,
    ) => Packet | 'timeout');

export type { HostPlan };

export interface Scene {
  /** By origin; SOA and NS (`ns1`, `ns2` at 192.0.2.53 and 2001:db8::53) are added where missing. */
  readonly zones: Readonly<Record<string, string>>;
  /** By `ns1.example.com 192.0.2.53`, or by host alone. */
  readonly servers?: Readonly<Record<string, ServerBehaviour>>;
  /** By `mail.example.com 192.0.2.10`, or by host alone; others are well. */
  readonly hosts?: Readonly<Record<string, HostPlan>>;
  readonly pages?: Readonly<Record<string, Page>>;
  /** Lookups that differ from the zones, by `mail.example.com A`. */
  readonly lookups?: Readonly<Record<string, Lookup<RecordData>>>;
  /** The same for the resolver; without one, what `lookups` and `zones` say, not secure. */
  readonly resolved?: Readonly<Record<string, Lookup<RecordData>>>;
  /** Names below which the resolver proves what it says. */
  readonly secure?: readonly string[];
  readonly delegations?: Readonly<Record<string, Delegation>>;
  readonly egress?: Pick<EgressFact, 'open' | 'because' | 'families'>;
  readonly about?: Partial<About>;
}

export const failure = (because = 'did not answer within 5 s'): Lookup<never> => ({
  kind: 'failure',
  failure: 'timeout',
  because,
});

/** What is known before anything is asked, in a scene about example.com. */
export const aboutOf = (more: Partial<About> = {}): About => ({
  domain: nameOf('example.com'),
  now: SCENE_NOW,
  declared: { selectors: [], senders: [] },
  mayAskRecipients: true,
  unknownRecipient: 'nobody-5f2c',
  blocklists: { addresses: [], domains: [] },
  world: {
    isClosed: false,
    dnsPort: 53,
    smtpPort: 25,
    httpsPort: 443,
    // The addresses of these tests are those for documentation.
    global: ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32'],
    roots: [],
  },
  self: {
    hostname: nameOf('checker.example.net'),
    families: { ipv4: true, ipv6: true },
    addresses: [],
    walk: { ok: true, because: 'a root server answered' },
    validates: { ok: true, because: 'the resolver proved the root' },
    reverse: { because: 'there is no global address here' },
  },
  ...more,
});

/** The verdicts of a rule on a scene. */
export function judged(rule: Rule, scene: Scene): readonly Verdict[] {
  return ran(rule.judge(aboutOf(scene.about)), scene);
}

/** The same as text: `finding mail.example.com: says`, without what passed. */
export function told(rule: Rule, scene: Scene): readonly string[] {
  const { domain } = aboutOf(scene.about);
  return judged(rule, scene)
    .filter(({ outcome }) => outcome !== 'pass')
    .map((verdict) => {
      const text =
        verdict.outcome === 'finding' ? verdict.says : 'because' in verdict ? verdict.because : '';
      const severity =
        verdict.outcome === 'finding' ? (verdict.severity ?? rule.severity) : verdict.outcome;
      return `${severity} ${subjectText(verdict.subject, domain)}: ${text}`;
    });
}

/** The outcomes and subjects alone: `pass example.com`, `warning mail.example.com`. */
export function outcomes(rule: Rule, scene: Scene): readonly string[] {
  const { domain } = aboutOf(scene.about);
  return judged(rule, scene).map((verdict) => {
    const severity =
      verdict.outcome === 'finding' ? (verdict.severity ?? rule.severity) : verdict.outcome;
    return `${severity} ${subjectText(verdict.subject, domain)}`;
  });
}

/** Runs any inquiry on a scene. */
export function ran<T>(inquiry: Inquiry<T>, scene: Scene): T {
  const stage = new Stage(scene);
  const book = new FactBook();
  let step = inquiry.next();
  for (let rounds = 0; !step.done; rounds += 1) {
    assert.ok(rounds < 100, 'an inquiry that does not end');
    const facts = step.value.map((want) => book.get(want) ?? book.add(stage.factFor(want)));
    step = inquiry.next(facts);
  }
  return step.value;
}

const SERVERS = `ns1 A 192.0.2.53\nns1 AAAA 2001:db8::53\nns2 A 192.0.2.54\nns2 AAAA 2001:db8::54\n`;

function withTop(text: string): string {
  const soa = /\bSOA\b/.test(text) ? '' : '@ SOA ns1 hostmaster 1 7200 3600 1209600 300\n';
  const ns = /^@\s.*\bNS\b/m.test(text) ? '' : `@ NS ns1\n@ NS ns2\n${SERVERS}`;
  return `$TTL 3600\n${soa}${ns}${text}\n`;
}

/** Answers wants from a scene. */
export class Stage {
  readonly #scene: Scene;
  readonly #zones: Zones;
  #ids = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
    const zones = Object.entries(scene.zones).map(([origin, text]): [string, Zone] => {
      const name = nameOf(origin);
      return [nameKey(name), zoneFrom(withTop(text), name)];
    });
    this.#zones = new Map(zones);
  }

  factFor(want: Want): RecordedFact {
    this.#ids += 1;
    const base = { id: `${want.kind[0]?.toUpperCase()}${this.#ids}`, at: SCENE_NOW, tookMs: 1 };
    switch (want.kind) {
      case 'lookup': {
        const lookup = this.#lookup(want.name, want.type);
        // The last word has the zone that the aliases lead to.
        const end = lookup.kind === 'failure' ? undefined : lookup.aliases.at(-1);
        const zone = this.#zoneOf(end ?? want.name);
        return { ...base, kind: 'lookup', want, lookup, ...(zone && { zone: zone.origin }) };
      }
      case 'resolved':
        return { ...base, kind: 'resolved', want, lookup: this.#resolved(want.name, want.type) };
      case 'zone':
        return { ...base, kind: 'zone', want, delegation: this.#delegation(want.name) };
      case 'answers':
        return { ...base, kind: 'answers', want, answers: this.#answers(want) };
      case 'dialogue':
        return { ...base, kind: 'dialogue', want, dialogue: this.#dialogue(want) };
      case 'page':
        return { ...base, kind: 'page', want, page: this.#scene.pages?.[want.url] ?? NO_PAGE };
      case 'egress':
        return {
          ...base,
          kind: 'egress',
          want,
          ...(this.#scene.egress ?? { open: true, because: 'mail.example.net answered' }),
        };
    }
  }

  #zoneOf(name: Name): Zone | undefined {
    const holding = [...this.#zones.values()].filter(({ origin }) => isBelow(name, origin));
    return holding.sort((a, b) => b.origin.length - a.origin.length)[0];
  }

  #lookup(name: Name, type: TypeCode): Lookup<RecordData> {
    const given = this.#scene.lookups?.[`${nameKey(name).slice(0, -1)} ${typeText(type)}`];
    if (given) return given;
    if (!this.#zoneOf(name)) return NO_NAME;
    const asked = { name, type, class: CLASS_IN };
    const step = readResponse(
      asked,
      answer(this.#zones, queryPacket(asked, 1, true), 'tcp'),
      false,
    );
    if (step.kind !== 'alias') return step;
    const end = this.#lookup(step.aliases.at(-1) ?? name, type);
    return end.kind === 'failure' ? end : { ...end, aliases: [...step.aliases, ...end.aliases] };
  }

  #resolved(name: Name, type: TypeCode): Lookup<RecordData> {
    const given = this.#scene.resolved?.[`${nameKey(name).slice(0, -1)} ${typeText(type)}`];
    if (given) return given;
    const found = this.#lookup(name, type);
    const secure = (this.#scene.secure ?? []).some((each) => isBelow(name, nameOf(each)));
    return found.kind === 'failure' ? found : { ...found, secure };
  }

  #delegation(name: Name): Delegation {
    const given = this.#scene.delegations?.[nameKey(name).slice(0, -1)];
    if (given) return given;
    const zone = this.#zoneOf(name);
    if (!zone) return { kind: 'zone', zone: nameOf('.'), referrals: [], servers: [] };
    const parent = parentOf(zone.origin) ?? zone.origin;
    const hosts = this.#hostsOf(zone);
    const servers = hosts.map((host): NameServer => {
      const ipv4 = this.#addresses(host, TYPE.A);
      const ipv6 = this.#addresses(host, TYPE.AAAA);
      const glue = isBelow(host, parent) ? [...textsIn(ipv4), ...textsIn(ipv6)] : [];
      return { host, byParent: true, byChild: true, glue, ipv4, ipv6 };
    });
    const glue = servers.flatMap(({ host, glue: all }) =>
      all.map((address) => ({ host, address })),
    );
    const server = { host: nameOf('a.parent.example'), address: '192.0.2.250' as IpAddress };
    const referrals = [{ server, kind: 'referral' as const, hosts, glue }];
    return { kind: 'zone', zone: zone.origin, parent, referrals, servers };
  }

  #hostsOf(zone: Zone): readonly Name[] {
    const rrset = zone.nodes.get(nameKey(zone.origin))?.get(TYPE.NS);
    return (rrset?.data ?? []).flatMap((data) => (data.kind === 'NS' ? [data.host] : []));
  }

  #addresses(host: Name, type: TypeCode): Lookup<IpAddress> {
    const found = this.#lookup(host, type);
    if (found.kind !== 'records') return found;
    const records = found.records.flatMap((data) => ('address' in data ? [data.address] : []));
    return { ...found, records };
  }

  #answers(want: Extract<Want, { kind: 'answers' }>): readonly RawAnswer[] {
    const delegation = this.#delegation(want.name);
    if (delegation.kind === 'failure') return [];
    const places = delegation.servers.flatMap(({ host, glue, ipv4, ipv6 }): ServerAt[] =>
      [...new Set([...textsIn(ipv4), ...textsIn(ipv6), ...glue])].map((address) => ({
        host,
        address,
      })),
    );
    return places.map((server) => this.#answerOf(server, want));
  }

  #answerOf(server: ServerAt, want: Extract<Want, { kind: 'answers' }>): RawAnswer {
    const { name, type, by } = want;
    const host = nameKey(server.host).slice(0, -1);
    const { servers = {} } = this.#scene;
    const behaviour = servers[`${host} ${server.address}`] ?? servers[host];
    const packet = this.#packet(behaviour, want);
    const base = { server, name, type, by, at: SCENE_NOW, tookMs: 1 };
    if (packet === 'timeout') {
      const because = 'did not answer within 5 s';
      return { ...base, ending: { kind: 'failure', failure: 'timeout', because } };
    }
    return { ...base, ending: { kind: 'response', bytes: encode(packet, 65_535), edns: true } };
  }

  #packet(
    behaviour: ServerBehaviour | undefined,
    { name, type, by }: Extract<Want, { kind: 'answers' }>,
  ): Packet | 'timeout' {
    if (behaviour === 'timeout') return 'timeout';
    const query = queryPacket({ name, type, class: CLASS_IN }, 1, true);
    const zones = typeof behaviour === 'object' ? this.#other(name, behaviour.zone) : this.#zones;
    const good = answer(zones, query, 'tcp');
    if (typeof behaviour === 'function') return behaviour({ name, type, by }, good);
    if (behaviour === 'not-authoritative') return { ...good, authoritative: false };
    if (behaviour === 'refused' || behaviour === 'servfail') {
      const rcode = behaviour === 'refused' ? RCODE.REFUSED : RCODE.SERVFAIL;
      return { ...good, rcode, authoritative: false, answers: [], authority: [], additional: [] };
    }
    return good;
  }

  #other(name: Name, text: string): Zones {
    const origin = this.#zoneOf(name)?.origin ?? name;
    return new Map([[nameKey(origin), zoneFrom(withTop(text), origin)]]);
  }

  #dialogue({ host, address, recipients }: Extract<Want, { kind: 'dialogue' }>): Dialogue {
    const name = nameKey(host).slice(0, -1);
    const { hosts = {} } = this.#scene;
    const plan = hosts[`${name} ${address}`] ?? hosts[name] ?? {};
    return dialogueOf({ host: name, address, recipients }, plan, aboutOf(this.#scene.about));
  }
}

const NO_NAME: Lookup<never> = { kind: 'no-name', ttlSeconds: 300, secure: false, aliases: [] };
const NO_PAGE: Page = { kind: 'failed', stage: 'name', because: 'the name does not exist' };

const textsIn = (found: Lookup<IpAddress>): readonly IpAddress[] =>
  found.kind === 'records' ? found.records : [];
