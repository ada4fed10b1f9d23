// A table of scenes for one rule: what is seen, and what the rule says of it. And delegations, for
// scenes in which the parent, or the addresses of name servers, are not as the zone has them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpAddress } from '../../../../src/base/ip.ts';
import type { Rule } from '../../../../src/checks/rule.ts';
import type { Delegation, NameServer, Referral } from '../../../../src/dns/authority.ts';
import type { Lookup } from '../../../../src/dns/lookup.ts';
import { outcomes, type Scene, told } from '../../../support/scene.ts';
import { nameOf } from '../../../support/zones.ts';

/** A string expected: the severity, subject and sentence of all that did not pass. */
export type Row = readonly [what: string, scene: Scene, expected: readonly string[] | string];

export function table(rule: Rule, rows: readonly Row[]): void {
  for (const [what, scene, expected] of rows) {
    test(`${rule.id}: ${what}`, () => {
      if (typeof expected === 'string') assert.equal(told(rule, scene).join('\n'), expected);
      else assert.deepEqual(outcomes(rule, scene), expected);
    });
  }
}

/** What is known of one server; what is left out is well. */
export interface ServerPlan {
  readonly byParent?: boolean;
  readonly byChild?: boolean;
  readonly glue?: readonly string[];
  readonly ipv4?: readonly string[] | Lookup<IpAddress>;
  readonly ipv6?: readonly string[] | Lookup<IpAddress>;
}

const KNOWN = { ttlSeconds: 3600, secure: false, aliases: [] } as const;

export const found = (addresses: readonly string[], aliases: readonly string[] = []) =>
  addresses.length > 0
    ? ({
        ...KNOWN,
        kind: 'records',
        records: addresses as readonly IpAddress[],
        aliases: aliases.map((each) => nameOf(each)),
      } as const)
    : ({ ...KNOWN, kind: 'no-data' } as const);

export const MISSING: Lookup<never> = { ...KNOWN, kind: 'no-name' };

const lookupOf = (given: ServerPlan['ipv4'] = []): Lookup<IpAddress> =>
  'kind' in given ? given : found(given);

export function serverOf(host: string, plan: ServerPlan = {}): NameServer {
  return {
    host: nameOf(host),
    byParent: plan.byParent ?? true,
    byChild: plan.byChild ?? true,
    glue: (plan.glue ?? []) as readonly IpAddress[],
    ipv4: lookupOf(plan.ipv4),
    ipv6: lookupOf(plan.ipv6),
  };
}

export function referralOf(
  address: string,
  hosts: readonly string[],
  kind: Referral['kind'] = 'referral',
): Referral {
  const server = { host: nameOf('a.parent.example'), address: address as IpAddress };
  return { server, kind, hosts: hosts.map((host) => nameOf(host)), glue: [] };
}

/** How example.com is delegated. */
export function delegationOf(
  servers: readonly NameServer[],
  referrals: readonly Referral[] = [
    referralOf(
      '203.0.113.250',
      servers.filter(({ byParent }) => byParent).map(({ host }) => host),
    ),
  ],
): Delegation {
  const [zone, parent] = [nameOf('example.com'), nameOf('com')];
  return { kind: 'zone', zone, parent, referrals, servers };
}

const ZONES = { 'example.com': '@ MX 10 mail\nmail A 192.0.2.10' };

/** A scene in which example.com is delegated so. */
export const delegated = (
  servers: Readonly<Record<string, ServerPlan>>,
  referrals?: readonly Referral[],
): Scene => ({
  zones: ZONES,
  delegations: {
    'example.com': delegationOf(
      Object.entries(servers).map(([host, plan]) => serverOf(host, plan)),
      referrals,
    ),
  },
});

/** Name servers cannot be asked from here. */
export const WITHOUT_WALK: Scene = {
  zones: ZONES,
  about: {
    self: {
      hostname: nameOf('checker.example.net'),
      families: { ipv4: true, ipv6: true },
      addresses: [],
      walk: { ok: false, because: 'no root server answered' },
      validates: { ok: true, because: 'the resolver proved the root' },
      reverse: { because: 'there is no global address here' },
    },
  },
};

export const CANNOT_ASK =
  'unknown example.com: name servers cannot be asked from here: no root server answered';

/** Self tests as they are in a healthy scene, without a route for one family. */
export const withFamilies = (ipv4: boolean, ipv6: boolean): NonNullable<Scene['about']> => ({
  self: {
    hostname: nameOf('checker.example.net'),
    families: { ipv4, ipv6 },
    addresses: [],
    walk: { ok: true, because: 'a root server answered' },
    validates: { ok: true, because: 'the resolver proved the root' },
    reverse: { because: 'there is no global address here' },
  },
});
