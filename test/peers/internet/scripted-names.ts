// A program of the closed internet: name servers that fail as no real one can be told to. Each asks
// a real server and spoils the answer on the way. It is given a JSON file with all of them, and says
// `ready` when it listens.
import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';

export type Spoils =
  /** Nobody listens on TCP. */
  | { readonly kind: 'no TCP' }
  /** Never answers questions for these types. */
  | { readonly kind: 'drops'; readonly types: readonly number[] }
  /** The AA bit is missing from answers with records of this type. */
  | { readonly kind: 'not authoritative'; readonly type: number }
  /** Each record of an answer has a TTL of its own. */
  | { readonly kind: 'uneven TTLs' }
  /** This name is an alias for all types but these. */
  | {
      readonly kind: 'alias';
      readonly name: string;
      readonly but: readonly number[];
      readonly target: string;
    };

export interface OddServer {
  readonly addresses: readonly string[];
  /** The real server that it asks. */
  readonly behind: string;
  readonly spoils: Spoils;
}

const HEADER_BYTES = 12;
const TYPE_CNAME = 5;
const TTL_SECONDS = 3_600;

const file = process.argv[2];
if (file === undefined) throw new Error('usage: scripted-names.ts FILE');
const servers = JSON.parse(readFileSync(file, 'utf8')) as readonly OddServer[];

/** Where the name that begins here ends. */
function afterName(packet: Buffer, start: number): number {
  for (let at = start; ; ) {
    const length = packet[at] ?? 0;
    if (length >= 0xc0) return at + 2;
    at += 1 + length;
    if (length === 0) return at;
  }
}

const typeOf = (packet: Buffer): number => packet.readUInt16BE(afterName(packet, HEADER_BYTES));

function withoutAuthority(packet: Buffer): Buffer {
  const copy = Buffer.from(packet);
  copy[2] = (copy[2] ?? 0) & ~0x04;
  return copy;
}

function withUnevenTtls(packet: Buffer): Buffer {
  const copy = Buffer.from(packet);
  let at = afterName(copy, HEADER_BYTES) + 4;
  for (let record = 0; record < copy.readUInt16BE(6); record += 1) {
    at = afterName(copy, at);
    if (record > 0) copy.writeUInt32BE(TTL_SECONDS + 600 * record, at + 4);
    at += 10 + copy.readUInt16BE(at + 8);
  }
  return copy;
}

function wireName(text: string): Buffer {
  const labels = text.split('.').filter((label) => label !== '');
  const pieces = labels.flatMap((label) => [Buffer.of(label.length), Buffer.from(label)]);
  return Buffer.concat([...pieces, Buffer.of(0)]);
}

/** An answer to the query with one CNAME record at its name. */
function aliasAnswer(query: Buffer, target: string): Buffer {
  const question = query.subarray(HEADER_BYTES, afterName(query, HEADER_BYTES) + 4);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(query.readUInt16BE(0), 0);
  header.writeUInt16BE(0x8400 | (query.readUInt16BE(2) & 0x0100), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(1, 6);
  const name = wireName(target);
  const fixed = Buffer.alloc(12);
  fixed.writeUInt16BE(0xc000 | HEADER_BYTES, 0);
  fixed.writeUInt16BE(TYPE_CNAME, 2);
  fixed.writeUInt16BE(1, 4);
  fixed.writeUInt32BE(TTL_SECONDS, 6);
  fixed.writeUInt16BE(name.length, 10);
  return Buffer.concat([header, question, fixed, name]);
}

/** The answer that is given without asking; `silence` for none. */
function ownAnswer(spoils: Spoils, query: Buffer): Buffer | 'silence' | undefined {
  const type = typeOf(query);
  if (spoils.kind === 'drops' && spoils.types.includes(type)) return 'silence';
  if (spoils.kind !== 'alias' || spoils.but.includes(type)) return undefined;
  const name = query.subarray(HEADER_BYTES, afterName(query, HEADER_BYTES));
  const isMeant =
    name.toString('latin1').toLowerCase() === wireName(spoils.name).toString('latin1');
  return isMeant ? aliasAnswer(query, spoils.target) : undefined;
}

function spoiled(spoils: Spoils, query: Buffer, answer: Buffer): Buffer {
  if (spoils.kind === 'uneven TTLs') return withUnevenTtls(answer);
  const isMeant = spoils.kind === 'not authoritative' && spoils.type === typeOf(query);
  return isMeant ? withoutAuthority(answer) : answer;
}

function serveDatagrams(server: OddServer, address: string): Promise<Datagrams> {
  const family = address.includes(':') ? 'udp6' : 'udp4';
  const socket = createSocket(family);
  socket.on('message', (query, from) => {
    const own = ownAnswer(server.spoils, query);
    if (own === 'silence') return;
    if (own !== undefined) {
      socket.send(own, from.port, from.address);
      return;
    }
    const asking = createSocket('udp4');
    const timer = setTimeout(() => asking.close(), 5_000);
    asking.once('message', (answer) => {
      clearTimeout(timer);
      asking.close();
      socket.send(spoiled(server.spoils, query, answer), from.port, from.address);
    });
    asking.send(query, 53, server.behind);
  });
  return new Promise((resolve) => socket.bind(53, address, () => resolve(socket)));
}

const withLength = (packet: Buffer): Buffer =>
  Buffer.concat([Buffer.of(packet.length >> 8, packet.length & 0xff), packet]);

/** Hands on each whole packet of a stream. */
function onPackets(socket: Socket, take: (packet: Buffer) => void): void {
  let waiting = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes: Buffer) => {
    waiting = Buffer.concat([waiting, bytes]);
    while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
      const end = 2 + waiting.readUInt16BE(0);
      take(Buffer.from(waiting.subarray(2, end)));
      waiting = Buffer.from(waiting.subarray(end));
    }
  });
}

function converse(server: OddServer, client: Socket): void {
  onPackets(client, (query) => {
    const own = ownAnswer(server.spoils, query);
    if (own === 'silence') return;
    if (own !== undefined) {
      client.write(withLength(own));
      return;
    }
    const upstream = connect({ host: server.behind, port: 53 });
    onPackets(upstream, (answer) => {
      client.write(withLength(spoiled(server.spoils, query, answer)));
      upstream.end();
    });
    upstream.write(withLength(query));
  });
}

function serveStreams(server: OddServer, address: string): Promise<void> {
  if (server.spoils.kind === 'no TCP') return Promise.resolve();
  const listener = createServer((client) => converse(server, client));
  return new Promise((resolve) => listener.listen(53, address, resolve));
}

await Promise.all(
  servers.flatMap((server) =>
    server.addresses.flatMap((address): Promise<unknown>[] => [
      serveDatagrams(server, address),
      serveStreams(server, address),
    ]),
  ),
);
process.stdout.write('ready\n');
