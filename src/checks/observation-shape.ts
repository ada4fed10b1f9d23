// Whether a value that came from a file has the shape of an observation: every member that rules
// look at, of the kind they expect. Files are edited, cut and sent around, and rules are written
// for whole ones.
import { ipBytes, parseCidr } from '../base/ip.ts';
import { isName } from '../dns/name.ts';
import { codecFor } from '../dns/records/registry.ts';

/** The place in the value where it is something else, and what ought to be there. */
type Fault = string | undefined;
export type Shape = (value: unknown, at: string) => Fault;

type Members = Readonly<Record<string, Shape>>;
type Plain = Readonly<Record<string, unknown>>;

const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const where =
  (fits: (value: unknown) => boolean, what: string): Shape =>
  (value, at) =>
    fits(value) ? undefined : `${at} is no ${what}`;

const text = where((value) => typeof value === 'string', 'text');
const flag = where((value) => typeof value === 'boolean', 'yes or no');
const bytes = where((value) => value instanceof Uint8Array, 'bytes');
const name = where(isName, 'domain name');
const ip = where((value) => typeof value === 'string' && ipBytes(value) !== undefined, 'address');
const network = where(
  (value) => typeof value === 'string' && parseCidr(value) !== undefined,
  'network',
);
const factId = where((value) => typeof value === 'string' && /^[A-Z]\d{1,9}$/.test(value), 'id');

const upTo = (max: number): Shape =>
  where((value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= max, 'number');

const byte = upTo(0xff);
const short = upTo(0xffff);
const long = upTo(0xffff_ffff);
/** Clocks are set back while one looks, and some tell fractions. */
const length = where((value) => Math.abs(Number(value)) < 1e12 && isNumber(value), 'number');
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
/** Up to the year 9999: what a date can be printed of. */
const instant = where(
  (value) => isNumber(value) && Number(value) >= 0 && Number(value) < 253_402_300_800_000,
  'instant',
);

const oneOf = (...words: readonly string[]): Shape =>
  where((value) => typeof value === 'string' && words.includes(value), `${words.join(', ')}`);

const listOf =
  (shape: Shape): Shape =>
  (value, at) => {
    if (!Array.isArray(value)) return `${at} is no list`;
    for (const [index, member] of value.entries()) {
      const fault = shape(member, `${at}[${index}]`);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };

/** Members that it does not name are let be: a later version may have more. */
const object =
  (needed: Members, possible: Members = {}): Shape =>
  (value, at) => {
    if (!isPlain(value)) return `${at} is no object`;
    for (const [key, shape] of Object.entries({ ...needed, ...possible })) {
      if (!Object.hasOwn(value, key)) {
        if (Object.hasOwn(needed, key)) return `${at}.${key} is missing`;
      } else {
        const fault = shape(value[key], `${at}.${key}`);
        if (fault !== undefined) return fault;
      }
    }
    return undefined;
  };

/** A member of a union, told by its `kind`. */
const union =
  (kinds: Members): Shape =>
  (value, at) => {
    if (!isPlain(value)) return `${at} is no object`;
    const { kind } = value;
    const isKnown = typeof kind === 'string' && Object.hasOwn(kinds, kind);
    const shape = isKnown ? kinds[kind] : undefined;
    return shape ? shape(value, at) : `${at}.kind is none of ${Object.keys(kinds).join(', ')}`;
  };

const both =
  (...shapes: readonly Shape[]): Shape =>
  (value, at) => {
    for (const shape of shapes) {
      const fault = shape(value, at);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };

const NOTHING: Shape = object({});

const serverAt = object({ host: name, address: ip });
const endpoint = object({ address: ip, port: short });

const recordData = union({
  A: object({ address: ip }),
  AAAA: object({ address: ip }),
  NS: object({ host: name }),
  CNAME: object({ target: name }),
  PTR: object({ target: name }),
  MX: object({ preference: short, exchange: name }),
  SOA: object({
    primary: name,
    contact: name,
    serial: long,
    refreshSeconds: long,
    retrySeconds: long,
    expireSeconds: long,
    negativeTtlSeconds: long,
  }),
  SRV: object({ priority: short, weight: short, port: short, target: name }),
  TXT: object({ strings: listOf(bytes) }),
  CAA: object({ flags: byte, tag: text, value: bytes }),
  TLSA: object({ usage: byte, selector: byte, matching: byte, bytes }),
  unknown: object({ bytes }),
});

const lookupFailure = oneOf(
  'servfail',
  'refused',
  'timeout',
  'unreachable',
  'bogus',
  'malformed',
  'alias-loop',
);

function lookupOf(record: Shape): Shape {
  const known = { ttlSeconds: long, secure: flag, aliases: listOf(name) };
  return union({
    records: object({ ...known, records: listOf(record) }),
    'no-data': object(known),
    'no-name': object(known),
    failure: object({ failure: lookupFailure, because: text }),
  });
}

/** Records are of the type that was asked for, or bytes. */
const lookupFact: Shape = (value, at) => {
  const shape = object({ want: asked, lookup: lookupOf(recordData) }, { zone: name });
  const fault = shape(value, at);
  if (fault !== undefined) return fault;
  const { want, lookup } = value as {
    readonly want: { readonly type: number };
    readonly lookup: { readonly records?: readonly { readonly kind: string }[] };
  };
  const kinds = ['unknown', codecFor(want.type).kind];
  const isFitting = (lookup.records ?? []).every(({ kind }) => kinds.includes(kind));
  return isFitting ? undefined : `${at}.lookup.records are of another type than was asked for`;
};

const asked = object({ name, type: short });

const referral = object(
  {
    server: serverAt,
    kind: oneOf('referral', 'authoritative', 'no-data', 'no-name', 'failure'),
    hosts: listOf(name),
    glue: listOf(serverAt),
  },
  { because: text },
);

const server = object({
  host: name,
  byParent: flag,
  byChild: flag,
  glue: listOf(ip),
  ipv4: lookupOf(ip),
  ipv6: lookupOf(ip),
});

const delegation = union({
  zone: object(
    { zone: name, referrals: listOf(referral), servers: listOf(server) },
    { parent: name },
  ),
  failure: object({ failure: lookupFailure, at: name, because: text }),
});

const by = oneOf('udp', 'tcp');

const rawAnswer = object({
  server: serverAt,
  name,
  type: short,
  by,
  at: instant,
  tookMs: length,
  ending: union({
    response: object({ bytes, edns: flag }),
    failure: object({ failure: oneOf('timeout', 'unreachable', 'malformed'), because: text }),
  }),
});

const connect = union({
  connected: object({ tookMs: length }),
  failed: object({
    failure: oneOf('refused', 'timeout', 'reset', 'unreachable', 'other'),
    because: text,
    tookMs: length,
  }),
  'not-tried': object({ because: text }),
});

const step = object(
  { name: text, atMs: length, tookMs: length },
  {
    sent: text,
    recipient: text,
    because: text,
    reply: object({ code: upTo(999), lines: listOf(text) }, { enhanced: text }),
  },
);

const dialogue = object(
  { host: text, address: ip, port: short, startedAt: instant, connect, steps: listOf(step) },
  {
    tls: union({
      started: object(
        { protocol: text, cipher: text, verified: flag, chain: listOf(bytes) },
        { because: text },
      ),
      failed: object({ because: text }),
    }),
    clear: object({ connect, steps: listOf(step) }),
  },
);

const textMap: Shape = (value, at) => {
  if (!isPlain(value)) return `${at} is no object`;
  return Object.values(value).every((member) => typeof member === 'string')
    ? undefined
    : `${at} holds what is no text`;
};

const page = union({
  answered: object({ address: ip, status: short, headers: textMap, body: bytes, isCut: flag }),
  failed: object(
    { stage: oneOf('name', 'connect', 'tls', 'answer'), because: text },
    { failure: oneOf('refused', 'timeout', 'reset', 'unreachable', 'other') },
  ),
});

/** The want of a fact has the kind of the fact. */
const wantOf = (kind: string, shape: Shape): Shape => union({ [kind]: shape });

const ofFact: Shape = object({ id: factId, at: instant, tookMs: length });
const asFact = (kind: string, want: Shape, rest: Shape): Shape =>
  both(ofFact, object({ want: wantOf(kind, want) }), rest);

const fact = union({
  lookup: asFact('lookup', asked, lookupFact),
  resolved: asFact('resolved', asked, lookupFact),
  zone: asFact('zone', object({ name }), object({ delegation })),
  answers: asFact(
    'answers',
    object({ name, type: short, by }),
    object({ answers: listOf(rawAnswer) }, { because: text }),
  ),
  dialogue: asFact(
    'dialogue',
    object({ host: name, address: ip, recipients: listOf(text) }),
    object({ dialogue }),
  ),
  page: asFact('page', object({ url: text }), object({ page })),
  egress: asFact(
    'egress',
    NOTHING,
    object({ because: text }, { open: flag, families: object({}, { ipv4: flag, ipv6: flag }) }),
  ),
});

const selfResult = object({ because: text }, { ok: flag });

const about = object({
  domain: name,
  now: instant,
  declared: object(
    { selectors: listOf(text), senders: listOf(ip) },
    {
      ours: oneOf('primary', 'backup'),
      exchanges: listOf(object({ preference: short, host: name })),
      catchAll: flag,
    },
  ),
  mayAskRecipients: flag,
  unknownRecipient: text,
  blocklists: object({ addresses: listOf(name), domains: listOf(name) }),
  world: object({
    isClosed: flag,
    dnsPort: short,
    smtpPort: short,
    httpsPort: short,
    global: listOf(network),
    roots: listOf(endpoint),
  }),
  self: object({
    hostname: name,
    families: object({ ipv4: flag, ipv6: flag }),
    addresses: listOf(ip),
    walk: selfResult,
    validates: selfResult,
    reverse: selfResult,
  }),
});

const whole = object({ program: text, about, endedAt: instant, facts: listOf(fact) });

/** The first thing about the value that is not as in an observation, in words. */
export const faultInObservation = (value: unknown): string | undefined => whole(value, 'it');
