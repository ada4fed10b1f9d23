// Ports on loopback that nobody has.
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const TRIES_MAX = 20;

/** A port that is free by UDP and TCP now; whoever wants it must be quick. */
export async function freePort(address: string): Promise<number> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const port = await freeTcpPort(address);
    if (await isFreeByUdp(address, port)) return port;
  }
  throw new Error(`no free port at ${address}`);
}

function freeTcpPort(address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, address, () => {
      const bound = server.address();
      const port = bound !== null && typeof bound === 'object' ? bound.port : 0;
      server.close(() => resolve(port));
    });
  });
}

function isFreeByUdp(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4').once('error', () => resolve(false));
    socket.bind(port, address, () => socket.close(() => resolve(true)));
  });
}
