// The rules of the house, held by reading its sources: who may import whom, who may touch the
// world, how large things may be, and that the manual names what the program has, and the other way
// round.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_CODES } from '../src/base/errors.ts';
import { COMMANDS } from '../src/cli/commands/list.ts';
import { settingKeys } from '../src/config/keys.ts';
import {
  entriesOf,
  findRing,
  firstColumnOf,
  read,
  readSources,
  rowsOf,
  type Source,
} from './support/source-rules.ts';

const SOURCES = readSources('src');
const TESTS = readSources('test');

const KNOWN = 'base dns smtp message policies routing checks';
const DOING = `${KNOWN} net storage resolver`;

/** Folder → what it may import besides itself. A path with a slash is one file. Types count. */
const IMPORTS: Readonly<Record<string, string>> = {
  base: '',
  dns: 'base',
  smtp: 'base dns',
  message: 'base dns smtp',
  policies: 'base dns smtp',
  routing: 'base dns smtp policies',
  checks: 'base dns smtp message policies routing',
  net: 'base',
  storage: 'base',
  threads: 'base',
  resolver: 'base dns policies routing net storage',
  nameserver: 'base dns net storage',
  directory: 'base dns smtp routing net storage',
  queue: 'base dns smtp routing storage',
  authentication: 'base dns smtp message policies resolver',
  receiving: 'base dns smtp message routing net storage resolver directory queue authentication',
  delivery: 'base dns smtp message policies routing net storage resolver directory queue',
  observing: `${DOING} directory queue`,
  publishing: `${DOING} nameserver directory observing`,
  config: 'base dns smtp routing',
  api: `${DOING} nameserver directory queue authentication receiving delivery observing publishing`,
  cli: 'base dns smtp message config checks routing policies api/client.ts api/types.ts api/local.ts',
  web: 'api/types.ts api/client.ts',
};

/** The command line also starts a server of its own. */
const FOR_COMMANDS = ['app.ts', 'system.ts'];

/** Files beside the folders build the parts: they may import all but the faces that use them. */
const NOT_FOR_BUILDERS = ['cli', 'web', 'index.ts'];

const PURE = ['base', 'dns', 'smtp', 'message', 'policies', 'routing', 'checks'];

const folderOf = (path: string): string => path.split('/')[0] ?? '';
const isPure = (path: string): boolean => PURE.includes(folderOf(path));

/** Is `path` one of these files, or below one of these folders (which end with a slash)? */
const isAt = (path: string, places: readonly string[]): boolean =>
  places.some((place) => (place.endsWith('/') ? path.startsWith(place) : path === place));

function mayImport(path: string, other: string): boolean {
  const folder = folderOf(path);
  if (folder === folderOf(other)) return true;
  if (path === 'system.ts') return folderOf(other) === 'base';
  if (folder === 'cli' && FOR_COMMANDS.includes(other)) return true;
  if (path === 'index.ts') return !['web', 'cli'].includes(folderOf(other));
  if (folder === path) return !NOT_FOR_BUILDERS.includes(folderOf(other));
  return (IMPORTS[folder] ?? '')
    .split(' ')
    .some((allowed) => allowed === other || allowed === folderOf(other));
}

type Judge = (source: Source) => readonly string[];

/** No source has a fault; each fault is shown with its file. */
function hold(sources: readonly Source[], judge: Judge): void {
  const faults = sources.flatMap((source) =>
    judge(source).map((fault) => `${source.path}:${fault}`),
  );
  assert.deepEqual(faults, []);
}

test('a folder imports only from its row of the table', () => {
  hold(SOURCES, ({ path, imports }) =>
    imports
      .filter(({ isOurs, from }) => isOurs && !mayImport(path, from))
      .map(({ line, from }) => `${line} imports ${from}`),
  );
});

test('no file imports itself by way of others', () => {
  assert.equal(findRing(SOURCES), undefined);
});

const EFFECTS = [
  'net/ storage/ resolver/ nameserver/ directory/ queue/ authentication/ receiving/ delivery/',
  'observing/ publishing/ config/ api/ cli/',
]
  .join(' ')
  .split(' ');

const isBuilder = (path: string): boolean => !path.includes('/');

/** Module → where it may be imported. */
const DOORS: readonly (readonly [string, readonly string[]])[] = [
  ['node:net node:tls node:dgram node:ffi node:https', ['net/']],
  ['node:http @hono/node-server', ['api/server.ts', 'api/local.ts']],
  ['node:sqlite pg', ['storage/']],
  [
    'node:fs node:fs/promises',
    [
      'config/',
      'storage/',
      'nameserver/zone-store.ts',
      'nameserver/key-store.ts',
      'delivery/maildir.ts',
      'observing/arrivals.ts',
      'net/tls.ts',
      'api/static.ts',
      'api/local.ts',
      'cli/files.ts',
    ],
  ],
  [
    'node:crypto',
    [
      ...EFFECTS,
      'system.ts',
      'dns/dnssec/',
      'policies/',
      'routing/security.ts',
      'message/dkim-sign.ts',
      'checks/rules/certificate/',
      'checks/rules/dane/',
    ],
  ],
  ['node:worker_threads', ['threads/']],
  ['node:path node:url node:os node:events node:stream node:zlib', EFFECTS],
  ['yaml', ['config/']],
  ['zod', ['config/', 'api/']],
  ['hono hono/body-limit', ['api/']],
  ['commander', ['cli/']],
];

/** Builders may do what is plain computing, and they alone start threads. */
const FOR_BUILDERS = 'node:worker_threads node:path node:url node:os node:events'.split(' ');

function mayOpen(path: string, module: string): boolean {
  if (isBuilder(path) && FOR_BUILDERS.includes(module)) return true;
  const door = DOORS.find(([modules]) => modules.split(' ').includes(module));
  return door !== undefined && isAt(path, door[1]);
}

test('a module of the runtime, or of others, is imported only behind its door', () => {
  hold(SOURCES, ({ path, imports }) =>
    imports
      .filter(({ isOurs, from }) => !isOurs && !mayOpen(path, from))
      .map(({ line, from }) => `${line} imports ${from}`),
  );
});

/** Chance hides in `node:crypto` too. */
const CHANCE = /^(?:random|generateKey|generatePrime|getRandomValues|webcrypto|subtle)/;

test('only system.ts takes chance from node:crypto', () => {
  hold(SOURCES, ({ path, imports }) =>
    imports
      .filter(({ from, names }) => {
        const isNamespace = from === 'node:crypto' && names.length === 0;
        return isNamespace || (from === 'node:crypto' && names.some((name) => CHANCE.test(name)));
      })
      .filter(() => path !== 'system.ts')
      .map(({ line, names }) => `${line} takes ${names.join(', ') || 'all of node:crypto'}`),
  );
});

/** Use → where it may stand. A use that is not in the table is allowed. */
const WORLD: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^(?:Date\.now|new Date\(\)|performance\.now|AbortSignal\.timeout)$/, ['system.ts']],
  [/^(?:set|clear)(?:Timeout|Interval|Immediate)$/, ['system.ts']],
  [/^(?:Math\.random|crypto|crypto\..*)$/, ['system.ts']],
  [/^process\.(?:on|once|off|kill|hrtime|uptime)$/, ['system.ts']],
  [/^process\.(?:env|exit|exitCode|argv|cwd|stdin|stdout|stderr)$/, ['cli/', 'config/']],
  [/^(?:console|process)$/, ['cli/', 'config/']],
  [/^process\./, [...EFFECTS, 'server.ts', 'system.ts']],
  [/^globalThis\./, []],
  [/^(?:fetch|EventSource)$/, ['web/']],
];

test('time, timers, chance, environment and terminal are touched only where they may be', () => {
  hold(SOURCES, ({ path, uses }) =>
    uses
      .filter(({ what }) => {
        const row = WORLD.find(([pattern]) => pattern.test(what));
        return row !== undefined && !isAt(path, row[1]);
      })
      .map(({ line, what }) => `${line} uses ${what}`),
  );
});

test('what is known is computed at once: nothing there is async', () => {
  hold(
    SOURCES.filter(({ path }) => isPure(path)),
    ({ functions }) =>
      functions
        .filter(({ isAsync }) => isAsync)
        .map(({ line, name }) => `${line} ${name} is async`),
  );
});

test('the DNS of the system is never asked', () => {
  hold([...SOURCES, ...TESTS], ({ imports }) =>
    imports
      .filter(({ isOurs, from }) => !isOurs && /^(?:node:)?dns(?:\/|$)/.test(from))
      .map(({ line }) => `${line} imports node:dns`),
  );
});

test('a module holds no state', () => {
  hold(SOURCES, ({ moduleVariables }) => moduleVariables.map((text) => `1 has ${text}`));
});

/**
 * Larger than the rule, and why: `queue/store.ts` for a file, `queue/store.ts lease` for a
 * function. This list may only shrink.
 */
const EXCEPTIONS: Readonly<Record<string, string>> = {};

const FILE_LINES_MAX = 400;
const FUNCTION_LINES_MAX = 70;
const PARAMETERS_MAX = 4;
const LINE_CHARACTERS_MAX = 100;

const longLines: Judge = ({ lines }) =>
  lines
    .map((text, at) => ({ text, line: at + 1 }))
    .filter(({ text }) => text.length > LINE_CHARACTERS_MAX)
    .map(({ line, text }) => `${line} has ${text.length} characters`);

interface Excess {
  /** As it would stand among the exceptions. */
  readonly name: string;
  readonly fault: string;
}

function excessesOf({ path, lines, functions }: Source): readonly Excess[] {
  const large = functions
    .filter((each) => each.lines > FUNCTION_LINES_MAX || each.parameters > PARAMETERS_MAX)
    .map(({ line, name, lines: count, parameters }) => ({
      name: `${path} ${name}`,
      fault: `${line} ${name} has ${count} lines and ${parameters} parameters`,
    }));
  const count = lines.length - 1;
  const file = count > FILE_LINES_MAX ? [{ name: path, fault: `1 has ${count} lines` }] : [];
  return [...file, ...large];
}

test('files, functions and parameters keep their size', () => {
  hold(SOURCES, (source) =>
    excessesOf(source)
      .filter(({ name }) => !(name in EXCEPTIONS))
      .map(({ fault }) => fault),
  );
});

test('an exception that is not needed any more is taken from the list', () => {
  const needed = SOURCES.flatMap(excessesOf).map(({ name }) => name);
  assert.deepEqual(
    Object.keys(EXCEPTIONS).filter((name) => !needed.includes(name)),
    [],
  );
});

test('lines keep their length; in tests the formatter does, but for titles and dialogues', () => {
  hold(SOURCES, longLines);
});

test('there are no default exports and no barrels', () => {
  hold(SOURCES, ({ path, hasDefaultExport, isBarrel }) => [
    ...(hasDefaultExport ? ['1 has a default export'] : []),
    ...(isBarrel && path !== 'index.ts' ? ['1 only passes on what others export'] : []),
  ]);
});

const DRAWER = /(?:^|\/)(?:utils?|common|helpers?|services?|managers?)(?:\/|\.)/;

test('names are kebab-case, and no name is a drawer for everything', () => {
  hold([...SOURCES, ...TESTS], ({ path }) =>
    /^[a-z0-9/.-]+$/.test(path) && !DRAWER.test(path) ? [] : ['1 has such a name'],
  );
});

test('a file opens with what it is for', () => {
  hold([...SOURCES, ...TESTS], ({ lines }) =>
    /^(?:#!|\/\/ \S|\/\*\*)/.test(lines[0] ?? '') ? [] : ['1 opens without a comment'],
  );
});

test('ARCHITECTURE.md names what is in src, and nothing else', () => {
  assert.deepEqual([...firstColumnOf('ARCHITECTURE.md')].sort(), entriesOf('src'));
});

test('docs/errors.md names every code', () => {
  assert.deepEqual([...firstColumnOf('docs/errors.md')].sort(), [...ERROR_CODES].sort());
});

test('docs/configuration.md names every key with its default', () => {
  const inManual = rowsOf('docs/configuration.md').map(([key = '', fallback = '']) => [
    key.replaceAll('`', ''),
    fallback.replaceAll('`', ''),
  ]);
  const inSchema = settingKeys().map((each) => [each.key, each.default ?? '–']);
  assert.deepEqual(inManual, inSchema);
});

/** The sections of the manual of commands, by the name in their heading. */
function commandSections(): ReadonlyMap<string, string> {
  const [, ...sections] = read('docs/commands.md').split(/^## `fingerpost /m);
  return new Map(sections.map((section) => [/^[a-z ]+/.exec(section)?.[0].trim() ?? '', section]));
}

test('docs/commands.md names every command with its operands and options', () => {
  const sections = commandSections();
  assert.deepEqual([...sections.keys()].sort(), COMMANDS.map(({ name }) => name).sort());
  for (const { name, operands = [], options = [] } of COMMANDS) {
    const section = sections.get(name) ?? '';
    const heading = section.split('\n')[0] ?? '';
    for (const operand of operands) assert.ok(heading.includes(operand), `${name} ${operand}`);
    const inManual = Array.from(section.matchAll(/^\| *`(--[^`]+)`/gm), ([, flags]) => flags);
    assert.deepEqual(
      inManual,
      options.map(({ flags }) => flags),
      name,
    );
  }
});

type Manifest = Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;

function manifest(): Manifest {
  return JSON.parse(read('package.json')) as Manifest;
}

test('docs/dependencies.md has a sentence for every dependency', () => {
  const { dependencies, devDependencies, optionalDependencies } = manifest();
  const all = { ...dependencies, ...devDependencies, ...optionalDependencies };
  assert.deepEqual([...firstColumnOf('docs/dependencies.md')].sort(), Object.keys(all).sort());
});

/** What a server needs besides the runtime. Whoever adds one decides it here, with open eyes. */
const REQUIRED = ['@hono/node-server', 'commander', 'hono', 'yaml', 'zod'];

test('the tree of what a server needs does not grow unnoticed', () => {
  const lock = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { dev?: boolean; optional?: boolean; devOptional?: boolean }>;
  };
  const required = Object.entries(lock.packages)
    .filter(([path, entry]) => path !== '' && !entry.dev && !entry.optional && !entry.devOptional)
    .map(([path]) => path.replace(/^node_modules\//, ''));
  assert.deepEqual(required.sort(), REQUIRED);
});
