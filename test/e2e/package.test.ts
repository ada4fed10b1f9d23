// The package as it would be published: packed from a copy of this clone, unpacked beside its
// dependencies, and run. It holds JavaScript and nothing else that runs, and no runtime of ours.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { askDns, preferencesIn } from '../support/real-dns.ts';
import {
  addressesOfOurOwn,
  Program,
  ROOT,
  startServer,
  temporaryFolder,
} from '../support/server-process.ts';
import { smallWorld, subjectsIn } from '../support/small-world.ts';
import { bring, plainText } from '../support/smtp-talk.ts';

const COPIED = ['bin', 'src', 'scripts', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];
const PROSE = ['README.md', 'LICENSE', 'CHANGELOG.md'];

interface Manifest {
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** npm of its own: without what the npm that runs these tests has told its children. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  return { ...Object.fromEntries(kept), npm_config_offline: 'true', npm_config_audit: 'false' };
}

interface Packed {
  readonly files: readonly string[];
  /** Where somebody installed it. */
  readonly installed: string;
  readonly bin: string;
}

/** Packs a copy, and installs the package without asking a registry. */
function pack(t: TestContext): Packed {
  const folder = temporaryFolder(t);
  const clone = join(folder, 'clone');
  for (const name of [...COPIED, ...PROSE]) {
    cpSync(join(ROOT, name), join(clone, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
  const args = ['pack', '--json', '--silent', '--pack-destination', folder];
  const said = execFileSync('npm', args, { cwd: clone, env: ownEnvironment(), encoding: 'utf8' });
  const [about] = JSON.parse(said) as { filename: string; files: { path: string }[] }[];
  assert.ok(about, said);
  const before = readFileSync(join(ROOT, 'package.json'), 'utf8');
  assert.equal(readFileSync(join(clone, 'package.json'), 'utf8'), before, 'the clone is as before');

  const modules = join(folder, 'project', 'node_modules');
  const installed = join(modules, 'fingerpost');
  mkdirSync(installed, { recursive: true });
  const tarball = join(folder, about.filename);
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', installed]);
  for (const name of Object.keys(readManifest(installed).dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    cpSync(join(ROOT, 'node_modules', name), join(modules, name), { recursive: true });
  }
  const files = about.files.map(({ path }) => path);
  return { files, installed, bin: join(installed, 'bin', 'fingerpost.js') };
}

function holdsOnlyWhatRuns({ files, installed }: Packed): void {
  const strange = files.filter(
    (file) => !/^(?:bin\/fingerpost\.js|dist\/.+\.(?:js|d\.ts))$/.test(file),
  );
  assert.deepEqual(strange.sort(), [...PROSE, 'package.json'].sort());
  const ours = readManifest(ROOT);
  const theirs = readManifest(installed);
  assert.deepEqual([theirs.version, theirs.dependencies], [ours.version, ours.dependencies]);
  assert.equal(theirs.optionalDependencies, undefined, 'it brings no runtime');
  assert.equal(theirs.engines.node, '>=26');
}

async function servesFrom(t: TestContext, { bin }: Packed): Promise<void> {
  const world = smallWorld(addressesOfOurOwn()());
  const server = await startServer(t, world.yaml, { files: world.files, bin });
  assert.deepEqual(preferencesIn(await askDns(world.dns, 'example.com. MX')), [10]);
  assert.deepEqual(preferencesIn(await askDns(world.dns, 'example.com. MX', 'tcp')), [10]);
  assert.match(await bring(world.smtp, { text: plainText('packed') }), /^250 /);
  await server.said(/recipient\.delivered/);
  assert.deepEqual(subjectsIn(server.folder), ['packed']);
  const list = await new Program([process.execPath, bin, 'queue', 'list'], { cwd: server.folder })
    .ended;
  assert.deepEqual([list.out, list.err], ['there are none\n', '']);
  const end = await server.stop();
  assert.equal(end.code, 0, end.err);
}

const npmIsThere = spawnSync('npm', ['--version'], { env: ownEnvironment() }).status === 0;

test('the package, installed', { skip: !npmIsThere && 'there is no npm here' }, async (t) => {
  const packed = pack(t);
  await t.test('holds JavaScript, and no runtime', () => holdsOnlyWhatRuns(packed));
  await t.test('says its version', async () => {
    const { out, err } = await new Program([process.execPath, packed.bin, '--version']).ended;
    assert.deepEqual([out, err], [`${readManifest(ROOT).version}\n`, '']);
  });
  await t.test('serves', (serving) => servesFrom(serving, packed));
  await t.test('can be imported', () => {
    const cwd = dirname(dirname(packed.installed));
    const script = "const all = await import('fingerpost'); console.log(typeof all)";
    const args = ['--input-type=module', '--eval', script];
    assert.equal(execFileSync(process.execPath, args, { cwd, encoding: 'utf8' }), 'object\n');
  });
});
