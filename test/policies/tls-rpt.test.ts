// TLS-RPT records (RFC 8460 §3) as a table; any text is read without a throw.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseTlsRptRecord } from '../../src/policies/tls-rpt.ts';

/** Any text that a TXT record can hold. */
const octets = fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1'));

const TABLE: readonly (readonly [text: string, expected: string])[] = [
  ['v=TLSRPTv1; rua=mailto:tls@example.com', 'mailto'],
  ['v=TLSRPTv1;rua=mailto:tls@example.com , https://example.com/tls;', 'mailto https'],
  ['v=TLSRPTv1; x=1; rua=https://example.com/tls', 'https'],
  ['v=TLSRPTv1; rua=https://example.com/tls?a=b', 'https'],
  ['v=TLSRPTv1; rua=tls@example.com', 'uri-fault'],
  ['v=TLSRPTv1; rua=ftp://example.com/', 'other'],
  ['v=TLSRPTv1;', '12: it has no rua, so no report goes anywhere'],
  ['v=TLSRPTv1; rua=', '13: "rua=" is no field such as rua=…'],
  ['v=TLSRPTv1; rua=mailto:a@b.c; rua=mailto:d@e.f', '31: rua stands there twice'],
  ['v=TLSRPTv1 rua=mailto:tls@example.com', '1: it does not begin with "v=TLSRPTv1;"'],
  ['v=tlsrptv1; rua=mailto:tls@example.com', '1: it does not begin with "v=TLSRPTv1;"'],
];

for (const [text, expected] of TABLE) {
  test(`the TLS-RPT record ${text}`, () => {
    const read = parseTlsRptRecord(text);
    const told =
      read.kind === 'tls-rpt'
        ? read.reports.map(({ kind }) => kind).join(' ')
        : `${read.at}: ${read.because}`;
    assert.equal(told, expected);
  });
}

test('any text is a record with addresses, or has a fault within it', () => {
  fc.assert(
    fc.property(octets, fc.boolean(), (rest, begins) => {
      const text = begins ? `v=TLSRPTv1;rua=${rest}` : rest;
      const read = parseTlsRptRecord(text);
      if (read.kind === 'tls-rpt') assert.ok(read.reports.length > 0);
      else assert.ok(read.at >= 1 && read.at <= text.length + 1);
    }),
  );
});
