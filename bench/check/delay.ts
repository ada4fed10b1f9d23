// A way that takes time: stands at a server's public address and hands what comes on to where the
// server really is. Every packet and every piece of a connection waits the whole delay on its way to
// the server; answers come back at once, so the delay is that of a round trip. A connection's first
// byte passes after two delays: one is that of the handshake, which here takes no time, the other
// that of the question, or of the greeting that a server says when the handshake has come to its end.
import { createSocket } from 'node:dgram';
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface Way {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly udp: boolean;
}

export interface Delayed {
  stop(): void;
}

/** Resolves when all ways are open. */
export async function startDelays(ways: readonly Way[], delayMs: number): Promise<Delayed> {
  const open = await Promise.all(
    ways.flatMap((way) => [delayTcp(way, delayMs), ...(way.udp ? [delayUdp(way, delayMs)] : [])]),
  );
  return {
    stop: () => {
      for (const each of open) each.stop();
    },
  };
}

function delayTcp({ from, to, port }: Way, delayMs: number): Promise<Delayed> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ noDelay: true, pauseOnConnect: true }, (client) => {
    sockets.add(client);
    client.on('error', () => {}).once('close', () => sockets.delete(client));
    setTimeout(() => join(client, connect({ host: to, port, noDelay: true }), delayMs), delayMs);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen({ port, host: from }, () => {
      resolve({
        stop: () => {
          server.close();
          for (const socket of sockets) socket.destroy();
        },
      });
    });
  });
}

/** From now on, what the client said waits once more, and so does the first word of the server. */
function join(client: Socket, server: Socket, delayMs: number): void {
  const later = (work: () => void): void => void setTimeout(work, delayMs);
  server.on('error', () => client.destroy()).once('close', () => client.end());
  later(() => server.on('data', (bytes) => client.write(bytes)));
  client.on('data', (bytes) => later(() => server.write(bytes)));
  client.once('end', () => later(() => server.end()));
  client.once('close', () => later(() => server.destroy()));
  client.resume();
}

/** A socket to the server for every asker, as an asker has one for every question. */
function delayUdp({ from, to, port }: Way, delayMs: number): Promise<Delayed> {
  const front = createSocket('udp4');
  const backs = new Set<ReturnType<typeof createSocket>>();
  front.on('message', (query, asker) => {
    setTimeout(() => {
      const back = createSocket('udp4').on('error', () => {});
      backs.add(back);
      const close = (): void => {
        if (backs.delete(back)) back.close();
      };
      back.once('message', (reply) => {
        front.send(reply, asker.port, asker.address);
        close();
      });
      back.send(query, port, to);
      setTimeout(close, LOST_MS).unref();
    }, delayMs);
  });
  return new Promise((resolve, reject) => {
    front.once('error', reject).bind(port, from, () => {
      resolve({
        stop: () => {
          front.close();
          for (const back of backs) back.close();
        },
      });
    });
  });
}

/** Who has no answer by then gets none. */
const LOST_MS = 5_000;
