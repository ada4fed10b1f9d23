// A closed little internet: a root, two top-level domains, the name servers, mail hosts and web
// servers of many domains, all of them real programs where there are any, in a network of their own.
// A validating resolver is at 127.0.0.1 inside. When the test ends, nothing of it is left.
import { mkdirSync, writeFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { afterwards } from '../../support/afterwards.ts';
import type { Certificate } from '../../support/certificate.ts';
import type { Ran } from '../../support/peers/stage.ts';
import { HOSTING, REGISTRY, ROOTS, VANITY } from './addresses.ts';
import { Authority, tlsaOf } from './authority.ts';
import { ClosedStage } from './closed-stage.ts';
import type { Domain } from './domain.ts';
import { MAIL_HOSTS } from './mail-hosts.ts';
import { startMailServers, startScripted, startSites } from './mail-servers.ts';
import { type ServerPlan, startBind, startKnot, startNsd, startUnbound } from './name-servers.ts';
import type { OddServer } from './scripted-names.ts';
import { type Signed, sign } from './sign.ts';
import { oddServer, type ServerName, type Zone, zonesOf } from './zones.ts';

/** What `whyNot` has to look for. */
export const PROGRAMS = [
  ...['nsd', 'knotd', 'named', 'unbound', 'postfix', 'dig', 'dnssec-signzone'],
  ...['ip', 'unshare', 'nsenter'],
];

export interface InternetOptions {
  readonly domains: readonly Domain[];
  /** Mail hosts and web servers too; absent: yes. */
  readonly mail?: boolean;
}

export interface Internet {
  readonly stage: ClosedStage;
  readonly folder: string;
  /** Where a walk begins: `ADDRESS:53`. */
  readonly roots: readonly string[];
  /** The file of the only authority that is trusted. */
  readonly authority: string;
  /** The file of the root's key, as zone text. */
  readonly anchor: string;
  /** Runs a program inside, to its end. */
  run(program: string, args: readonly string[], input?: string): Promise<Ran>;
}

/** Hosts whose TLSA records are right. */
const DANE_HOSTS = ['mail.vault.test'];

/** Resolves when everything answers. */
export async function startInternet(t: TestContext, options: InternetOptions): Promise<Internet> {
  const stage = await ClosedStage.open();
  afterwards(t, () => stage.close());
  const authority = new Authority();
  const certificates = new Map(
    MAIL_HOSTS.map(({ name, shows }): [string, Certificate] => [name, authority.for(name, shows)]),
  );
  const tlsa = Object.fromEntries(
    [...certificates].flatMap(([name, shown]) =>
      DANE_HOSTS.includes(name) ? [[name, tlsaOf(shown)]] : [],
    ),
  );
  writeFileSync(stage.path('authority.pem'), authority.root);
  const domains = [...options.domains.map(({ name }) => name), 'post.test'];
  const names = startNames(stage, options.domains, tlsa);
  const mail =
    options.mail === false
      ? []
      : [startMailServers({ stage, domains, certificates }), startSites(stage, authority)];
  await Promise.all([names, ...mail]);
  return {
    stage,
    folder: stage.folder,
    roots: ROOTS.map(({ v4 }) => `${v4}:53`),
    authority: stage.path('authority.pem'),
    anchor: stage.path('root.key'),
    run: (program, args, input) => stage.run(program, args, input),
  };
}

async function startNames(
  stage: ClosedStage,
  domains: readonly Domain[],
  tlsa: Readonly<Record<string, string>>,
): Promise<void> {
  const served = await signedZones(stage, zonesOf(domains, tlsa));
  const plan = (name: ServerName, addresses: ServerPlan['addresses']): ServerPlan => {
    const folder = stage.path(`zones-${name}`);
    mkdirSync(folder);
    const zones = served.zones.flatMap(({ origin, on }) => {
      const text = on[name];
      if (text === undefined) return [];
      const file = `${folder}/${origin || 'root'}.zone`;
      writeFileSync(file, text);
      return [[origin, file]];
    });
    return { name, addresses, zones: Object.fromEntries(zones) };
  };
  writeFileSync(stage.path('root.key'), served.anchor);
  await Promise.all([
    startNsd(stage, plan('root', ROOTS)),
    startKnot(stage, plan('registry-knot', [REGISTRY.knot])),
    startBind(stage, plan('registry-bind', [REGISTRY.bind])),
    startNsd(stage, plan('nsd', [HOSTING.nsd, VANITY.nsd])),
    startKnot(stage, plan('knot', [HOSTING.knot, VANITY.knot])),
    startBind(stage, plan('bind', [HOSTING.bind, VANITY.bind])),
    startScripted(stage, 'scripted-names', oddServers(domains)),
  ]);
  await startUnbound(stage, served.anchor);
}

/** Signs what is to be signed, each zone before the one above it. */
async function signedZones(
  stage: ClosedStage,
  zones: readonly Zone[],
): Promise<{ readonly zones: readonly Zone[]; readonly anchor: string }> {
  const ds = new Map<string, string>();
  const done: Zone[] = [];
  let anchor = '';
  const finish = async (zone: Zone): Promise<void> => {
    const servers = Object.keys(zone.on) as ServerName[];
    const above = zone.origin === '' ? '' : zone.origin.replace(/^[^.]+\.?/, '');
    const texts = servers.map((server) => `${zone.on[server]}${ds.get(zone.origin) ?? ''}\n`);
    const signed: readonly Pick<Signed, 'text' | 'ds' | 'key'>[] =
      zone.signed === undefined
        ? texts.map((text) => ({ text, ds: '', key: '' }))
        : await sign(stage, zone.origin, texts, zone.signed);
    ds.set(above, `${ds.get(above) ?? ''}${signed[0]?.ds ?? ''}`);
    if (zone.origin === '') anchor = signed[0]?.key ?? '';
    const on = Object.fromEntries(
      servers.map((server, each) => [server, signed[each]?.text ?? '']),
    );
    done.push({ ...zone, on });
  };
  const levels = Map.groupBy(zones, ({ origin }) => (origin === '' ? 0 : origin.split('.').length));
  for (const level of [...levels.keys()].toSorted((a, b) => b - a)) {
    await Promise.all((levels.get(level) ?? []).map(finish));
  }
  return { zones: done, anchor };
}

function oddServers(domains: readonly Domain[]): readonly OddServer[] {
  return domains.flatMap((domain) => {
    if (domain.odd === undefined) return [];
    const { v4, v6 } = oddServer(domain, domains);
    return [{ addresses: [v4, v6], behind: HOSTING.nsd.v4, spoils: domain.odd }];
  });
}
