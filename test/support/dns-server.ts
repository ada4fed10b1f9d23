// A DNS server that does what a table says, on any `Network`: it answers, refuses, truncates, keeps
// silent, sends garbage, or answers as a forger would. It remembers what it was asked.
import { concat } from '../../src/base/bytes.ts';
import type { Endpoint, IpAddress } from '../../src/base/ip.ts';
import { type Name, nameKey } from '../../src/dns/name.ts';
import {
  type Asked,
  CLASS_IN,
  type Edns,
  type Packet,
  RCODE,
  type ResourceRecord,
} from '../../src/dns/packet.ts';
import type { RecordData } from '../../src/dns/records/record-data.ts';
import { TYPE, typeText } from '../../src/dns/types.ts';
import { decode, encode } from '../../src/dns/wire.ts';
import type { Connection, Network } from '../../src/net/network.ts';

/** What may be set in an answer; the rest is as a recursive server has it. */
type Said = Partial<
  Pick<
    Packet,
    'rcode' | 'answers' | 'authority' | 'authenticData' | 'authoritative' | 'questions' | 'edns'
  >
>;

export type Behaviour =
  | (Said & { readonly does: 'answer' })
  /** Sends nothing but TC by UDP, and the answer by TCP. */
  | (Said & { readonly does: 'truncate' })
  | { readonly does: 'keep silent' }
  /** Sends these bytes, with the id of the query over the first two where there are two. */
  | { readonly does: 'send'; readonly bytes: Uint8Array }
  | (Said & { readonly does: 'answer with a wrong id' })
  /** Takes TCP connections and closes them; by UDP it sends TC. */
  | { readonly does: 'hang up' };

/** One after another for each time of asking, the last for ever. */
export type Behaviours = Behaviour | readonly Behaviour[];

/** By `name TYPE`, e.g. `example.com. MX`; the key `*` is for what is not in the table. */
export type Script = Readonly<Record<string, Behaviours>>;

export interface WasAsked {
  readonly key: string;
  readonly by: 'udp' | 'tcp';
  readonly from: Endpoint;
  readonly packet: Packet;
}

export interface DnsServer {
  readonly at: Endpoint;
  readonly asked: readonly WasAsked[];
  /** Sets what is said from now on; behaviours in a list go on where they were. */
  say(script: Script): void;
  close(): Promise<void>;
}

/** Listens by UDP and TCP on the same endpoint. */
export async function scriptedDnsServer(
  network: Network,
  at: Endpoint,
  script: Script,
): Promise<DnsServer> {
  const asked: WasAsked[] = [];
  const counts = new Map<string, number>();
  let said = script;

  function behave(bytes: Uint8Array, by: 'udp' | 'tcp', from: Endpoint) {
    const packet = decode(bytes);
    const [question] = packet.questions;
    const key = question ? keyOf(question) : '';
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    asked.push({ key, by, from, packet });
    const listed = said[key] ?? said['*'] ?? { does: 'keep silent' };
    const behaviours: readonly Behaviour[] = 'does' in listed ? [listed] : listed;
    const behaviour = behaviours[Math.min(count, behaviours.length - 1)];
    return behaviour && { behaviour, reply: replyOf(behaviour, packet, by) };
  }

  const { datagrams, listener } = await bindBoth(network, at, {
    received(bytes, from) {
      const reply = behave(bytes, 'udp', from)?.reply;
      if (reply) datagrams.send(reply, from);
    },
    accepted(connection) {
      serveTcp(connection, (bytes) => {
        const done = behave(bytes, 'tcp', connection.remote);
        if (done?.behaviour.does === 'hang up') connection.destroy();
        else if (done?.reply) writeInPieces(connection, withLength(done.reply));
      });
    },
  });
  return {
    at: datagrams.at,
    asked,
    say(next) {
      said = next;
    },
    async close() {
      await Promise.all([datagrams.close(), listener.close()]);
    },
  };
}

interface Receivers {
  received(bytes: Uint8Array, from: Endpoint): void;
  accepted(connection: Connection): void;
}

const BIND_TRIES = 20;

/** One port for both: where a port that is free by UDP is taken by TCP, another is tried. */
async function bindBoth(network: Network, at: Endpoint, { received, accepted }: Receivers) {
  for (let tried = 1; ; tried += 1) {
    const datagrams = await network.udp(at, {}, { received, failed() {} });
    try {
      const listener = await network.listen(datagrams.at, { connectionsMax: 100 }, accepted);
      return { datagrams, listener };
    } catch (error) {
      await datagrams.close();
      if (at.port !== 0 || tried === BIND_TRIES) throw error;
    }
  }
}

const keyOf = (question: Asked): string => `${nameKey(question.name)} ${typeText(question.type)}`;

function replyOf(behaviour: Behaviour, query: Packet, by: 'udp' | 'tcp'): Uint8Array | undefined {
  switch (behaviour.does) {
    case 'keep silent':
      return undefined;
    case 'send':
      return withId(behaviour.bytes, query.id);
    case 'hang up':
      return saying(query, { truncated: true });
    case 'truncate':
      return by === 'udp' ? saying(query, { truncated: true }) : saying(query, behaviour);
    case 'answer':
      return saying(query, behaviour);
    case 'answer with a wrong id':
      return saying({ ...query, id: query.id ^ 1 }, behaviour);
  }
}

function saying(query: Packet, said: Said & { readonly truncated?: boolean }): Uint8Array {
  const reply: Packet = {
    id: query.id,
    opcode: query.opcode,
    isResponse: true,
    authoritative: said.authoritative ?? false,
    truncated: said.truncated ?? false,
    recursionDesired: query.recursionDesired,
    recursionAvailable: true,
    authenticData: said.authenticData ?? false,
    checkingDisabled: false,
    rcode: said.rcode ?? RCODE.NOERROR,
    questions: said.questions ?? query.questions,
    answers: said.answers ?? [],
    authority: said.authority ?? [],
    additional: [],
    ...(said.edns ? { edns: said.edns } : {}),
  };
  return encode(reply, 65_535);
}

function withId(bytes: Uint8Array, id: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  if (copy.length >= 2) copy.set([id >> 8, id & 0xff]);
  return copy;
}

const withLength = (packet: Uint8Array): Uint8Array =>
  concat([Uint8Array.of(packet.length >> 8, packet.length & 0xff), packet]);

/** As a stream may arrive: the length alone and cut in two, a little, the rest. */
function writeInPieces(connection: Connection, bytes: Uint8Array): void {
  for (const [from, to] of [
    [0, 1],
    [1, 2],
    [2, 20],
    [20, bytes.length],
  ]) {
    connection.write(bytes.subarray(from, to));
  }
}

function serveTcp(connection: Connection, received: (packet: Uint8Array) => void): void {
  let waiting: Uint8Array = new Uint8Array();
  connection.open({
    data(bytes) {
      waiting = concat([waiting, bytes]);
      while (waiting.length >= 2) {
        const end = 2 + (waiting[0] ?? 0) * 256 + (waiting[1] ?? 0);
        if (waiting.length < end) return;
        received(waiting.subarray(2, end));
        waiting = waiting.subarray(end);
      }
    },
    drained() {},
    closed() {},
  });
}

/** A record of class IN. */
export function record(
  owner: string,
  type: keyof typeof TYPE,
  data: RecordData,
  ttlSeconds = 300,
): ResourceRecord {
  return { name: owner as Name, type: TYPE[type], class: CLASS_IN, ttlSeconds, data };
}

export const mx = (owner: string, preference: number, exchange: string, ttlSeconds = 300) =>
  record(owner, 'MX', { kind: 'MX', preference, exchange: exchange as Name }, ttlSeconds);

export const a = (owner: string, address: string, ttlSeconds = 300) =>
  record(owner, 'A', { kind: 'A', address: address as IpAddress }, ttlSeconds);

export const aaaa = (owner: string, address: string, ttlSeconds = 300) =>
  record(owner, 'AAAA', { kind: 'AAAA', address: address as IpAddress }, ttlSeconds);

export const cname = (owner: string, target: string, ttlSeconds = 300) =>
  record(owner, 'CNAME', { kind: 'CNAME', target: target as Name }, ttlSeconds);

export const ns = (owner: string, host: string) =>
  record(owner, 'NS', { kind: 'NS', host: host as Name });

/** The SOA of a zone, as a "no" carries it. */
export function soa(origin: string, negativeTtlSeconds = 60, ttlSeconds = 3_600): ResourceRecord {
  return record(
    origin,
    'SOA',
    {
      kind: 'SOA',
      primary: 'ns.invalid.' as Name,
      contact: 'hostmaster.invalid.' as Name,
      serial: 1,
      refreshSeconds: 3_600,
      retrySeconds: 600,
      expireSeconds: 86_400,
      negativeTtlSeconds,
    },
    ttlSeconds,
  );
}

/** EDNS with an extended error (RFC 8914). */
export const extendedError = (code: number): Edns => ({
  version: 0,
  udpBytesMax: 1_232,
  dnssecOk: false,
  options: [{ code: 15, bytes: Uint8Array.of(code >> 8, code & 0xff) }],
});
