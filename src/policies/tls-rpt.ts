// TLS-RPT records (RFC 8460 §3): where senders report how their TLS connections to a domain went.
// Total: a text is a record, or has a fault with its place.
import { parseReportUri, type ReportUri, type ReportUriFault } from './dmarc-uri.ts';
import { recordFields } from './record-fields.ts';
import { splitValue, type TextFault } from './tag-list.ts';

export interface TlsRptRecord {
  readonly kind: 'tls-rpt';
  /** At least one, as they stand in `rua`. */
  readonly reports: readonly (ReportUri | ReportUriFault)[];
}

export interface TlsRptFault extends TextFault {
  readonly kind: 'tls-rpt-fault';
}

// RFC 8460 §3.
const VERSION = /^v=TLSRPTv1[ \t]*(?:;|$)/;
const FIELD = /^([A-Za-z\d][\w.-]{0,31})=(.+)$/;

/** Does it begin as a TLS-RPT record must? All others are left out (RFC 8460 §3). */
export const isTlsRptText = (text: string): boolean => VERSION.test(text);

export function parseTlsRptRecord(text: string): TlsRptRecord | TlsRptFault {
  const fault = (at: number, because: string): TlsRptFault => ({
    kind: 'tls-rpt-fault',
    at,
    because,
  });
  if (!isTlsRptText(text)) return fault(1, 'it does not begin with "v=TLSRPTv1;"');
  let rua: string | undefined;
  for (const { text: field, at } of recordFields(text)) {
    const [, name, value] = FIELD.exec(field) ?? [];
    if (name === undefined) return fault(at, `"${field}" is no field such as rua=…`);
    if (name === 'rua' && rua !== undefined) return fault(at, 'rua stands there twice');
    if (name === 'rua') rua = value;
  }
  if (rua === undefined) return fault(text.length + 1, 'it has no rua, so no report goes anywhere');
  return { kind: 'tls-rpt', reports: splitValue(rua, ',').map(parseReportUri) };
}
