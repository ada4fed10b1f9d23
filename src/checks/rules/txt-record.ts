// What findings about a TXT record say besides: the record to paste, and when a change of it will
// have shown. For all rules alike.
import { type Duration, seconds } from '../../base/time.ts';
import type { Lookup } from '../../dns/lookup.ts';
import type { Name } from '../../dns/name.ts';
import type { RecordData } from '../../dns/records/record-data.ts';
import { txtLine } from '../../policies/tag-list.ts';
import { THE_DOMAIN } from '../subject.ts';
import { type Mend, notApplicable, type Verdict } from '../verdict.ts';

/** The TTL that was served. */
export const shownAfter = (found: Lookup<RecordData>): { readonly shows?: Duration } =>
  found.kind === 'failure' ? {} : { shows: seconds(found.ttlSeconds) };

export const txtMend = (name: Name, text: string): { readonly mend: Mend } => ({
  mend: { kind: 'record', text: txtLine(name, text) },
});

/** Of a domain whose name is so long that no such name can stand below it. */
export const noRoomFor = (labels: string): Verdict =>
  notApplicable(THE_DOMAIN, `its name leaves no room for ${labels} before it`);
