// A question to a DNS server on a real socket, once.
import type { IpAddress } from '../../src/base/ip.ts';
import type { Packet } from '../../src/dns/packet.ts';
import { decode } from '../../src/dns/wire.ts';
import { realNetwork } from '../../src/net/real-network.ts';
import { systemClock } from '../../src/system.ts';
import { bytesOf, tcpClient, udpClient } from './dns-client.ts';
import type { Place } from './smtp-talk.ts';

/** Asks `example.com. MX` and the like. */
export async function askDns(
  { address, port }: Place,
  question: string,
  by: 'udp' | 'tcp' = 'udp',
): Promise<Packet> {
  const to = { address: address as IpAddress, port };
  const network = realNetwork(systemClock);
  if (by === 'tcp') {
    const client = await tcpClient(network, to);
    client.send(bytesOf(question));
    return client.next().finally(() => client.destroy());
  }
  const client = await udpClient(network, to);
  client.send(bytesOf(question));
  return client
    .next()
    .then(decode)
    .finally(() => client.close());
}

/** The numbers of the MX records in an answer. */
export const preferencesIn = ({ answers }: Packet): readonly number[] =>
  answers.flatMap(({ data }) => (data.kind === 'MX' ? [data.preference] : []));
