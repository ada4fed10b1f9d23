// The probe of a round trip: a small mail that says what it is, carries the way it was sent, and a
// code that only its maker can write, so that no outsider can forge an arrival. Pure: the code is
// made and judged by functions that are given.
import { fromLatin1 } from '../base/bytes.ts';
import { type Instant, instantAt, printInstant } from '../base/time.ts';
import { wrapped } from './ascii.ts';
import { printDate } from './date.ts';
import { type Header, unfolded } from './header.ts';

/** What is stamped into a probe. */
export interface ProbeStamp {
  /** The round trip it belongs to; letters and digits. */
  readonly run: string;
  /** The way that was meant: what `pathStamp` makes, or `normal`. */
  readonly path: string;
  readonly at: Instant;
}

export interface ProbeMail {
  readonly stamp: ProbeStamp;
  /** Of the header; the sender of the envelope may be null. */
  readonly from: string;
  readonly to: string;
  /** Unique, without angle brackets. */
  readonly messageId: string;
  /** The code for a text, in base64url. */
  readonly sign: (text: string) => string;
}

const FIELD = 'X-Fingerpost-Probe';
const LINE = 76;
/** A mail may carry more than one such field; nobody needs more than a few. */
const FIELDS_MAX = 5;
const FIELD_CHARACTERS_MAX = 1_000;
const UNSTAMPABLE = /[^A-Za-z0-9._:[\]-]/g;

/**
 * The name of a way, `mail.example.com[192.0.2.10]`, without anything that could end a parameter.
 */
export const pathStamp = (host: string, address: string): string =>
  `${host.replace(UNSTAMPABLE, '?')}[${address}]`;

/** Header and body, lines with CRLF, ASCII. */
export function composeProbe({ stamp, from, to, messageId, sign }: ProbeMail): Uint8Array {
  const signed = signedText(stamp);
  const way = stamp.path === 'normal' ? 'along the MX records' : `directly to ${stamp.path}`;
  const text =
    `This is a test message of Fingerpost, a mail server. It was sent ${way}, to find out ` +
    'whether mail arrives that way. It needs no answer, and can be deleted.';
  const lines = [
    `Date: ${printDate(stamp.at)}`,
    `From: <${from}>`,
    `To: <${to}>`,
    `Subject: Fingerpost test: ${stamp.path}`,
    `Message-ID: <${messageId}>`,
    // RFC 3834 §5: nobody is to answer by himself.
    'Auto-Submitted: auto-generated',
    `${FIELD}: ${[...signed.split('; '), `mac=${sign(signed)}`].join(';\r\n\t')}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    ...wrapped(text, { first: '', rest: '', width: LINE }),
  ];
  return fromLatin1(lines.map((line) => `${line}\r\n`).join(''));
}

const signedText = ({ run, path, at }: ProbeStamp): string =>
  `v=1; run=${run}; path=${path}; at=${printInstant(at)}`;

/** A mail that says it is a probe of the run: it is, or it only says so. */
export type ReadProbe =
  | { readonly kind: 'genuine'; readonly stamp: ProbeStamp }
  | { readonly kind: 'forged' };

/** Nothing for other mail, and for probes of other runs. */
export function readProbe(
  header: Header,
  run: string,
  isSigned: (text: string, mac: string) => boolean,
): ReadProbe | undefined {
  const fields = header.byName.get(FIELD.toLowerCase()) ?? [];
  const claims = fields
    .slice(0, FIELDS_MAX)
    .flatMap((field) => claimIn(unfolded(field).slice(0, FIELD_CHARACTERS_MAX)) ?? [])
    .filter(({ stamp }) => stamp.run === run);
  const genuine = claims.find(({ stamp, mac }) => isSigned(signedText(stamp), mac));
  if (genuine) return { kind: 'genuine', stamp: genuine.stamp };
  return claims.length > 0 ? { kind: 'forged' } : undefined;
}

const CLAIM = new RegExp(
  [
    /^v=1;\s*run=([A-Za-z0-9]{1,64});/,
    /\s*path=([A-Za-z0-9._:[\]?-]{1,400});/,
    /\s*at=([0-9TZ:.-]{20,30});\s*mac=([A-Za-z0-9_-]{1,100})$/,
  ]
    .map(({ source }) => source)
    .join(''),
);

function claimIn(text: string): { readonly stamp: ProbeStamp; readonly mac: string } | undefined {
  const [, run = '', path = '', at = '', mac = ''] = CLAIM.exec(text.trim()) ?? [];
  const instant = Date.parse(at);
  if (run === '' || Number.isNaN(instant)) return undefined;
  return { stamp: { run, path, at: instantAt(instant) }, mac };
}
