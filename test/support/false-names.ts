// The name server of a false world: the real one, over zones as text, whose answers can be made to
// fail for a while.
import type { Endpoint } from '../../src/base/ip.ts';
import type { Clock } from '../../src/base/time.ts';
import { isBelow, type Name, sameName } from '../../src/dns/name.ts';
import { RCODE } from '../../src/dns/packet.ts';
import { decode, encode } from '../../src/dns/wire.ts';
import { Nameserver } from '../../src/nameserver/nameserver.ts';
import type { Datagrams, Network } from '../../src/net/network.ts';
import { nameOf, zoneFrom } from './zones.ts';

export class FalseNames {
  readonly at: Endpoint;
  readonly #server: Nameserver;
  readonly #failing = new Set<Name>();

  constructor(network: Network, clock: Clock, at: Endpoint) {
    this.at = at;
    this.#server = new Nameserver({
      network: { ...doorsOf(network), udp: (...args) => this.#udp(network, ...args) },
      clock,
      events: { emit: () => {} },
      listen: [at],
      udp: true,
      tcp: true,
      reusePort: false,
    });
  }

  /** Serves a zone from its text, in place of the one before; SOA and NS are added. */
  serve(domain: string, text: string): void {
    const head = `$TTL 300\n@ SOA ns hostmaster 1 3600 600 604800 300\n@ NS ns.example.net.\n`;
    const origin = nameOf(domain);
    const zone = zoneFrom(`${head}${text}\n`, origin);
    this.#server.apply([
      { kind: 'remove', origin },
      { kind: 'load', zone },
    ]);
  }

  /** SERVFAIL for everything at and below the domain, until `mends`. */
  fails(domain: string): void {
    this.#failing.add(nameOf(domain));
  }

  mends(domain: string): void {
    this.#failing.delete(nameOf(domain));
  }

  async start(): Promise<void> {
    await this.#server.start();
  }

  async #udp(network: Network, ...[at, options, listener]: UdpArguments): Promise<Datagrams> {
    const socket = await network.udp(at, options, {
      failed: listener.failed,
      received: (bytes, from) => {
        const query = decode(bytes);
        const failure = { ...query, isResponse: true, rcode: RCODE.SERVFAIL };
        if (query.questions.some(({ name }) => this.#isFailing(name)))
          socket.send(encode(failure, 512), from);
        else listener.received(bytes, from);
      },
    });
    return socket;
  }

  #isFailing(name: Name): boolean {
    return [...this.#failing].some((each) => sameName(name, each) || isBelow(name, each));
  }
}

type UdpArguments = Parameters<Network['udp']>;

const doorsOf = (network: Network): Network => ({
  connect: (to, options) => network.connect(to, options),
  listen: (at, options, accepted) => network.listen(at, options, accepted),
  udp: (at, options, listener) => network.udp(at, options, listener),
  interfaceAddresses: () => network.interfaceAddresses(),
});
