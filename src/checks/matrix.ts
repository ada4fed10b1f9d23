// The MX matrix: a row for every exchange at every address, a column for every step of taking mail,
// and in each cell whether it works there. It says nothing of its own: a cell is the worst that the
// rules of its column said of that place, in a word.
import type { IpAddress } from '../base/ip.ts';
import { isIpv6 } from '../base/ip.ts';
import { type Name, nameKey, sameName } from '../dns/name.ts';
import { type HostFacts, ipAddressesOf } from '../routing/facts.ts';
import type { Dialogue } from '../smtp/probe.ts';
import type { About } from './about.ts';
import type { Inquiry } from './inquiry.ts';
import type { Judgement } from './judge.ts';
import { dialogues, exchangesOf, mailFacts } from './mail.ts';
import type { Severity, Verdict } from './verdict.ts';

export const MATRIX_COLUMNS = [
  'resolve',
  'connect',
  'greeting',
  'ehlo',
  'starttls',
  'certificate',
  'dane',
  'sts',
  'nullSender',
  'postmaster',
  'unknownUser',
  'test',
] as const;
export type MatrixColumn = (typeof MATRIX_COLUMNS)[number];

/** `poor`: it works and could be better. `none`: it does not apply, or nobody asked. */
export type CellState = 'good' | 'bad' | 'poor' | 'unknown' | 'none';

export interface Cell {
  readonly state: CellState;
  /** Short, for a table. */
  readonly word: string;
  /** Of a fact. */
  readonly evidence?: string;
}

export interface MatrixRow {
  /** Absent where the domain has no MX records and is its own exchange. */
  readonly preference?: number;
  readonly host: Name;
  /** Absent where the host has none. */
  readonly address?: IpAddress;
  /** Of the conversation with it. */
  readonly evidence?: string;
  readonly cells: Readonly<Record<MatrixColumn, Cell>>;
}

export interface Matrix {
  /** Most preferred host first. */
  readonly rows: readonly MatrixRow[];
}

/** From what was observed, and what the rules made of it. */
export function* matrixOf(about: About, judgements: readonly Judgement[]): Inquiry<Matrix> {
  const { mx } = yield* exchangesOf(about);
  const { hosts } = yield* mailFacts(about);
  const spoken = yield* dialogues(about);
  const talks = new Map(spoken.map((fact) => [placeKey(fact.want), fact]));
  const rows = hosts.flatMap((facts): readonly MatrixRow[] => {
    const { host } = facts;
    const records = mx.kind === 'records' ? mx.records : [];
    const ranks = records.filter((each) => sameName(each.host, host));
    const rank = ranks.length > 0 ? { preference: Math.min(...ranks.map(preferenceOf)) } : {};
    // Of very many addresses only some are talked to.
    const addresses = ipAddressesOf(facts).filter((address) =>
      talks.has(placeKey({ host, address })),
    );
    if (addresses.length === 0) return [{ ...rank, host, cells: withoutAddress(facts) }];
    return addresses.map((address): MatrixRow => {
      const place = { host, address };
      const fact = talks.get(placeKey(place));
      const evidence = fact && { evidence: fact.id };
      return { ...rank, ...place, ...evidence, cells: cellsOf(place, fact?.dialogue, judgements) };
    });
  });
  return { rows };
}

const preferenceOf = ({ preference }: { readonly preference: number }): number => preference;

interface Place {
  readonly host: Name;
  readonly address: IpAddress;
}

const placeKey = ({ host, address }: Place): string => `${nameKey(host)} ${address}`;

type Cells = MatrixRow['cells'];

const NOTHING: Cell = { state: 'none', word: '' };

const byColumn = (cellFor: (column: MatrixColumn) => Cell): Cells =>
  Object.fromEntries(MATRIX_COLUMNS.map((column) => [column, cellFor(column)])) as Cells;

function withoutAddress({ ipv4, ipv6 }: HostFacts): Cells {
  const isUnknown = [ipv4, ipv6].some(({ kind }) => kind === 'failure');
  const resolve: Cell = isUnknown
    ? { state: 'unknown', word: 'lookup failed' }
    : { state: 'bad', word: ipv4.kind === 'no-name' ? 'no such name' : 'no address' };
  return byColumn((column) => (column === 'resolve' ? resolve : NOTHING));
}

function cellsOf(
  place: Place,
  dialogue: Dialogue | undefined,
  judgements: readonly Judgement[],
): Cells {
  return byColumn((column) => {
    if (column === 'resolve') {
      return { state: 'good', word: isIpv6(place.address) ? 'IPv6' : 'IPv4' };
    }
    return column === 'test' ? NOTHING : cellFrom(COLUMNS[column], place, { dialogue, judgements });
  });
}

type Word = string | ((dialogue: Dialogue) => string);

interface Column {
  /** Rule → the word for what it finds. */
  readonly found: Readonly<Record<string, Word>>;
  readonly good: Word;
}

const COLUMNS: Readonly<Record<Exclude<MatrixColumn, 'resolve' | 'test'>, Column>> = {
  connect: { found: { 'SMTP-CONNECT': failureIn }, good: 'connected' },
  greeting: {
    found: { 'SMTP-BANNER': 'odd', 'SMTP-BANNER-PIX': 'masked' },
    good: (dialogue) => codeOf(dialogue, 'greeting'),
  },
  ehlo: { found: { 'SMTP-EHLO': 'odd' }, good: (dialogue) => codeOf(dialogue, 'ehlo') },
  starttls: {
    found: { 'TLS-OFFERED': 'not offered', 'TLS-HANDSHAKE': 'fails', 'TLS-VERSION': 'old' },
    good: ({ tls }) => (tls?.kind === 'started' ? tls.protocol : 'offered'),
  },
  certificate: {
    found: {
      'CERT-EXPIRY': 'out of date',
      'CERT-NAME': 'other name',
      'CERT-CHAIN': 'not trusted',
      'CERT-KEY': 'weak key',
      'CERT-SIG': 'weak signature',
      'CERT-AHEAD': 'ends soon',
      'CERT-PER-ADDR': 'differs',
      'STS-CERT': 'not accepted',
    },
    good: 'valid',
  },
  dane: { found: { 'DANE-MATCH': 'no match' }, good: 'matches' },
  sts: { found: { 'STS-CERT': 'not accepted', 'STS-MX-MATCH': 'not named' }, good: 'matches' },
  nullSender: { found: { 'RCPT-NULL-SENDER': 'refused' }, good: 'taken' },
  postmaster: {
    found: { 'BACKUP-RELAYS': 'no relay', 'RCPT-POSTMASTER': 'refused' },
    good: 'taken',
  },
  unknownUser: { found: { 'RCPT-UNKNOWN': 'taken', 'BACKUP-BLIND': 'taken' }, good: 'refused' },
};

const codeOf = ({ steps }: Dialogue, wanted: 'greeting' | 'ehlo'): string =>
  String(steps.find(({ name }) => name === wanted)?.reply?.code ?? '');

/** `refused`, `timeout`, … */
function failureIn({ connect }: Dialogue): string {
  return connect.kind === 'failed' ? connect.failure : 'no connection';
}

interface Seen {
  readonly dialogue: Dialogue | undefined;
  readonly judgements: readonly Judgement[];
}

/** Worst first. What is not known outweighs what is well, and nothing else. */
const WORST: readonly CellState[] = ['bad', 'poor', 'unknown', 'good', 'none'];

function cellFrom(column: Column, place: Place, { dialogue, judgements }: Seen): Cell {
  const cells = Object.entries(column.found).flatMap(([id, found]): readonly Cell[] => {
    const judgement = judgements.find(({ rule }) => rule.id === id);
    const verdicts = judgement?.verdicts.filter((verdict) => concerns(verdict, place)) ?? [];
    return verdicts.map((verdict) => {
      const severity = judgement?.rule.severity ?? 'info';
      const evidence = 'evidence' in verdict ? verdict.evidence?.[0] : undefined;
      return {
        state: stateOf(verdict, severity),
        word: wordFor(verdict, { found, good: column.good, dialogue }),
        ...(evidence !== undefined && { evidence }),
      };
    });
  });
  return cells.toSorted((a, b) => WORST.indexOf(a.state) - WORST.indexOf(b.state))[0] ?? NOTHING;
}

/** What is said of the whole domain holds for each place; a fault may be of another one. */
function concerns({ subject, outcome }: Verdict, { host, address }: Place): boolean {
  switch (subject.kind) {
    case 'address':
      return sameName(subject.host, host) && subject.address === address;
    case 'exchange':
      return sameName(subject.host, host);
    case 'domain':
      return outcome !== 'finding';
    default:
      return false;
  }
}

function stateOf(verdict: Verdict, usual: Severity): CellState {
  switch (verdict.outcome) {
    case 'finding':
      return BAD.includes(verdict.severity ?? usual) ? 'bad' : 'poor';
    case 'pass':
      return 'good';
    case 'unknown':
      return 'unknown';
    case 'not-applicable':
    case 'skipped':
      return 'none';
  }
}

const BAD: readonly Severity[] = ['critical', 'error'];

interface Words {
  readonly found: Word;
  readonly good: Word;
  readonly dialogue: Dialogue | undefined;
}

function wordFor(verdict: Verdict, { found, good, dialogue }: Words): string {
  switch (verdict.outcome) {
    case 'finding':
      return textOf(found, dialogue);
    case 'pass':
      return textOf(good, dialogue);
    case 'unknown':
      // The code alone: a whole reply is too long for a table.
      return verdict.reply?.slice(0, 3) ?? 'not known';
    case 'not-applicable':
      return 'does not apply';
    case 'skipped':
      return 'not asked';
  }
}

function textOf(word: Word, dialogue: Dialogue | undefined): string {
  if (typeof word === 'string') return word;
  return dialogue ? word(dialogue) : '';
}
