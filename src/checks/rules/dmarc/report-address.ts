// Can the mailboxes that reports are sent to be reached at all? For DMARC and TLS-RPT alike.
import { hostText, type Name, ROOT, sameName } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import type { ReportUri, ReportUriFault } from '../../../policies/dmarc-uri.ts';
import type { FactOf } from '../../fact.ts';
import { ask, type Inquiry } from '../../inquiry.ts';
import { named } from '../../subject.ts';
import { finding, pass, unknown, type Verdict } from '../../verdict.ts';

/** Addresses beyond this are not looked at. */
const ADDRESSES_MAX = 10;

type Mailbox = Extract<ReportUri, { readonly kind: 'mailto' }>;
interface Reachable extends Mailbox {
  readonly host: Name;
}

/** One verdict for each mailbox in the list. */
export function* judgeMailboxes(
  uris: readonly (ReportUri | ReportUriFault)[],
): Inquiry<readonly Verdict[]> {
  const each = new Map(
    uris
      .filter((uri): uri is Reachable => uri.kind === 'mailto' && uri.host !== undefined)
      .map((uri) => [uri.address.text, uri]),
  );
  const mailboxes = [...each.values()].slice(0, ADDRESSES_MAX);
  const exchanges = yield* ask<'lookup'>(
    mailboxes.map(({ host }) => ({ kind: 'lookup', name: host, type: TYPE.MX }) as const),
  );
  // RFC 5321 §5.1: without MX the addresses of the name itself count.
  const without = exchanges.filter(({ lookup }) => lookup.kind === 'no-data');
  const addresses = yield* ask<'lookup'>(
    without.flatMap(({ want: { name } }) =>
      [TYPE.A, TYPE.AAAA].map((type) => ({ kind: 'lookup', name, type }) as const),
    ),
  );
  return mailboxes.flatMap((mailbox, at): readonly Verdict[] => {
    const mx = exchanges[at];
    const own = addresses.filter(({ want }) => sameName(want.name, mailbox.host));
    return mx ? [judgeMailbox(mailbox, mx, own)] : [];
  });
}

function judgeMailbox(
  { address, host }: Reachable,
  { id, lookup: mx }: FactOf<'lookup'>,
  addresses: readonly FactOf<'lookup'>[],
): Verdict {
  const subject = named(address.text);
  const name = hostText(host);
  const lost = (says: string): Verdict =>
    finding(subject, `${name} ${says}, so no report arrives`, {
      severity: 'warning',
      actor: 'domain',
      evidence: [id],
    });
  if (mx.kind === 'failure') return unknown(subject, `${name}: ${mx.because}`, [id]);
  if (mx.kind === 'no-name') return lost('does not exist');
  if (mx.kind === 'records') {
    const isNull = mx.records.every((data) => data.kind === 'MX' && data.exchange === ROOT);
    return isNull ? lost('takes no mail (null MX)') : pass(subject, undefined, [id]);
  }
  if (addresses.some(({ lookup }) => lookup.kind === 'records')) {
    const says = `${name} has no MX records; its own address takes the mail`;
    return finding(subject, says, { severity: 'info', actor: 'domain', evidence: [id] });
  }
  const failed = addresses.find(({ lookup }) => lookup.kind === 'failure');
  if (failed) return unknown(subject, `the addresses of ${name} could not be looked up`, [id]);
  return lost('has neither MX records nor an address');
}
