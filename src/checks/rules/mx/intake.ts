// How a domain takes mail, as its MX records say: the first thing that every rule about exchanges
// asks, so that all of them leave alone a domain that takes none.
import { type Name, ROOT, sameName } from '../../../dns/name.ts';
import type { Exchange } from '../../../routing/facts.ts';
import type { About } from '../../about.ts';
import type { Inquiry } from '../../inquiry.ts';
import { exchangesOf, mailHosts } from '../../mail.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { notApplicable, unknown, type Verdict } from '../../verdict.ts';

interface Base {
  /** The fact that says so. */
  readonly id: string;
  readonly ttlSeconds: number;
  /** Aliases that led from the domain to these records. */
  readonly aliases: readonly Name[];
}

export type Intake =
  /** MX records, `.` among them or not; `hosts` are those without it, most preferred first. */
  | (Base & {
      readonly kind: 'exchanges';
      readonly records: readonly Exchange[];
      readonly hosts: readonly Name[];
    })
  /** Nothing but `.` (RFC 7505). */
  | (Base & { readonly kind: 'null'; readonly records: readonly Exchange[] })
  /** No MX records: the domain is its own exchange (RFC 5321 §5.1). */
  | (Base & { readonly kind: 'implicit' })
  | (Base & { readonly kind: 'no-name' })
  | { readonly kind: 'failure'; readonly id: string; readonly because: string };

export function* intakeOf(about: About): Inquiry<Intake> {
  const { id, mx } = yield* exchangesOf(about);
  if (mx.kind === 'failure') return { kind: 'failure', id, because: mx.because };
  const base = { id, ttlSeconds: mx.ttlSeconds, aliases: mx.aliases };
  if (mx.kind === 'no-name') return { ...base, kind: 'no-name' };
  if (mx.kind === 'no-data') return { ...base, kind: 'implicit' };
  const { records } = mx;
  if (records.every(({ host }) => host === ROOT)) return { ...base, kind: 'null', records };
  return { ...base, kind: 'exchanges', records, hosts: yield* mailHosts(about) };
}

/** What a rule about MX records says where there are none to look at. */
export function withoutExchanges(intake: Exclude<Intake, { readonly kind: 'exchanges' }>): Verdict {
  if (intake.kind === 'failure') return unlisted(intake);
  return notApplicable(THE_DOMAIN, NONE[intake.kind]);
}

/** What every rule says of a domain whose MX records could not be looked up. */
export const unlisted = ({ id, because }: Extract<Intake, { kind: 'failure' }>): Verdict =>
  unknown(THE_DOMAIN, `the MX records could not be looked up: ${because}`, [id]);

const NONE = {
  null: 'the domain takes no mail (null MX)',
  implicit: 'the domain has no MX records',
  'no-name': 'the domain does not exist',
} as const;

/** `example.com. MX 10 mail.example.com.`, ready to paste. */
export const mxLine = (domain: Name, preference: number, host: Name): string =>
  `${domain} MX ${preference} ${host}`;

/** The best preference that a host is listed with. */
export function preferenceOf(records: readonly Exchange[], host: Name): number {
  const own = records.filter((record) => sameName(record.host, host));
  return Math.min(...own.map(({ preference }) => preference));
}
