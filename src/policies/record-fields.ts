// The fields of a record that begins with its version: `v=STSv1; id=1;`, as MTA-STS (RFC 8461 §3.1)
// and TLS reports (RFC 8460 §3) have them. What a field must look like is for its record to say.
import { trimBlanks } from './tag-list.ts';

export interface RecordField {
  /** Without the blanks around it; empty between two semicolons. */
  readonly text: string;
  /** Where it begins in the record, counted from 1. */
  readonly at: number;
}

/** Those after the version; a semicolon at the end begins no further one. */
export function* recordFields(record: string): Generator<RecordField> {
  const parts = record.split(';');
  let at = 1;
  for (const [index, part] of parts.entries()) {
    const text = trimBlanks(part);
    const isEnd = index === parts.length - 1 && text === '';
    if (index > 0 && !isEnd) yield { text, at: at + part.indexOf(text) };
    at += part.length + 1;
  }
}
