// The manifest of the published package: without the pinned runtime, which would replace the `node`
// of whoever installs us, and with the Node that the JavaScript in it needs. npm packs the
// package.json that it finds, so `write` (prepack) puts this one there and `restore` (postpack)
// brings back the one of the clone.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

const MANIFEST = 'package.json';
const KEPT = 'package.json.kept';
const ENGINES = { node: '>=26' };

type Manifest = Readonly<Record<string, unknown>>;

function published({ optionalDependencies, ...manifest }: Manifest): Manifest {
  const isRuntime = (name: string): boolean => /^node-[a-z]+-[a-z0-9]+$/.test(name);
  const others = Object.entries(optionalDependencies ?? {}).filter(([name]) => !isRuntime(name));
  const rest = others.length > 0 ? { optionalDependencies: Object.fromEntries(others) } : {};
  return { ...manifest, engines: ENGINES, ...rest };
}

function write(): void {
  // One that a broken pack left behind is the true one.
  restore();
  const manifest = JSON.parse(readFileSync(MANIFEST, 'utf8')) as Manifest;
  renameSync(MANIFEST, KEPT);
  writeFileSync(MANIFEST, `${JSON.stringify(published(manifest), undefined, 2)}\n`);
}

function restore(): void {
  if (existsSync(KEPT)) renameSync(KEPT, MANIFEST);
}

const [task] = process.argv.slice(2);
if (task === 'write') write();
else if (task === 'restore') restore();
else throw new Error('say write or restore');
