// A false internet that a whole check runs in: name servers over zones as text, mail hosts, a web
// server and a clock that stands still. What a check costs its surroundings is counted: packets,
// connections, requests.
//
//   const world = await checkWorld({ ns1: { behaves: () => 'silence' } });
//   const { red, took, packets } = await world.check();
import assert from 'node:assert/strict';
import { type Duration, minutes } from '../../src/base/time.ts';
import { type CheckingDoors, type CheckRun, createCheckRun } from '../../src/checking.ts';
import {
  type Observation,
  printObservation,
  readObservation,
} from '../../src/checks/observation.ts';
import { viewOf } from '../../src/checks/report/form.ts';
import { findingsIn, type Report } from '../../src/checks/report.ts';
import { parseSettings } from '../../src/config/load.ts';
import type { HttpsDoor, HttpsEnding, HttpsRequest, Network } from '../../src/net/network.ts';
import { seededChance } from './dns-world.ts';
import type { FalseClock } from './false-clock.ts';
import type { FalseNetwork } from './false-network.ts';
import { MailHost, type MailScript } from './mail-host.ts';
import { type Behaviour, internet, ROOT_ADDRESS, type WalkPlan, walkWorld } from './walk-world.ts';

/** What a web server does with a request. */
export type Web = (request: HttpsRequest, clock: FalseClock) => Promise<HttpsEnding>;

/** A mail host by script, or whatever else listens there. */
export type Mail = MailScript | ((network: Network, clock: FalseClock) => Promise<void>);

export interface CheckPlan {
  /** What the zone of example.test holds besides its NS records; default: `ZONE`. */
  readonly zone?: string;
  /** What the two name servers of example.test do; default: what they should. */
  readonly ns1?: Behaviour;
  readonly ns2?: Behaviour;
  /** Delegations in the zone `test` besides those that are there. */
  readonly top?: string;
  readonly more?: WalkPlan;
  /** At `MAIL` and at `BACKUP`. */
  readonly mail?: Mail;
  readonly backup?: Mail;
  readonly web?: Web;
}

/** What one check brought, and what it cost. */
export interface Checked {
  readonly observation: Observation;
  readonly report: Report;
  /** As it would be saved. */
  readonly sizeBytes: number;
  readonly took: Duration;
  readonly packets: number;
  readonly connections: number;
  /** Rules with findings that are errors or worse, each once, sorted: `MX-NONE error`. */
  readonly red: readonly string[];
}

export interface CheckWorld {
  readonly clock: FalseClock;
  readonly network: FalseNetwork;
  /** Another run, that knows nothing. */
  newRun(): CheckRun;
  /** Of example.test, by a run of its own, unless told otherwise. */
  check(domain?: string, run?: CheckRun): Promise<Checked>;
}

export const NS1 = '192.0.2.21';
export const NS2 = '198.51.100.22';
export const MAIL = '192.0.2.10';
export const BACKUP = '203.0.113.20';
export const WEB = '192.0.2.80';
const REFERENCE = '192.0.2.31';
const REFERENCE_MAIL = '192.0.2.32';

/** Nothing is wrong with it that loses mail. */
export const ZONE = `@ MX 10 mail
@ MX 20 backup
mail A ${MAIL}
backup A ${BACKUP}
@ TXT "v=spf1 mx -all"
_dmarc TXT "v=DMARC1; p=reject"
_mta-sts TXT "v=STSv1; id=1"
mta-sts A ${WEB}
`;

/** What stands in the zone before that. */
export const HEAD = `@ NS ns1\n@ NS ns2\nns1 A ${NS1}\nns2 A ${NS2}\n`;

const TOP = `example NS ns1.example
example NS ns2.example
ns1.example A ${NS1}
ns2.example A ${NS2}
reference NS ns.reference
ns.reference A ${REFERENCE}
`;

const SETTINGS = `hostname: probe.example.net
data: ./data
resolver: { servers: [] }
world:
  roots: ["${ROOT_ADDRESS}:53"]
  global: ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "10.0.0.0/8"]
checks: { addressLists: [], domainLists: [], reference: [reference.test] }
`;

const TLS: MailScript = { extensions: ['STARTTLS', 'PIPELINING', '8BITMIME', 'SIZE 10240000'] };

/** Longer than any check may take. */
const PATIENCE = minutes(60);

const policy = `version: STSv1\r\nmode: testing\r\nmx: *.example.test\r\nmax_age: 604800\r\n`;

export const goodWeb: Web = ({ addresses }) =>
  Promise.resolve({
    kind: 'answered',
    address: addresses[0] ?? assert.fail('no address'),
    status: 200,
    headers: { 'content-type': 'text/plain' },
    body: Buffer.from(policy),
    isCut: false,
  });

/** example.test with two name servers and two mail hosts, and somebody whom mail always reaches. */
export async function checkWorld(plan: CheckPlan = {}): Promise<CheckWorld> {
  const { clock, network } = await walkWorld(namesOf(plan));
  const host = async (address: string, mail: Mail = {}): Promise<void> => {
    const machine = network.host([address]);
    if (typeof mail === 'function') await mail(machine, clock);
    else await new MailHost({ ...TLS, ...mail }).listen(machine);
  };
  await host(MAIL, plan.mail);
  await host(BACKUP, plan.backup ?? plan.mail);
  await host(REFERENCE_MAIL);
  const counts = { packets: 0, connections: 0 };
  const { web = goodWeb } = plan;
  const https: HttpsDoor = { request: (request) => web(request, clock) };
  const settings = parseSettings(SETTINGS, '/nowhere/fingerpost.yaml');
  const doors: CheckingDoors = {
    network: counting(network, counts),
    https,
    clock,
    chance: seededChance(3),
    resolvers: [],
    version: '1',
  };
  const newRun = (): CheckRun => createCheckRun(settings, doors);
  return {
    clock,
    network,
    newRun,
    async check(domain = 'example.test', run = newRun()) {
      const [before, started] = [{ ...counts }, clock.now()];
      const observation = await endedUnder(clock, run.observe({ domain, purpose: 'check' }));
      const took = (clock.now() - started) as Duration;
      const { report } = viewOf(observation);
      return {
        observation,
        report,
        sizeBytes: printObservation(observation).length,
        took,
        packets: counts.packets - before.packets,
        connections: counts.connections - before.connections,
        red: redIn(report),
      };
    },
  };
}

function namesOf({ zone = ZONE, ns1, ns2 = ns1, top = '', more }: CheckPlan): WalkPlan {
  const zones = { 'example.test.': `${HEAD}${zone}` };
  const reference = `@ NS ns\nns A ${REFERENCE}\n@ MX 10 mail\nmail A ${REFERENCE_MAIL}\n`;
  return internet(`${TOP}${top}`, {
    [NS1]: { zones, ...(ns1 && { behaves: ns1 }) },
    [NS2]: { zones, ...(ns2 && { behaves: ns2 }) },
    [REFERENCE]: { zones: { 'reference.test.': reference } },
    ...more,
  });
}

function redIn(report: Report): readonly string[] {
  const red = findingsIn(report).filter(
    ({ severity }) => severity === 'critical' || severity === 'error',
  );
  return [...new Set(red.map(({ rule, severity }) => `${rule.id} ${severity}`))].sort();
}

/** Whatever the others do, a check ends in time, asks so much and no more, and can be saved. */
export function assertBounded({ observation, report, ...cost }: Checked): void {
  const { took, packets, connections, sizeBytes } = cost;
  assert.ok(took <= minutes(12), `${took / 1_000} s`);
  assert.ok(packets < 3_000, `${packets} packets`);
  assert.ok(connections < 300, `${connections} connections`);
  assert.ok(sizeBytes < 10_000_000, `${sizeBytes} bytes`);
  const faults = report.unknown
    .map(({ rule, verdict }) => `${rule.id}: ${verdict.because}`)
    .filter((text) => /the rule itself failed|the observation does not say/.test(text));
  assert.deepEqual(faults, []);
  const read = readObservation(printObservation(observation));
  assert.ok(!('because' in read), JSON.stringify(read).slice(0, 200));
}

async function endedUnder<T>(clock: FalseClock, work: Promise<T>): Promise<T> {
  let isOver = false;
  const watched = work.finally(() => {
    isOver = true;
  });
  watched.catch(() => {});
  await clock.until(() => isOver, PATIENCE);
  return watched;
}

interface Counts {
  packets: number;
  connections: number;
}

/** A packet is a datagram that was sent. */
function counting(network: FalseNetwork, counts: Counts): Network {
  return {
    connect(to, options) {
      counts.connections += 1;
      return network.connect(to, options);
    },
    listen: (at, options, accepted) => network.listen(at, options, accepted),
    async udp(at, options, listener) {
      const socket = await network.udp(at, options, listener);
      return {
        at: socket.at,
        send(bytes, to) {
          counts.packets += 1;
          socket.send(bytes, to);
        },
        close: () => socket.close(),
      };
    },
    interfaceAddresses: () => network.interfaceAddresses(),
  };
}
