// A whole false internet in one process, under a clock that stands still: a name server over zones
// as text, Fingerposts, and mail hosts that say what a script tells them to. Its addresses are
// those for documentation, which this world takes for global.
//
//   const { hosts } = await world(t, {
//     zones: { 'example.com': '@ MX 10 mail\nmail A 192.0.2.10' },
//     hosts: { sender: fingerpost('192.0.2.1', ''), mail: mailHost('192.0.2.10') },
//   });
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Duration, days } from '../../src/base/time.ts';
import type { Network } from '../../src/net/network.ts';
import { afterwards } from './afterwards.ts';
import { endpoint, seededChance } from './dns-world.ts';
import { type FalseClock, falseClock } from './false-clock.ts';
import { FalseNames } from './false-names.ts';
import { type FalseNetwork, falseNetwork } from './false-network.ts';
import { endedUnder, Fingerpost } from './fingerpost.ts';
import { MailHost, type MailScript } from './mail-host.ts';
import { type Visitor, visit } from './visitor.ts';

interface FingerpostPlan {
  readonly kind: 'fingerpost';
  readonly addresses: readonly string[];
  readonly settings: string;
}

interface MailHostPlan {
  readonly kind: 'mail-host';
  readonly addresses: readonly string[];
  readonly script: MailScript;
}

type Plan = FingerpostPlan | MailHostPlan;

/** A Fingerpost at some addresses, `192.0.2.1 2001:db8::1`, with more settings in YAML. */
export const fingerpost = (addresses: string, settings = ''): FingerpostPlan => ({
  kind: 'fingerpost',
  addresses: addresses.split(' '),
  settings,
});

/** A scripted mail host, on port 25 of its addresses. */
export const mailHost = (addresses: string, script: MailScript = {}): MailHostPlan => ({
  kind: 'mail-host',
  addresses: addresses.split(' '),
  script,
});

/** Takes mail for a domain into mailboxes, from anybody. */
export const PRIMARY = (domain = 'example.com', recipients = '[user]'): string =>
  `smtp: { listen: ["0.0.0.0:25"] }
domains: { ${domain}: { role: primary, recipients: ${recipients}, deliverTo: "maildir:./mail" } }
`;

/** Keeps mail for a domain until its primary is back. */
export const BACKUP = (domain = 'example.com', recipients = '[user]'): string =>
  `smtp: { listen: ["0.0.0.0:25"] }
domains: { ${domain}: { role: backup, recipients: ${recipients} } }
`;

export interface WorldPlan<Plans extends Readonly<Record<string, Plan>>> {
  /** By domain; SOA and NS are added. */
  readonly zones: Readonly<Record<string, string>>;
  readonly hosts: Plans;
  readonly clock?: FalseClock;
}

export interface World<Plans extends Readonly<Record<string, Plan>>> {
  readonly clock: FalseClock;
  readonly network: FalseNetwork;
  readonly names: FalseNames;
  readonly hosts: {
    readonly [Name in keyof Plans]: Plans[Name] extends FingerpostPlan ? Fingerpost : MailHost;
  };
  /** Lets time pass until it is so. */
  until(condition: () => boolean, limit?: Duration): Promise<void>;
  /** Lets time pass until the work has ended. */
  ended<T>(work: Promise<T>): Promise<T>;
  /** A client at an address of its own, or again at one, greeted by `192.0.2.10:25`. */
  visit(at: string, from?: string): Promise<Visitor>;
  /** Faults that the Fingerposts report are part of the story; else they fail the test. */
  readonly forgives: Set<string>;
}

const NAMES = '203.0.113.53';
const VISITOR = '203.0.113.99';

/** The part of the settings that says which world this is. */
const closedWorld = (hostname: string): string => `hostname: ${hostname}
data: ./data
resolver: { servers: ["${NAMES}:53"] }
world: { global: ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"] }
`;

export async function world<const Plans extends Readonly<Record<string, Plan>>>(
  t: TestContext,
  plan: WorldPlan<Plans>,
): Promise<World<Plans>> {
  const clock = plan.clock ?? falseClock();
  const network = falseNetwork(clock, { addresses: ['203.0.113.1'] });
  const names = new FalseNames(network.host([NAMES]), clock, endpoint(`${NAMES}:53`));
  for (const [domain, text] of Object.entries(plan.zones)) names.serve(domain, text);
  await names.start();
  const folder = mkdtempSync(join(tmpdir(), 'fingerpost-flow-'));
  afterwards(t, () => rmSync(folder, { recursive: true, force: true }));
  const hosts: Record<string, Fingerpost | MailHost> = {};
  const forgives = new Set<string>();
  for (const [name, each] of Object.entries(plan.hosts)) {
    const built = await build(name, each, { clock, network, folder });
    hosts[name] = built;
    if (built instanceof Fingerpost) afterwards(t, () => close(built, forgives));
  }
  const machines = new Map<string, Network>();
  return {
    clock,
    network,
    names,
    hosts: hosts as World<Plans>['hosts'],
    forgives,
    until: (condition, limit = days(7)) => clock.until(condition, limit),
    ended: (work) => endedUnder(clock, work),
    visit: (at, from = VISITOR) => {
      const machine = machines.get(from) ?? network.host([from]);
      machines.set(from, machine);
      return visit(machine, clock, at);
    },
  };
}

interface Ground {
  readonly clock: FalseClock;
  readonly network: FalseNetwork;
  readonly folder: string;
}

async function build(name: string, plan: Plan, ground: Ground): Promise<Fingerpost | MailHost> {
  const { clock, network: internet } = ground;
  const network = internet.host(plan.addresses);
  if (plan.kind === 'mail-host') {
    const host = new MailHost(plan.script);
    await host.listen(network);
    return host;
  }
  const folder = join(ground.folder, name);
  mkdirSync(join(folder, 'data'), { recursive: true });
  const settings = `${closedWorld(`${name}.example.com`)}${plan.settings}`;
  const chance = seededChance(Array.from(name).reduce((sum, c) => sum * 31 + c.charCodeAt(0), 7));
  const server = new Fingerpost({ folder, settings, clock, world: internet, network, chance });
  await server.start();
  return server;
}

/** Every Fingerpost ends in an orderly way, and had no fault that the story is not about. */
async function close(server: Fingerpost, forgives: ReadonlySet<string>): Promise<void> {
  await server.stop();
  const faults = server.events.filter(
    ({ kind }) => (kind === 'storage.failed' || kind === 'server.notice') && !forgives.has(kind),
  );
  assert.deepEqual(faults, []);
}
