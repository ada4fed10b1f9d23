// A machine of a false world that can lose its power: from that moment none of its timers runs,
// none of its connections carries anything, and nobody listens there. What its program would have
// done next does not happen, as when a plug is pulled.
import type { Clock } from '../../src/base/time.ts';
import type { Listener, Network } from '../../src/net/network.ts';

export interface Powered {
  readonly network: Network;
  readonly clock: Clock;
  readonly isOn: boolean;
  /** The other ends of its connections are for the caller to cut. */
  cutPower(): Promise<void>;
}

const NEVER: Promise<never> = new Promise(() => {});

export function powered(network: Network, clock: Clock): Powered {
  const open = new Set<Pick<Listener, 'close'>>();
  let isOn = true;
  const kept = <T extends Pick<Listener, 'close'>>(one: T): T => {
    open.add(one);
    return one;
  };
  return {
    get isOn() {
      return isOn;
    },
    clock: {
      now: () => clock.now(),
      after: (length, run) => clock.after(length, () => isOn && run()),
    },
    network: {
      connect: (to, options) => (isOn ? network.connect(to, options) : NEVER),
      listen: async (at, options, accepted) => kept(await network.listen(at, options, accepted)),
      udp: async (at, options, listener) => kept(await network.udp(at, options, listener)),
      interfaceAddresses: () => network.interfaceAddresses(),
    },
    async cutPower() {
      isOn = false;
      for (const each of open) await each.close();
    },
  };
}
