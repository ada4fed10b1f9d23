// Round trips, built from the settings: who is asked for the way, how a probe is given to a host,
// and in which mailboxes its arrival is looked for.
import { join } from 'node:path';
import type { RoundTrip, TestProgress, TestRequest } from './api/types.ts';
import { FingerpostError } from './base/errors.ts';
import type { Events } from './base/events.ts';
import type { Endpoint } from './base/ip.ts';
import type { Chance } from './base/random.ts';
import { type Clock, milliseconds } from './base/time.ts';
import type { Settings } from './config/settings.ts';
import { Conversations, printEnding } from './delivery/conversations.ts';
import { folderOf } from './delivery/maildir.ts';
import { askingOf, domainsOf, scheduleOf } from './lane-settings.ts';
import type { Network } from './net/network.ts';
import { realNetwork } from './net/real-network.ts';
import { Arrivals } from './observing/arrivals.ts';
import { type RoundTripPlan, roundTrip } from './observing/round-trip.ts';
import type { SendDoors } from './observing/round-trip-send.ts';
import { newMessageId } from './queue/message-id.ts';
import { ourDomainOf } from './routing/domains.ts';
import { isAddressFault, type MailAddress, parseAddress } from './smtp/address.ts';
import { systemChance, systemClock } from './system.ts';

export interface RoundTripParts {
  readonly network: Network;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly events: Events;
  /** Resolvers to ask. */
  readonly resolvers: readonly Endpoint[];
}

export type RoundTrips = (
  request: TestRequest,
  progress: (progress: TestProgress) => void,
) => Promise<RoundTrip>;

/** A host that lets nobody in within this time is not reachable. */
const CONNECT_MS_MAX = 15_000;

/** The doors of this machine. */
export function realRoundTripDoors(
  parts: Pick<RoundTripParts, 'resolvers' | 'events'>,
): RoundTripParts {
  const doors = { network: realNetwork(systemClock), clock: systemClock, chance: systemChance };
  return { ...doors, ...parts };
}

/** Each asks the DNS anew. Rejects with `USAGE` for what is no address, or no Maildir. */
export function createRoundTrips(settings: Settings, parts: RoundTripParts): RoundTrips {
  const { clock, chance, events } = parts;
  const { hostname } = settings;
  return async (request, progress) => {
    const plan = await planOf(settings, request);
    // Nothing is ours here: the way of other people's mail is asked for.
    const ask = askingOf({ ...settings, domains: [] }, { ...parts, badAmong: () => [] });
    const give = giver(settings, parts, request.waitMs);
    const schedule = scheduleOf(settings);
    const doors = { clock, chance, events, hostname, ask, give, printEnding, schedule };
    return roundTrip(doors, plan, progress);
  };
}

function addressIn(text: string): MailAddress {
  const address = parseAddress(text, { unicodeDomain: true });
  if (!isAddressFault(address)) return address;
  throw new FingerpostError('USAGE', `${text} is no mail address: ${address.because}`, { text });
}

async function planOf(settings: Settings, request: TestRequest): Promise<RoundTripPlan> {
  const address = addressIn(request.address);
  return {
    address,
    from: request.from ? addressIn(request.from).text : '',
    wait: milliseconds(request.waitMs),
    watch: await watchOf(settings, request, address),
    clean: request.clean ?? false,
  };
}

/** What is there now is noted here: before anything is sent. */
async function watchOf(
  settings: Settings,
  { maildir }: TestRequest,
  address: MailAddress,
): Promise<RoundTripPlan['watch']> {
  const folder = folderOf(address.local);
  const ours = ourDomainOf(domainsOf(settings), address);
  const root = maildir ?? (ours?.role === 'primary' ? ours.deliverTo.path : undefined);
  if (root === undefined) {
    const because = 'its mailbox is not on this machine: name one with --maildir';
    return { kind: 'nowhere', because };
  }
  const byLocalPart = folder === undefined ? [] : [join(root, folder)];
  const mailboxes = maildir === undefined ? byLocalPart : [root, ...byLocalPart];
  const arrivals = new Arrivals(mailboxes);
  const because = await arrivals.begin(maildir);
  if (because === undefined) return { kind: 'mailboxes', mailboxes, arrivals };
  if (maildir === undefined) return { kind: 'nowhere', because };
  throw new FingerpostError('USAGE', because, { maildir });
}

/** Every probe has a connection of its own: nothing of one way may help another. */
function giver(settings: Settings, parts: RoundTripParts, waitMs: number): SendDoors['give'] {
  const { network, clock, chance } = parts;
  return async (target, tls, { sender, recipient, message }, signal) => {
    const conversations = new Conversations({
      network,
      clock,
      chance,
      hello: settings.hostname,
      connectTimeout: milliseconds(Math.min(CONNECT_MS_MAX, waitMs)),
      readBodyPart: async () => undefined,
    });
    const stop = (): void => conversations.stop();
    signal.addEventListener('abort', stop);
    const given = await conversations.converse(target, tls, {
      id: newMessageId(0, clock.now(), chance),
      sender,
      recipients: [recipient],
      sizeBytes: message.length,
      eightBit: false,
      body: { kind: 'memory', bytes: message },
    });
    signal.removeEventListener('abort', stop);
    stop();
    return given;
  };
}
