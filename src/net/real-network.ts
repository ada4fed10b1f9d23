// The network of this machine, behind the door of `network.ts`.
import { networkInterfaces } from 'node:os';
import type { IpAddress } from '../base/ip.ts';
import { parseIp } from '../base/ip.ts';
import type { Clock } from '../base/time.ts';
import type { Network } from './network.ts';
import type { Surroundings } from './socket-connection.ts';
import { connectTcp, listenTcp } from './tcp.ts';
import { type ClientTrust, clientTrust } from './tls.ts';
import { openUdp } from './udp.ts';

export interface RealNetworkOptions {
  /** Certificates (PEM) to trust in place of those that the runtime knows; for closed worlds. */
  readonly authorities?: readonly string[];
}

/** The real thing; deadlines come from `clock`. */
export function realNetwork(clock: Clock, options: RealNetworkOptions = {}): Network {
  let trust: ClientTrust | undefined;
  const around: Surroundings = {
    clock,
    trust() {
      trust ??= clientTrust(options.authorities);
      return trust;
    },
  };
  return {
    connect: (to, { timeout }) => connectTcp(to, timeout, around),
    listen: (at, how, accepted) => listenTcp(at, { ...how, around }, accepted),
    udp: openUdp,
    interfaceAddresses,
  };
}

function interfaceAddresses(): readonly IpAddress[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ scopeid }) => !scopeid) // A link-local address means nothing without its link.
    .map(({ address }) => parseIp(address))
    .filter((address) => address !== undefined);
}
