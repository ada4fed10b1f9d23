// Where reports are asked for, by DMARC (RFC 9989 §4.6) and TLS-RPT (RFC 8460 §3) alike: a URI, as
// a value that tells which mailbox or host it means, or why it means none.
import { type Name, nameFromHost } from '../dns/name.ts';
import { isAddressFault, type MailAddress, parseAddress } from '../smtp/address.ts';

export type ReportUri =
  | {
      readonly kind: 'mailto';
      readonly text: string;
      readonly address: MailAddress;
      /** Absent for an address literal. */
      readonly host?: Name;
    }
  | { readonly kind: 'https'; readonly text: string; readonly host?: Name }
  /** A URI of a kind that nobody need support. */
  | { readonly kind: 'other'; readonly text: string; readonly scheme: string };

export interface ReportUriFault {
  readonly kind: 'uri-fault';
  readonly text: string;
  readonly because: string;
}

const SCHEME = /^([a-z][a-z\d+.-]*):(.+)$/i;
/** RFC 3986 §2: what may stand in a URI at all; others are percent-encoded. */
const URI_CHARACTERS = /^[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/;

export function parseReportUri(text: string): ReportUri | ReportUriFault {
  const fault = (because: string): ReportUriFault => ({ kind: 'uri-fault', text, because });
  if (text === '') return fault('it is empty');
  const [, scheme, rest = ''] = SCHEME.exec(text) ?? [];
  if (scheme === undefined) {
    return fault(text.includes('@') ? 'it lacks "mailto:" before the address' : 'it is no URI');
  }
  if (!URI_CHARACTERS.test(text)) return fault('it has a character that no URI may have');
  switch (scheme.toLowerCase()) {
    case 'mailto':
      return mailto(text, rest);
    case 'https': {
      if (!URL.canParse(text)) return fault('it is no URL');
      const host = nameFromHost(new URL(text).hostname);
      return { kind: 'https', text, ...(host !== undefined && { host }) };
    }
    default:
      return { kind: 'other', text, scheme: scheme.toLowerCase() };
  }
}

function mailto(text: string, rest: string): ReportUri | ReportUriFault {
  const address = parseAddress(decoded(rest.split('?')[0] ?? ''));
  if (isAddressFault(address)) return { kind: 'uri-fault', text, because: address.because };
  const { domain } = address;
  return { kind: 'mailto', text, address, ...(domain.kind === 'name' && { host: domain.name }) };
}

/** RFC 6068 §2: percent-encoded, where it has to be. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
