// The parts of an API that live in memory: a queue of given messages, and answers that a test
// chooses.
import type { ApiParts } from '../../src/api/parts.ts';
import type { RouteExplanation, Submission } from '../../src/api/types.ts';
import { EventHub } from '../../src/base/events.ts';
import { parseIp } from '../../src/base/ip.ts';
import { instantAt } from '../../src/base/time.ts';
import { parseName } from '../../src/dns/name.ts';
import type { LedgerEntry, MessageId } from '../../src/queue/message.ts';
import type { KeptMessage, ListQuery } from '../../src/queue/store.ts';
import { ROUTE_DEFAULTS } from '../../src/routing/question.ts';
import type { Route } from '../../src/routing/route.ts';
import type { Target } from '../../src/routing/target.ts';

/** 2026-01-31 14:00:00Z. */
export const NOON = instantAt(Date.UTC(2026, 0, 31, 14));

export const minutesLater = (count: number) => instantAt(NOON + count * 60_000);

export function name(text: string) {
  const parsed = parseName(text);
  if (typeof parsed !== 'string') throw new Error(`${text}: ${parsed.because}`);
  return parsed;
}

export function ip(text: string) {
  const parsed = parseIp(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

export const target = (host: string, address: string, preference: number): Target => ({
  host,
  address: ip(address),
  port: 25,
  preference,
  security: { kind: 'opportunistic' },
  because: `MX ${preference}`,
});

/** A question about a domain, and a route that a test chooses. */
export function explanation(domain: string, route: Route): RouteExplanation {
  return {
    address: `user@${domain}`,
    question: {
      domain: { kind: 'name', name: name(domain) },
      self: { hostname: name('self.example'), addresses: [], families: { ipv4: true, ipv6: true } },
      health: [],
      settings: ROUTE_DEFAULTS,
      seed: 1,
      now: NOON,
    },
    route,
  };
}

export const HOSTS: Route = {
  kind: 'hosts',
  targets: [
    target('mail.example.com', '192.0.2.1', 10),
    target('mail.example.com', '2001:db8::1', 10),
    target('backup.example.com', '192.0.2.2', 20),
  ],
  left: [
    { kind: 'no-address', host: 'old.example.com', preference: 30, because: 'it has no address' },
  ],
};

/** A message with one recipient that waits. */
export function kept(id: string, more: Partial<KeptMessage> = {}): KeptMessage {
  return {
    id: id as MessageId,
    sender: 'ann@example.org',
    receivedAt: NOON,
    sizeBytes: 5_200,
    messageIdField: 'one@example.org',
    crashes: 0,
    recipients: [
      {
        number: 0,
        address: 'user@example.com',
        domain: 'example.com',
        state: 'waiting',
        attempts: 1,
        nextAttemptAt: minutesLater(5),
        lastReason: 'connection refused',
        delayReported: false,
      },
    ],
    ...more,
  };
}

export interface FalseParts extends ApiParts {
  readonly events: EventHub;
  readonly submissions: Submission[];
  readonly listed: ListQuery[];
}

/** Parts with messages and their ledgers; single answers can be replaced. */
export function falseParts(
  messages: readonly KeptMessage[] = [],
  ledgers: Readonly<Record<string, readonly LedgerEntry[]>> = {},
  more: Partial<ApiParts> = {},
): FalseParts {
  const submissions: Submission[] = [];
  const listed: ListQuery[] = [];
  return {
    submissions,
    listed,
    queue: {
      list: async (query) => {
        listed.push(query);
        return messages.slice(0, query.limit);
      },
      find: async (id) =>
        messages.filter((message) => message.id === id || message.messageIdField === id),
      ledger: async (id) => ledgers[id] ?? [],
      close: async () => {},
    },
    messageBytesMax: 1_000,
    explain: async () => explanation('example.com', HOSTS),
    submit: async (submission) => {
      submissions.push(submission);
      return { id: '0-new' };
    },
    watched: async () => [],
    reloadZones: async () => ({ loaded: [], refused: [] }),
    observe: async () => Promise.reject(new Error('nothing is observed here')),
    roundTrip: async () => Promise.reject(new Error('nothing is tested here')),
    health: () => ({ hostname: 'self.example', troubles: [], listening: [] }),
    ...more,
    events: new EventHub(),
  };
}
