// How a rule asks: a generator that yields all it wants now and is resumed with one fact for each,
// in order. While a domain is observed the wants are answered from the network; a saved observation
// is judged by giving the same facts again. So what is gathered is exactly what rules want.
import type { IpAddress } from '../base/ip.ts';
import type { Lookup } from '../dns/lookup.ts';
import type { Name } from '../dns/name.ts';
import type { TypeCode } from '../dns/packet.ts';
import type { RecordData } from '../dns/records/record-data.ts';
import type { DnsInquiry } from '../policies/inquiry.ts';
import type { Fact, FactOf } from './fact.ts';
import type { Want } from './want.ts';

export type Inquiry<T> = Generator<readonly Want[], T, readonly Fact[]>;

type WantOf<Kind extends Want['kind']> = Extract<Want, { readonly kind: Kind }>;

/** Several wants of one kind, answered together. */
export function* ask<Kind extends Want['kind']>(
  wants: readonly WantOf<Kind>[],
): Inquiry<readonly FactOf<Kind>[]> {
  if (wants.length === 0) return [];
  const facts = yield wants;
  return facts as unknown as readonly FactOf<Kind>[];
}

function* one<Kind extends Want['kind']>(want: WantOf<Kind>): Inquiry<FactOf<Kind>> {
  const [fact] = yield* ask<Kind>([want]);
  if (!fact) throw new TypeError(`nobody answered for ${want.kind}`);
  return fact;
}

/** As a sender would find it. */
export function* lookup(name: Name, type: TypeCode): Inquiry<FactOf<'lookup'>> {
  return yield* one<'lookup'>({ kind: 'lookup', name, type });
}

/** Through the resolver of this machine, with its word on DNSSEC. */
export function* resolved(name: Name, type: TypeCode): Inquiry<FactOf<'resolved'>> {
  return yield* one<'resolved'>({ kind: 'resolved', name, type });
}

/** Which zone a name is in, and who serves it. */
export function* zoneOf(name: Name): Inquiry<FactOf<'zone'>> {
  return yield* one<'zone'>({ kind: 'zone', name });
}

/** What every server of the zone says. */
export function* answersFor(
  name: Name,
  type: TypeCode,
  by: 'udp' | 'tcp' = 'udp',
): Inquiry<FactOf<'answers'>> {
  return yield* one<'answers'>({ kind: 'answers', name, type, by });
}

/** A page by HTTPS. */
export function* page(url: string): Inquiry<FactOf<'page'>> {
  return yield* one<'page'>({ kind: 'page', url });
}

/** Can this machine reach SMTP ports at all? */
export function* egress(): Inquiry<FactOf<'egress'>> {
  return yield* one<'egress'>({ kind: 'egress' });
}

/** One conversation for each place. */
export function* dialoguesWith(
  places: readonly { readonly host: Name; readonly address: IpAddress }[],
  recipients: readonly string[],
): Inquiry<readonly FactOf<'dialogue'>[]> {
  const wants = places.map(
    ({ host, address }) => ({ kind: 'dialogue', host, address, recipients }) as const,
  );
  return yield* ask<'dialogue'>(wants);
}

/** Runs an inquiry of `policies` on the lookups of this observation. */
export function* fromDns<T>(inquiry: DnsInquiry<T>): Inquiry<T> {
  let step = inquiry.next();
  while (!step.done) {
    const wants = step.value.map(({ name, type }) => ({ kind: 'lookup', name, type }) as const);
    const facts = yield* ask<'lookup'>(wants);
    const lookups: readonly Lookup<RecordData>[] = facts.map((fact) => fact.lookup);
    step = inquiry.next(lookups);
  }
  return step.value;
}
