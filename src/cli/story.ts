// The ledger of a message as a person would tell it: for each recipient what happened, when, where,
// what was said, and what comes next. Pure: a history in, text out.
import type { LedgerEntry, MessageHistory, Origin, Recipient, Try } from '../api/types.ts';
import { parseIp, printEndpoint } from '../base/ip.ts';
import { showOctets, showText } from '../base/show.ts';
import { type Instant, milliseconds, printDuration } from '../base/time.ts';
import type { Style } from './style.ts';
import { printAddress, printFromNow, printHost, printSize, printTime } from './words.ts';

type Attempted = Extract<LedgerEntry, { kind: 'attempted' }>;

/** Under the time that opens an entry. */
const UNDER = ' '.repeat(24);

function originSentence(origin: Origin): string {
  if (origin.kind === 'bounce') return 'made here, to tell a sender about a failure';
  if (origin.kind === 'command') return 'handed in by a command';
  const client = origin.client === undefined ? '' : ` from ${origin.client}`;
  const hello = origin.hello === undefined ? '' : `, which calls itself ${showText(origin.hello)}`;
  const tls = origin.tls === undefined ? 'in clear' : showText(origin.tls);
  return `by ${origin.kind}${client}${hello}, ${tls}`;
}

/** What the DNS had said, as far as a line can hold it. */
function factsLine({ question }: Attempted): string[] {
  const mx = question.facts?.mx;
  if (mx === undefined) return [];
  if (mx.kind === 'failure') return [`the DNS: ${mx.failure}, ${showText(mx.because)}`];
  if (mx.kind !== 'records') {
    return [mx.kind === 'no-name' ? 'the DNS: no such name' : 'the DNS: no MX'];
  }
  const exchanges = mx.records.map(({ preference, host }) => `${preference} ${printHost(host)}`);
  return [`the DNS: MX ${exchanges.join(', ')}`];
}

function endpointOf({ address, port }: Try): string {
  const ip = parseIp(address);
  return ip === undefined
    ? `${showText(address)} port ${port}`
    : printEndpoint({ address: ip, port });
}

function tryLines(tried: Try, at: number): string[] {
  const facts = [
    `${at + 1}. ${printHost(tried.host)} ${endpointOf(tried)}`,
    tried.preference === undefined ? 'no MX' : `preference ${tried.preference}`,
    tried.tls === undefined ? 'in clear' : showText(tried.tls),
    ...(tried.reused ? ['a connection used before'] : []),
    printDuration(milliseconds(tried.tookMs)),
  ];
  return [
    facts.join(', '),
    ...tried.replies.map(({ phase, text }) => `   ${phase}: ${showOctets(text)}`),
    ...tried.notes.map((note) => `   note: ${showText(note)}`),
    `   ended: ${showOctets(tried.ending)}`,
  ];
}

function attemptLines(entry: Attempted, attempt: number): string[] {
  const next = entry.nextAttemptAt;
  return [
    `attempt ${attempt}: ${entry.outcome}: ${showOctets(entry.reason)}`,
    `asked ${printTime(entry.question.now)}`,
    ...factsLine(entry),
    `route: ${showText(entry.route)}`,
    ...entry.tries.flatMap(tryLines),
    ...(entry.possibleDuplicate ? ['the last reply was lost: the message may arrive twice'] : []),
    ...(next === undefined ? [] : [`next attempt: ${printTime(next)}`]),
  ];
}

function entryLines(entry: LedgerEntry, attempt: number): string[] {
  switch (entry.kind) {
    case 'accepted':
      return [`accepted, ${printSize(entry.sizeBytes)}, ${originSentence(entry.origin)}`];
    case 'attempted':
      return attemptLines(entry, attempt);
    case 'interrupted':
      return [
        `interrupted by a crash of the server, number ${entry.crashes}`,
        ...(entry.stack?.split('\n').map(showText) ?? []),
      ];
    case 'bounced':
      return [`bounced: the sender is told by ${entry.bounceId}`];
    case 'delay-reported':
      return [`the sender is told of the delay by ${entry.noticeId}`];
    default:
      return [`${entry.kind}: ${showOctets(entry.reason)}`];
  }
}

function standing(recipient: Recipient, now: Instant): string {
  if (recipient.state !== 'waiting') return recipient.state;
  return `waiting, next attempt ${printFromNow(recipient.nextAttemptAt, now)}`;
}

/** Recipients to whom exactly the same happened are told of together. */
function groupsOf({ message, ledger }: MessageHistory): readonly (readonly Recipient[])[] {
  const groups = new Map<string, Recipient[]>();
  for (const recipient of message.recipients) {
    const entries = ledger.flatMap((entry, at) =>
      entry.recipients.includes(recipient.number) ? [at] : [],
    );
    const key = `${recipient.state} ${entries.join(' ')}`;
    groups.set(key, [...(groups.get(key) ?? []), recipient]);
  }
  return [...groups.values()];
}

function groupStory(group: readonly Recipient[], ledger: readonly LedgerEntry[]): string[] {
  let attempt = 0;
  const own = ledger.filter(({ recipients }) =>
    group.some(({ number }) => recipients.includes(number)),
  );
  return own.flatMap((entry) => {
    if (entry.kind === 'attempted') attempt += 1;
    const [first = '', ...rest] = entryLines(entry, attempt);
    return [`  ${printTime(entry.at)}  ${first}`, ...rest.map((line) => `${UNDER}${line}`)];
  });
}

/** The whole story of one message. */
export function tellStory(history: MessageHistory, now: Instant, style: Style): string {
  const { message } = history;
  const field = message.messageIdField;
  const named = field === undefined ? '' : `, Message-ID <${showText(field)}>`;
  const title = `${message.id} from ${printAddress(message.sender)}${named}`;
  const parts = groupsOf(history).map((group) => {
    const names = group.map(({ address }) => printAddress(address)).join(', ');
    const state = group[0] === undefined ? '' : standing(group[0], now);
    return [`${style.strong(names)}: ${style.accent(state)}`, ...groupStory(group, history.ledger)];
  });
  return [style.strong(title), ...parts.flatMap((lines) => ['', ...lines])]
    .map((line) => `${line}\n`)
    .join('');
}
