// The demo, as a person starts it; and the hand-over from whatever Node started the program.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { addressesOfOurOwn, BIN, folderWith, Program } from '../support/server-process.ts';
import { smallWorld } from '../support/small-world.ts';

const NODE_MAJOR_NEEDED = 26;

function majorOf(node: string): number {
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  return Number(/^v(\d+)/.exec(stdout ?? '')?.[1] ?? Number.NaN);
}

/** A Node of this machine that is too old for the sources. */
function olderNode(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
  return folders
    .map((folder) => join(folder, 'node'))
    .find((node) => existsSync(node) && majorOf(node) < NODE_MAJOR_NEEDED);
}

const older = olderNode();
/** An older one where there is one: it must hand over to the one that npm installed. */
const node = older ?? process.execPath;
const withoutOlder = older === undefined && 'there is no Node older than 26 on this machine';

const STEPS = [
  /^1\. All is well$/m,
  /sender +gives it to mail\.example\.com, which says 250 /,
  /mail +puts it into the mailbox of user@example\.com/,
  /^2\. mail\.example\.com is stopped$/m,
  /sender +tries mail\.example\.com port \d+: no connection: connection refused/,
  /sender +gives it to backup\.example\.com, which says 250 /,
  /backup +keeps the message, and will not relay to itself/,
  /^3\. mail\.example\.com is started again$/m,
  /backup +sees that mail\.example\.com answers again/,
  /backup +gives it to mail\.example\.com, which says 250 /,
  /^Both messages are in the Maildir; nothing was lost\.$/m,
];

test(`the demo, started by ${older ?? 'this Node'}, tells each step and ends with 0`, async () => {
  const { code, out, err } = await new Program([node, BIN, 'demo', '--once']).ended;
  assert.equal(err, '', 'no warning reaches the terminal');
  assert.equal(code, 0, out);
  let rest = out;
  for (const step of STEPS) {
    const found = step.exec(rest);
    assert.ok(found, `${step} in:\n${rest}`);
    rest = rest.slice(found.index + found[0].length);
  }
  const folder = /^Its files are in (\S+)\.$/m.exec(out)?.[1] ?? '';
  assert.notEqual(folder, '', out);
  assert.equal(existsSync(folder), false, `${folder} is removed`);
});

test('a Node that is too old hands over', { skip: withoutOlder }, async () => {
  const { code, out, err } = await new Program([node, BIN, '--version']).ended;
  assert.deepEqual([code, err], [0, '']);
  assert.match(out, /^\d+\.\d+\.\d+\n$/);
});

test('signals and the exit code pass through the hand-over', async (t) => {
  const world = smallWorld(addressesOfOurOwn()());
  const folder = folderWith(t, { ...world.files, 'fingerpost.yaml': world.yaml });
  const command = [node, BIN, 'serve', '-c'];
  const server = new Program([...command, join(folder, 'fingerpost.yaml')]);
  await server.said(/ server\.started /);
  writeFileSync(join(folder, 'example.com.zone'), 'broken');
  server.kill('SIGHUP');
  await server.said(/ zone\.refused /);
  const end = await server.stop();
  assert.deepEqual([end.code, end.signal], [0, null], end.err);

  const missing = await new Program([...command, join(folder, 'missing.yaml')]).ended;
  assert.equal(missing.code, 78, missing.err);
});
