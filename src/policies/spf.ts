// check_host() of RFC 7208 §4: may this address send for this domain? Every question that one term
// needs is asked at once; terms are taken one after the other, since most mail is decided by the
// first few.
import { areWithin, type IpAddress, ipBytes, isIpv6 } from '../base/ip.ts';
import type { Instant } from '../base/time.ts';
import type { Lookup } from '../dns/lookup.ts';
import { hostText, isBelow, type Name, nameKey, ROOT } from '../dns/name.ts';
import type { RecordData } from '../dns/records/record-data.ts';
import { reverseName } from '../dns/reverse.ts';
import { TYPE } from '../dns/types.ts';
import { askAllDns, askDns, type DnsInquiry } from './inquiry.ts';
import { expandMacro, lettersIn, type MacroString, parseMacro } from './spf-macro.ts';
import { type MacroScene, macroValues, policyDomain, targetName, unmapped } from './spf-names.ts';
import {
  isDirective,
  isSpf,
  parseSpf,
  type Qualifier,
  type SpfDirective,
  type SpfRecord,
  type SpfTerm,
  textsIn,
} from './spf-record.ts';

/** RFC 7208 §4.6.4: terms that need a lookup, and those of them that find nothing. */
export const SPF_LOOKUPS_MAX = 10;
export const SPF_VOIDS_MAX = 2;
/** RFC 7208 §4.6.4: hosts of one `mx`, and names of an address that are looked at. */
export const SPF_HOSTS_MAX = 10;

/** RFC 7208 §2.6. */
export type SpfCode = 'none' | 'neutral' | 'pass' | 'fail' | 'softfail' | 'temperror' | 'permerror';

export interface SpfQuestion {
  /** Of the client. */
  readonly ip: IpAddress;
  /** As the client gave it, whatever it is. */
  readonly helo: string;
  /**
   * Of the envelope; absent for `<>` and when the HELO identity is asked about: then it is
   * postmaster at the HELO name (RFC 7208 §2.4). An empty local part is postmaster too (§4.3).
   */
  readonly sender?: { readonly local: string; readonly domain: string };
  /** Whose policy is asked; absent: that of the sender. */
  readonly domain?: string;
  /** Our own name and the time, for explanations. */
  readonly receiver?: string;
  readonly now?: Instant;
}

/** A term and the domain in whose record it stands. */
export interface SpfStep {
  readonly domain: Name;
  readonly term: string;
}

export interface SpfResult {
  readonly result: SpfCode;
  /** The way to the term that decided, or at which it ended: includes and redirects first. */
  readonly path: readonly SpfStep[];
  /** One sentence without its full stop; may hold foreign text. */
  readonly because: string;
  /** What the domain says to those it refuses: foreign text, ASCII (RFC 7208 §6.2). */
  readonly explanation?: string;
  /** Terms that needed a lookup, and those that found nothing. */
  readonly lookups: number;
  readonly voids: number;
}

interface Decision {
  readonly kind: 'decision';
  readonly result: SpfCode;
  readonly path: readonly SpfStep[];
  readonly because: string;
  /** The record that decided, for its exp. */
  readonly by?: { readonly record: SpfRecord; readonly domain: Name };
}

/** What one evaluation carries along. */
interface Check {
  readonly scene: MacroScene;
  readonly ip: Uint8Array;
  /** The type of the records that hold addresses of its family. */
  readonly hostType: typeof TYPE.A | typeof TYPE.AAAA;
  lookups: number;
  voids: number;
  /** The proven names of the client, once they were asked for. */
  validated?: { readonly names: readonly Name[]; readonly isVoid: boolean };
}

const RESULTS: Readonly<Record<Qualifier, SpfCode>> = {
  '+': 'pass',
  '-': 'fail',
  '~': 'softfail',
  '?': 'neutral',
};

const decision = (result: SpfCode, because: string): Decision => ({
  kind: 'decision',
  result,
  path: [],
  because,
});

export function* evaluateSpf(question: SpfQuestion): DnsInquiry<SpfResult> {
  const check = checkOf(question);
  const asked = question.domain ?? question.sender?.domain ?? question.helo;
  const domain = policyDomain(asked);
  if (domain === undefined) {
    const because = `${asked} is no domain that can have a policy`;
    return { result: 'none', path: [], because, lookups: 0, voids: 0 };
  }
  const { result, path, because, by } = yield* checkHost(check, domain);
  const { lookups, voids } = check;
  const explanation = result === 'fail' && by ? yield* explain(check, by) : undefined;
  const base = { result, path, because, lookups, voids };
  return explanation === undefined ? base : { ...base, explanation };
}

function checkOf({ helo, sender, receiver, now, ...question }: SpfQuestion): Check {
  const ip = unmapped(question.ip);
  const senderDomain = sender?.domain ?? helo;
  return {
    scene: {
      ip,
      local: sender?.local || 'postmaster',
      senderDomain,
      helo,
      ...(receiver !== undefined && { receiver }),
      ...(now !== undefined && { now }),
    },
    ip: ipBytes(ip) ?? new Uint8Array(),
    hostType: isIpv6(ip) ? TYPE.AAAA : TYPE.A,
    lookups: 0,
    voids: 0,
  };
}

function* checkHost(check: Check, domain: Name): DnsInquiry<Decision> {
  const found = yield* askDns(domain, TYPE.TXT);
  if (found.kind === 'failure') return failed(domain, found.because);
  const texts = found.kind === 'records' ? textsIn(found.records).filter(isSpf) : [];
  const [text] = texts;
  if (text === undefined) return decision('none', `${hostText(domain)} has no SPF record`);
  // RFC 7208 §4.5.
  if (texts.length > 1) {
    return decision('permerror', `${hostText(domain)} has ${texts.length} SPF records`);
  }
  const record = parseSpf(text);
  const [fault] = record.faults;
  if (fault !== undefined) {
    const at = `at character ${fault.at + 1} of the SPF record of ${hostText(domain)}`;
    return decision('permerror', `${at}: ${fault.because}`);
  }
  return yield* evaluate(check, domain, record);
}

const failed = (name: Name, because: string): Decision =>
  decision('temperror', `${hostText(name)}: ${because}`);

/** RFC 7208 §4.6.2 and §4.7. */
function* evaluate(check: Check, domain: Name, record: SpfRecord): DnsInquiry<Decision> {
  const directives = record.terms.filter(isDirective);
  for (const term of directives) {
    const match = yield* matches(check, domain, term);
    if (match.kind === 'miss') continue;
    const step = { domain, term: term.text };
    if (match.kind === 'decision') return { ...match, path: [step, ...match.path] };
    return {
      kind: 'decision',
      result: RESULTS[term.qualifier],
      path: [step, ...match.path],
      because: `${term.text} of ${hostText(domain)} matches ${check.scene.ip}`,
      by: { record, domain },
    };
  }
  const redirect = record.terms.find(({ kind }) => kind === 'redirect');
  if (redirect?.kind === 'redirect') return yield* redirected(check, domain, redirect);
  return decision('neutral', `no term of ${hostText(domain)} matches ${check.scene.ip}`);
}

/** RFC 7208 §6.1. */
function* redirected(
  check: Check,
  domain: Name,
  { text, target }: Extract<SpfTerm, { readonly kind: 'redirect' }>,
): DnsInquiry<Decision> {
  const path = [{ domain, term: text }];
  const over = countLookup(check);
  if (over) return { ...over, path };
  const inner = yield* checkHostAt(check, domain, target);
  const result = inner.result === 'none' ? 'permerror' : inner.result;
  return { ...inner, result, path: [...path, ...inner.path] };
}

function* checkHostAt(check: Check, domain: Name, target: MacroString): DnsInquiry<Decision> {
  const text = yield* expanded(check, domain, target);
  const name = policyDomain(text);
  return name === undefined
    ? decision('none', `${text} is no domain that can have a policy`)
    : yield* checkHost(check, name);
}

type Match =
  | { readonly kind: 'match'; readonly path: readonly SpfStep[] }
  | { readonly kind: 'miss' }
  /** The evaluation ends here. */
  | Decision;

const MATCH: Match = { kind: 'match', path: [] };
const MISS: Match = { kind: 'miss' };

/** RFC 7208 §5. */
function* matches(check: Check, domain: Name, term: SpfDirective): DnsInquiry<Match> {
  if (term.kind === 'all') return MATCH;
  if (term.kind === 'ip4' || term.kind === 'ip6') {
    return areWithin(check.ip, term.network) ? MATCH : MISS;
  }
  const over = countLookup(check);
  if (over) return over;
  if (term.kind === 'include') return yield* matchesInclude(check, domain, term.target);
  const target = term.target && (yield* expanded(check, domain, term.target));
  const name = target === undefined ? domain : targetName(target);
  // RFC 7208 §4.8 leaves it open; what cannot be asked for is not there.
  if (name === undefined) return MISS;
  if (term.kind === 'ptr') return yield* matchesPtr(check, name);
  // RFC 7208 §5.7: an A record, whatever the family of the client.
  if (term.kind === 'exists') return yield* matchesHosts(check, [name], () => true, TYPE.A);
  const bits = isIpv6(check.scene.ip) ? term.ipv6Bits : term.ipv4Bits;
  const isIn = (data: RecordData) => holds(check, data, bits);
  if (term.kind === 'a') return yield* matchesHosts(check, [name], isIn);
  return yield* matchesMx(check, name, isIn);
}

/** RFC 7208 §5.2: its table of results. */
function* matchesInclude(check: Check, domain: Name, target: MacroString): DnsInquiry<Match> {
  const inner = yield* checkHostAt(check, domain, target);
  const { result, path } = inner;
  if (result === 'pass') return { kind: 'match', path };
  if (result === 'none') return { ...inner, result: 'permerror' };
  return result === 'temperror' || result === 'permerror' ? inner : MISS;
}

function* matchesMx(
  check: Check,
  name: Name,
  isIn: (data: RecordData) => boolean,
): DnsInquiry<Match> {
  const found = yield* askDns(name, TYPE.MX);
  if (found.kind === 'failure') return failed(name, found.because);
  const exchanges = mxIn(found);
  if (exchanges.length === 0) return countVoid(check) ?? MISS;
  if (exchanges.length > SPF_HOSTS_MAX) {
    const because = `${hostText(name)} has ${exchanges.length} MX records`;
    return decision('permerror', `${because}, and mx takes at most ${SPF_HOSTS_MAX}`);
  }
  const hosts = new Map(exchanges.map((host) => [nameKey(host), host]));
  hosts.delete(ROOT);
  return yield* matchesHosts(check, [...hosts.values()], isIn);
}

/** The hosts that MX records name, as often as they do. */
export function mxIn(found: Lookup<RecordData>): readonly Name[] {
  const records = found.kind === 'records' ? found.records : [];
  return records.flatMap((data) => (data.kind === 'MX' ? [data.exchange] : []));
}

/** Does any of the hosts have a record that is in? A failure counts where no other matches. */
function* matchesHosts(
  check: Check,
  hosts: readonly Name[],
  isIn: (data: RecordData) => boolean,
  type: number = check.hostType,
): DnsInquiry<Match> {
  const lookups = yield* askAllDns(hosts.map((name) => ({ name, type })));
  if (lookups.some((found) => found.kind === 'records' && found.records.some(isIn))) return MATCH;
  const failure = lookups.findIndex(({ kind }) => kind === 'failure');
  const [found, host] = [lookups[failure], hosts[failure]];
  if (found?.kind === 'failure' && host !== undefined) return failed(host, found.because);
  const isVoid = lookups.some(({ kind }) => kind === 'no-data' || kind === 'no-name');
  return (isVoid ? countVoid(check) : undefined) ?? MISS;
}

function holds(check: Check, data: RecordData, bits: number): boolean {
  if (data.kind !== 'A' && data.kind !== 'AAAA') return false;
  const bytes = ipBytes(data.address);
  return bytes !== undefined && areWithin(check.ip, { text: data.address, bytes, bits });
}

/** RFC 7208 §5.5. */
function* matchesPtr(check: Check, name: Name): DnsInquiry<Match> {
  const { names, isVoid } = yield* validatedNames(check);
  if (names.some((each) => isBelow(each, name))) return MATCH;
  return (isVoid ? countVoid(check) : undefined) ?? MISS;
}

/**
 * The names that the address claims and that have the address, of the first ten; what fails is
 * skipped.
 */
function* validatedNames(check: Check): DnsInquiry<NonNullable<Check['validated']>> {
  if (check.validated) return check.validated;
  const found = yield* askDns(reverseName(check.scene.ip), TYPE.PTR);
  const records = found.kind === 'records' ? found.records : [];
  const claimed = records
    .flatMap((data) => (data.kind === 'PTR' ? [data.target] : []))
    .slice(0, SPF_HOSTS_MAX);
  const lookups = yield* askAllDns(claimed.map((name) => ({ name, type: check.hostType })));
  const names = claimed.filter((_, at) => {
    const addresses = lookups[at];
    const bits = check.ip.length * 8;
    return addresses?.kind === 'records' && addresses.records.some((a) => holds(check, a, bits));
  });
  check.validated = { names, isVoid: found.kind === 'no-data' || found.kind === 'no-name' };
  return check.validated;
}

/** A macro for this sender; the names of the address are asked for only where p is used. */
function* expanded(check: Check, domain: Name, parts: MacroString): DnsInquiry<string> {
  const isProven = lettersIn(parts).includes('p');
  const names = isProven ? (yield* validatedNames(check)).names : [];
  return expandMacro(parts, macroValues(check.scene, domain, names));
}

/** RFC 7208 §6.2: whatever is wrong with it, it is as if there were none. */
function* explain(
  check: Check,
  { record, domain }: NonNullable<Decision['by']>,
): DnsInquiry<string | undefined> {
  const exp = record.terms.find(({ kind }) => kind === 'exp');
  if (exp?.kind !== 'exp') return undefined;
  const name = targetName(yield* expanded(check, domain, exp.target));
  if (name === undefined) return undefined;
  const found = yield* askDns(name, TYPE.TXT);
  const [text, ...more] = found.kind === 'records' ? textsIn(found.records) : [];
  if (text === undefined || more.length > 0) return undefined;
  const parts = parseMacro(text, { in: 'explanation' });
  return 'kind' in parts ? undefined : yield* expanded(check, domain, parts);
}

function countLookup(check: Check): Decision | undefined {
  check.lookups += 1;
  if (check.lookups <= SPF_LOOKUPS_MAX) return undefined;
  return decision('permerror', `more than ${SPF_LOOKUPS_MAX} terms need a lookup`);
}

/** One for a term, however many of its questions found nothing: terms are what is limited. */
function countVoid(check: Check): Decision | undefined {
  check.voids += 1;
  if (check.voids <= SPF_VOIDS_MAX) return undefined;
  return decision('permerror', `more than ${SPF_VOIDS_MAX} terms look up what does not exist`);
}
