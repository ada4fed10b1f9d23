// Numbers and mnemonics of record types and classes (IANA "Domain Name System Parameters"), and the
// general form for those without a mnemonic (RFC 3597 §5).
import type { TypeCode } from './packet.ts';

export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  NULL: 10,
  WKS: 11,
  PTR: 12,
  HINFO: 13,
  MINFO: 14,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  X25: 19,
  ISDN: 20,
  RT: 21,
  SIG: 24,
  KEY: 25,
  PX: 26,
  GPOS: 27,
  AAAA: 28,
  LOC: 29,
  NXT: 30,
  SRV: 33,
  NAPTR: 35,
  KX: 36,
  CERT: 37,
  DNAME: 39,
  OPT: 41,
  APL: 42,
  DS: 43,
  SSHFP: 44,
  IPSECKEY: 45,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  DHCID: 49,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SMIMEA: 53,
  HIP: 55,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  CSYNC: 62,
  ZONEMD: 63,
  SVCB: 64,
  HTTPS: 65,
  DSYNC: 66,
  SPF: 99,
  NID: 104,
  L32: 105,
  L64: 106,
  LP: 107,
  EUI48: 108,
  EUI64: 109,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
  URI: 256,
  CAA: 257,
  AVC: 258,
  AMTRELAY: 260,
  RESINFO: 261,
  WALLET: 262,
  TA: 32_768,
  DLV: 32_769,
} as const satisfies Readonly<Record<string, TypeCode>>;

const CLASS = { IN: 1, CH: 3, HS: 4, NONE: 254, ANY: 255 } as const;

/** One registry of 16-bit numbers, read both ways. */
function registry(table: Readonly<Record<string, number>>, prefix: string) {
  const codes = new Map(Object.entries(table));
  const texts = new Map(Object.entries(table).map(([text, code]) => [code, text]));
  return {
    /** In any case, as mnemonic or as prefix and number. */
    code(text: string): number | undefined {
      const upper = text.toUpperCase();
      const known = codes.get(upper);
      if (known !== undefined) return known;
      const digits = upper.startsWith(prefix) ? upper.slice(prefix.length) : '';
      return /^\d{1,5}$/.test(digits) && Number(digits) <= 0xffff ? Number(digits) : undefined;
    },
    text: (code: number): string => texts.get(code) ?? `${prefix}${code}`,
  };
}

const types = registry(TYPE, 'TYPE');
const classes = registry(CLASS, 'CLASS');

/** The type of a mnemonic (`mx`) or of its number (`TYPE15`). */
export const typeCode: (text: string) => TypeCode | undefined = types.code;

/** The mnemonic, or `TYPE65280` where there is none. */
export const typeText: (code: TypeCode) => string = types.text;

/** The class of a mnemonic (`in`) or of its number (`CLASS1`). */
export const classCode: (text: string) => number | undefined = classes.code;

/** The mnemonic, or `CLASS5` where there is none. */
export const classText: (code: number) => string = classes.text;
