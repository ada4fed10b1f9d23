// The programs that check domains: ours as its users run it, and zonemaster-cli, which takes one
// domain a run and looks at the DNS alone.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram } from '../support/programs.ts';
import { hintLines, type World, write } from './world.ts';
import { CLIENT, type NameHost } from './zones.ts';

export interface Contender {
  readonly name: string;
  readonly version: string;
  /** Prints its version and ends. */
  readonly trivial: readonly string[];
  /** Checks the domains; begins its walk at these roots, which need not be those of the world. */
  command(world: World, domains: readonly string[], roots: readonly NameHost[]): readonly string[];
  /** How many domains one run takes. */
  readonly domainsMax: number;
  /** Exit codes of a run that did its work. */
  readonly fine: readonly number[];
}

const COMMAND = fileURLToPath(new URL('../../bin/fingerpost.js', import.meta.url));
/** With this option `bin/fingerpost.js` is the command itself, and not the parent of it. */
const QUIET = '--disable-warning=ExperimentalWarning';

/** This very version, with further options of Node for profiles. */
export function fingerpost(nodeOptions: readonly string[]): Contender {
  const own = [process.execPath, QUIET, ...nodeOptions, COMMAND];
  return {
    name: 'Fingerpost',
    version: `DNS and SMTP, Node ${process.versions.node}`,
    trivial: [...own, '--version'],
    command(world, domains, roots) {
      const folder = folderFor(world, 'ours');
      const list = write(folder, 'list', domains);
      const config = write(folder, `from-${roots[0]?.host}.yaml`, [
        `hostname: ${CLIENT.host}`,
        `data: ${join(folder, 'data')}`,
        `resolver: { servers: ["${world.resolver}"] }`,
        'checks: { addressLists: [], domainLists: [], reference: [] }',
        'world:',
        `  ca: ${world.authority}`,
        `  roots: [${roots.map(({ address }) => `"${address}:53"`).join(', ')}]`,
      ]);
      return [...own, '-c', config, 'check', '--file', list];
    },
    domainsMax: Number.POSITIVE_INFINITY,
    fine: [0, 1, 2],
  };
}

/** Who has which address by the word of the internet at large: not here. */
const ABOUT_NETWORKS = /^connectivity0[34]$/;

/** Nothing where it is not installed. */
export function zonemaster(): Contender | undefined {
  const program = findProgram('zonemaster-cli');
  if (program === undefined) return undefined;
  const said = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout;
  const version = /Engine version: v?(\S+)/.exec(said)?.[1] ?? 'of unknown version';
  return {
    name: 'zonemaster-cli',
    version: `DNS alone, engine ${version}`,
    trivial: [program, '--version'],
    command(world, [domain = ''], roots) {
      const folder = folderFor(world, 'zonemaster');
      const hints = write(folder, `from-${roots[0]?.host}.hints`, hintLines(roots));
      const profile = join(folder, 'profile.json');
      writeFileSync(profile, JSON.stringify(profileOf(program)));
      const quiet = ['--no-ipv6', '--no-progress', '--level', 'INFO'];
      return [program, '--hints', hints, '--profile', profile, ...quiet, domain];
    },
    domainsMax: 1,
    fine: [0],
  };
}

function profileOf(program: string): object {
  const said = spawnSync(program, ['--dump-profile'], { encoding: 'utf8' }).stdout;
  const { test_cases: cases = [] } = JSON.parse(said) as { test_cases?: readonly string[] };
  return { test_cases: cases.filter((name) => !ABOUT_NETWORKS.test(name)) };
}

function folderFor(world: World, name: string): string {
  const folder = join(world.folder, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}
