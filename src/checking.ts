// Checks, built from the settings: who asks the name servers, the mail hosts and the web, and what
// is declared of a domain. A run shares what it learns about the world (delegations, its own
// addresses) among all its domains, and is forgotten afterwards, so that the next sees the world
// anew.

import type { ObservationRequest } from './api/types.ts';
import type { AppParts } from './app-parts.ts';
import { FingerpostError } from './base/errors.ts';
import { type Endpoint, isWithinAny } from './base/ip.ts';
import type { Chance } from './base/random.ts';
import type { Clock } from './base/time.ts';
import type { About, Declared, SelfSeen, WorldSeen } from './checks/about.ts';
import { observedOf } from './checks/drill/observed.ts';
import type { Observation } from './checks/observation.ts';
import { readAuthorities } from './config/authorities.ts';
import type { DomainSettings, Settings } from './config/settings.ts';
import { hostText, isName, type Name, nameKey, parseName, toAscii } from './dns/name.ts';
import { realHttps } from './net/https.ts';
import type { HttpsDoor, Network } from './net/network.ts';
import { realNetwork } from './net/real-network.ts';
import { egressCheck } from './observing/egress.ts';
import { createGather } from './observing/gather.ts';
import { createMailHosts } from './observing/mail-hosts.ts';
import { type Gather, type ObserveProgress, observe } from './observing/observer.ts';
import { createPages } from './observing/pages.ts';
import { selfCheck } from './observing/self.ts';
import { createResolver, type Resolver } from './resolver/resolver.ts';
import { ROOT_SERVERS } from './resolver/root-servers.ts';
import { createWalker, type Walker } from './resolver/walker.ts';
import { familiesOf } from './routing/families.ts';
import { systemChance, systemClock } from './system.ts';

export interface CheckingDoors {
  readonly network: Network;
  readonly https: HttpsDoor;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly resolvers: readonly Endpoint[];
  /** Of this program. */
  readonly version: string;
}

/** Several domains that are looked at together. */
export interface CheckRun {
  /** Rejects with `USAGE` for what is no domain name. */
  observe(
    request: ObservationRequest,
    progress?: (progress: ObserveProgress) => void,
  ): Promise<Observation>;
}

/** The AD bit is believed from this machine only (RFC 6840 §5.8: nobody else is on the path). */
const LOOPBACK: readonly string[] = ['127.0.0.0/8', '::1/128'];
const UNKNOWN_RECIPIENT_BYTES = 5;
/** Asked of name servers about one domain; an ordinary one needs some hundreds. */
const QUESTIONS_MAX = 1_500;

/** The doors of this machine. */
export function checkingDoors(parts: Omit<AppParts, 'events'>): CheckingDoors {
  const { settings, resolvers, version } = parts;
  const { caFile } = settings.world;
  const trust = caFile === undefined ? {} : { authorities: readAuthorities(caFile) };
  return {
    network: realNetwork(systemClock, trust),
    https: realHttps(systemClock, trust),
    clock: systemClock,
    chance: systemChance,
    resolvers,
    version,
  };
}

/** A run that knows nothing yet. */
export function createCheckRun(settings: Settings, doors: CheckingDoors): CheckRun {
  const { clock, version } = doors;
  const parts = partsOf(settings, doors);
  let self: Promise<SelfSeen> | undefined;
  return {
    async observe(request, progress) {
      const domain = domainOf(request.domain);
      self ??= parts.selfCheck();
      const about = aboutOf({ settings, doors, request, domain }, await self);
      const inquiries = request.purpose === 'drill' ? [observedOf] : await checkInquiries();
      const options = { clock, version, inquiries, gather: parts.newGather() };
      return observe(about, { ...options, ...(progress && { progress }) });
    },
  };
}

/** The rules are many files, which are loaded when a domain is checked. */
const checkInquiries = async () => (await import('./checks/report/form.ts')).CHECK_INQUIRIES;

/** Lookups from the root down, for those who need nothing else of a check. */
export function lookupBy(settings: Settings, doors: CheckingDoors): Resolver['lookup'] {
  const walker = walkerOf(settings, doors);
  return async (name, type) => (await walker.lookup(name, type)).lookup;
}

function walkerOf({ world }: Settings, { network, clock, chance }: CheckingDoors): Walker {
  const { dnsPort, global, roots = ROOT_SERVERS } = world;
  const families = familiesOf(network.interfaceAddresses(), global);
  return createWalker({ network, clock, chance, roots, dnsPort, global, families });
}

interface Parts {
  /** For one domain: what others ask costs it nothing. */
  readonly newGather: () => Gather;
  readonly selfCheck: () => Promise<SelfSeen>;
}

function partsOf(settings: Settings, doors: CheckingDoors): Parts {
  const { network, https, clock, chance, resolvers } = doors;
  const { smtpPort, httpsPort, global } = settings.world;
  const hostname = domainOf(settings.hostname);
  const families = familiesOf(network.interfaceAddresses(), global);
  const walker = walkerOf(settings, doors);
  const trustAd = resolvers.every(({ address }) => isWithinAny(address, LOOPBACK));
  const resolver = createResolver({ network, clock, chance, servers: resolvers, trustAd });
  const lookup: Resolver['lookup'] = async (name, type) => (await walker.lookup(name, type)).lookup;
  const hello = hostText(hostname);
  const mailHosts = createMailHosts({ network, clock, hello, port: smtpPort, families, global });
  const pages = createPages({ https, lookup, global, families, port: httpsPort });
  const isClosed = settings.world.roots !== undefined;
  const references = settings.checks.reference.map(domainOf);
  const doorsOfAll = {
    clock,
    resolver,
    talk: mailHosts.talk,
    fetchPage: pages.fetch,
    egress: () => egressCheck({ network, lookup, port: smtpPort, global, families, references }),
  };
  return {
    newGather: () => createGather({ ...doorsOfAll, walker: walker.spending(QUESTIONS_MAX) }),
    selfCheck: () => selfCheck({ network, hostname, walker, resolver, global, isClosed }),
  };
}

interface AboutParts {
  readonly settings: Settings;
  readonly doors: CheckingDoors;
  readonly request: ObservationRequest;
  readonly domain: Name;
}

function aboutOf({ settings, doors, request, domain }: AboutParts, self: SelfSeen): About {
  const ours = settings.domains.find(({ name }) => nameKey(domainOf(name)) === nameKey(domain));
  const { roots } = settings.world;
  const { addressLists, domainLists } = settings.checks;
  return {
    domain,
    now: doors.clock.now(),
    declared: declaredOf(ours, request),
    mayAskRecipients: ours !== undefined || request.probeRecipients === true,
    unknownRecipient: unknownRecipient(doors.chance),
    blocklists: { addresses: addressLists.map(domainOf), domains: domainLists.map(domainOf) },
    world: worldOf(settings, roots),
    self,
  };
}

function declaredOf(ours: DomainSettings | undefined, request: ObservationRequest): Declared {
  const { selectors = [], senders = [], exchanges, catchAll } = ours?.check ?? {};
  const isAny = ours?.role === 'primary' && ours.recipients === 'any';
  return {
    ...(ours && { ours: ours.role }),
    selectors: [...new Set([...selectors, ...(request.selectors ?? [])])],
    senders,
    ...(exchanges && {
      exchanges: exchanges.map(({ preference, host }) => ({ preference, host: domainOf(host) })),
    }),
    ...(catchAll !== undefined ? { catchAll } : isAny && { catchAll: true }),
  };
}

function worldOf({ world }: Settings, roots: readonly Endpoint[] | undefined): WorldSeen {
  const { dnsPort, smtpPort, httpsPort, global } = world;
  const isUsual = dnsPort === 53 && smtpPort === 25 && httpsPort === 443;
  const isClosed = roots !== undefined || !isUsual || global.length > 0;
  return { isClosed, dnsPort, smtpPort, httpsPort, global, roots: roots ?? [] };
}

/** A local part that nobody has, and that shows whoever reads a log where it came from. */
const unknownRecipient = (chance: Chance): string =>
  `fingerpost-nobody-${Buffer.from(chance.bytes(UNKNOWN_RECIPIENT_BYTES)).toString('hex')}`;

/** A name as people write it, other scripts included. Throws `USAGE` for what is none. */
function domainOf(text: string): Name {
  const ascii = toAscii(text);
  const name = typeof ascii === 'string' ? parseName(ascii) : ascii;
  if (isName(name)) return name;
  throw new FingerpostError('USAGE', `${text} is no domain name: ${name.because}`, { text });
}
