// What both programs find on one domain: zonemaster-cli's tags, and the rules of ours that look at
// the DNS.
import { writeFileSync } from 'node:fs';
import { DANE_RULES } from '../../../src/checks/rules/dane/family.ts';
import { DELEGATION_RULES } from '../../../src/checks/rules/delegation/family.ts';
import { MX_RULES } from '../../../src/checks/rules/mx/family.ts';
import { ROOTS } from '../internet/addresses.ts';
import type { Report } from '../internet/checker.ts';
import type { Domain } from '../internet/domain.ts';
import type { Internet } from '../internet/internet.ts';

/** The families of rules that ask name servers alone. */
const OF_THE_DNS: ReadonlySet<string> = new Set(
  [...DELEGATION_RULES, ...MX_RULES, ...DANE_RULES].map(({ id }) => id),
);

/** Domains whose planted fault is one of names, or that are right in an unusual way there. */
export const isAboutNames = ({ must = [], unknown = [], may = [] }: Domain): boolean =>
  [...must, ...unknown, ...may].some((words) => OF_THE_DNS.has(words.split(' ')[0] ?? ''));

/** It asks a service for the networks of addresses, which is not here. */
const WITHOUT = /^connectivity0[34]$/;
/** It waits for silent servers, and is no load for the machine meanwhile. */
const AT_ONCE = 4;

interface Entry {
  readonly tag: string;
  readonly level: string;
}

/** The tags of each domain from NOTICE upward. */
export async function tagsOf(
  internet: Internet,
  domains: readonly Domain[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const args = await argumentsIn(internet);
  const found = new Map<string, ReadonlySet<string>>();
  const waiting = [...domains];
  const work = async (): Promise<void> => {
    for (let domain = waiting.shift(); domain; domain = waiting.shift()) {
      const { code, stdout, stderr } = await internet.run('zonemaster-cli', [...args, domain.name]);
      if (code !== 0)
        throw new Error(`zonemaster-cli ${domain.name} ended with ${code}: ${stderr}`);
      const entries = JSON.parse(stdout) as readonly Entry[];
      found.set(domain.name, new Set(entries.map(({ tag }) => tag)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found;
}

async function argumentsIn({ stage, run }: Internet): Promise<readonly string[]> {
  const [hints, profile] = [stage.path('zonemaster.hints'), stage.path('zonemaster.json')];
  const lines = ROOTS.flatMap(({ host, v4, v6 }) => {
    return [`. 3600 NS ${host}`, `${host} 3600 A ${v4}`, `${host} 3600 AAAA ${v6}`];
  });
  writeFileSync(hints, `${lines.join('\n')}\n`);
  const { stdout } = await run('zonemaster-cli', ['--dump-profile']);
  const { test_cases: cases } = JSON.parse(stdout) as { readonly test_cases: readonly string[] };
  const kept = cases.filter((name) => !WITHOUT.test(name));
  writeFileSync(profile, JSON.stringify({ test_cases: kept }));
  return ['--hints', hints, '--profile', profile, '--level', 'NOTICE', '--json', '--raw'];
}

export interface Ours {
  /** Rules that found something, or could not tell. */
  readonly noted: ReadonlySet<string>;
  /** Rules about the DNS that found a fault, from `notice` upward. */
  readonly faults: ReadonlySet<string>;
}

export function oursIn({ results }: Report): Ours {
  const findings = results.filter(({ outcome }) => outcome === 'finding');
  const noted = results.filter(({ outcome }) => outcome === 'finding' || outcome === 'unknown');
  const faults = findings.filter(
    ({ rule, severity }) => OF_THE_DNS.has(rule) && severity !== 'info',
  );
  const idsOf = (some: readonly { readonly rule: string }[]): ReadonlySet<string> =>
    new Set(some.map(({ rule }) => rule));
  return { noted: idsOf(noted), faults: idsOf(faults) };
}
