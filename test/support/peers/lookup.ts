// dig and kdig ask one question, and what they print becomes a value that can be compared: the head
// of the reply, and the records of each section as a sorted list.
import type { Stage } from './stage.ts';

/** What both programs understand alike. */
export interface Lookup {
  readonly name: string;
  readonly type: string;
  readonly class?: string;
  /** `+tcp`, `+bufsize=512` … */
  readonly options?: readonly string[];
}

export interface Seen {
  readonly rcode: string;
  /** Of qr, aa, tc, rd, ra, ad, cd: those that are set. */
  readonly flags: readonly string[];
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  readonly additional: readonly string[];
  /** The reply has an OPT record. */
  readonly edns: boolean;
}

export type Asker = 'dig' | 'kdig';

/** One packet each way: no second try by TCP, no second version of EDNS, no cookie. */
const FIXED: Record<Asker, readonly string[]> = {
  dig: ['+ignore', '+tries=1', '+time=10', '+nocookie', '+noednsneg', '+qr', '+norecurse'],
  kdig: ['+ignore', '+retry=0', '+timeout=10', '+nocookie', '+norecurse'],
};
/** kdig speaks EDNS only when it is told to. */
const USUAL: Record<Asker, readonly string[]> = { dig: [], kdig: ['+edns'] };

/** Asks, and reads the reply; throws when there was none. */
export async function ask(
  stage: Stage,
  asker: Asker,
  at: { readonly address: string; readonly port: number },
  lookup: Lookup,
): Promise<Seen> {
  const ran = await stage.run(asker, [
    ...[`@${at.address}`, '-p', `${at.port}`],
    ...['-c', lookup.class ?? 'IN', '-t', lookup.type, '-q', lookup.name],
    ...[...FIXED[asker], ...USUAL[asker], ...(lookup.options ?? [])],
  ]);
  const replied = ran.stdout.split(';; Got answer:').at(-1) ?? '';
  const head = /->>HEADER<<- .*status: (\w+)/.exec(replied);
  if (!head) throw new Error(`${asker} brought no reply: ${ran.stdout}${ran.stderr}`);
  return {
    rcode: head[1] ?? '',
    flags: (/^;; flags: ([a-z ]*);/im.exec(replied)?.[1] ?? '').trim().split(' '),
    answer: section(replied, 'ANSWER'),
    authority: section(replied, 'AUTHORITY'),
    additional: section(replied, 'ADDITIONAL'),
    edns: /EDNS(:| PSEUDOSECTION)/.test(replied),
  };
}

/** The records of a section, sorted, with one space between fields. */
function section(text: string, title: string): readonly string[] {
  const [, rest = ''] = text.split(`;; ${title} SECTION:\n`);
  const lines = rest.split(/\n\s*\n|\n;;/)[0]?.split('\n') ?? [];
  return lines
    .filter((line) => line !== '' && !line.startsWith(';'))
    .map((line) => line.replace(/\s+/g, ' '))
    .toSorted();
}
