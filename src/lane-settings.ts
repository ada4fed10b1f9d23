// From the settings of an operator to the options of the parts: nobody below reads the settings,
// each is given the few that it needs.
import type { RouteExplanation } from './api/types.ts';
import { FingerpostError } from './base/errors.ts';
import { type Cidr, type Endpoint, type IpAddress, isWithinAny, parseCidr } from './base/ip.ts';
import type { Chance } from './base/random.ts';
import { type Clock, type Instant, seconds } from './base/time.ts';
import type { Settings } from './config/settings.ts';
import { type Asking, createAsking, selfOf } from './delivery/asking.ts';
import { isName, type Name, parseName } from './dns/name.ts';
import type { Network } from './net/network.ts';
import { createMailFacts } from './resolver/mail-facts.ts';
import { createResolver } from './resolver/resolver.ts';
import { type OurDomain, type OurDomains, ourDomains } from './routing/domains.ts';
import { type BadHost, ROUTE_DEFAULTS, type RouteSettings, type Self } from './routing/question.ts';
import { RETRY_DEFAULTS, type RetrySchedule } from './routing/retry.ts';
import { route } from './routing/route.ts';
import { domainText, parseAddress } from './smtp/address.ts';

/** A name that the settings checked already. */
function nameFrom(text: string): Name {
  const name = parseName(text);
  if (isName(name)) return name;
  throw new FingerpostError('CONFIG_INVALID', `${text} is no domain name: ${name.because}`);
}

export function domainsOf(settings: Settings): OurDomains {
  return ourDomains(
    settings.domains.map((domain): OurDomain => {
      const name = nameFrom(domain.name);
      const recipients = domain.recipients === 'any' ? 'any' : new Set(domain.recipients);
      if (domain.role === 'backup') return { role: 'backup', name, recipients };
      return { role: 'primary', name, recipients, deliverTo: domain.deliverTo };
    }),
  );
}

function routeSettingsOf({ world }: Settings): RouteSettings {
  return { ...ROUTE_DEFAULTS, smtpPort: world.smtpPort, globalNetworks: world.global };
}

export function scheduleOf({ delivery }: Settings): RetrySchedule {
  const { giveUpAfter, bounceGiveUpAfter, delayNoticeAfter } = delivery;
  return { ...RETRY_DEFAULTS, giveUpAfter, bounceGiveUpAfter, delayNoticeAfter };
}

/** The networks that may submit. */
export function allowedNetworks({ submission }: Settings): readonly Cidr[] {
  return (submission?.allowFrom ?? []).flatMap((text) => parseCidr(text) ?? []);
}

export interface AskingDoors {
  readonly network: Network;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Resolvers to ask. */
  readonly resolvers: readonly Endpoint[];
  readonly badAmong: (addresses: readonly IpAddress[]) => readonly BadHost[];
}

/** Asks for the route of a domain, as this server would. */
export function askingOf(settings: Settings, doors: AskingDoors): Asking {
  const { network, clock, chance, resolvers, badAmong } = doors;
  const servers = resolvers;
  const trustAd = servers.every(({ address }) => isWithinAny(address, LOOPBACK));
  const resolver = createResolver({ network, clock, chance, servers, trustAd });
  return createAsking({
    clock,
    chance,
    mailFacts: createMailFacts({ resolver, clock }),
    domains: domainsOf(settings),
    settings: routeSettingsOf(settings),
    self: selfFinder(settings, network, clock),
    badAmong,
  });
}

/** The AD bit is believed from this machine only (RFC 6840 §5.8: nobody else is on the path). */
const LOOPBACK: readonly string[] = ['127.0.0.0/8', '::1/128'];

const SELF_AGE = seconds(10);

/** Who we are: interfaces may come and go, but not with every message. */
function selfFinder(settings: Settings, network: Network, clock: Clock): () => Self {
  const hostname = nameFrom(settings.hostname);
  const listen = (settings.smtp?.listen ?? []).map(({ address }) => address);
  const nat = settings.smtp?.nat ?? [];
  const globalNetworks = settings.world.global;
  let known: { readonly self: Self; readonly at: Instant } | undefined;
  return () => {
    const now = clock.now();
    if (known && now - known.at < SELF_AGE) return known.self;
    const interfaces = network.interfaceAddresses();
    const self = selfOf({ hostname, listen, nat, interfaces, globalNetworks });
    known = { self, at: now };
    return self;
  };
}

/**
 * The route of an address, with the question that led to it. Throws `USAGE` for what is no address.
 */
export async function explain(asking: Asking, text: string): Promise<RouteExplanation> {
  const address = parseAddress(text, { unicodeDomain: true });
  if (!('domain' in address)) {
    throw new FingerpostError('USAGE', `${text} is no mail address: ${address.because}`, { text });
  }
  const question = await asking(domainText(address.domain));
  return { address: address.text, question, route: route(question) };
}
