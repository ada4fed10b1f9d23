// What stands between the owner and the data of a record: TTL and class, each optional and in any
// order, then the type (RFC 1035 §5.1).
import type { TypeCode } from './packet.ts';
import { CLASS_IN } from './packet.ts';
import { FieldFault } from './records/codec.ts';
import { classCode, TYPE, typeCode } from './types.ts';
import { parseTtl, shown } from './zone-fields.ts';
import type { ZoneToken } from './zone-tokens.ts';

export interface RecordHead {
  readonly ttlSeconds: number | undefined;
  readonly type: TypeCode;
  /** The index of the first word of the data. */
  readonly next: number;
}

/** Types that are only asked for or only travel, never in a zone (RFC 6895 §3.1). */
const isMeta = (type: TypeCode): boolean =>
  type === 0 || type === TYPE.OPT || (type >= 128 && type <= 255);

/** Reads from the word at index `first` on; throws a `FieldFault`. */
export function readHead(tokens: readonly ZoneToken[], first: number): RecordHead {
  let ttlSeconds: number | undefined;
  let hasClass = false;
  for (let at = first; at < tokens.length; at += 1) {
    const token = tokens[at] as ZoneToken;
    const text = token.quoted ? '' : token.text;
    const type = typeCode(text);
    if (ttlSeconds === undefined && /^\d/.test(text)) ttlSeconds = ttlOf(token);
    else if (!hasClass && type === undefined && classCode(text) !== undefined) {
      hasClass = true;
      if (classCode(text) !== CLASS_IN) {
        throw new FieldFault(
          `class ${shown(token)} is not served here: write IN or nothing`,
          token,
        );
      }
    } else return { ttlSeconds, type: typeOf(token, type), next: at + 1 };
  }
  const last = tokens.at(-1) as ZoneToken;
  throw new FieldFault(`the record ends after ${shown(last)}: it has no type and no data`, last);
}

function ttlOf(token: ZoneToken): number {
  const seconds = parseTtl(token.text);
  if (seconds !== undefined) return seconds;
  const because = `${shown(token)} is no TTL (seconds, or as 1h30m, up to 2147483647 s)`;
  throw new FieldFault(because, token);
}

function typeOf(token: ZoneToken, type: TypeCode | undefined): TypeCode {
  if (type === undefined) {
    const because =
      `there is no record type ${shown(token)} ` +
      '(unknown ones are written as TYPE65280 \\# 2 abcd)';
    throw new FieldFault(because, token);
  }
  if (!isMeta(type)) return type;
  throw new FieldFault(`${shown(token)} is no type that a zone can hold`, token);
}
