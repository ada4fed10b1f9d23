// A configuration with faults: all of them are told, each with its place and its mend, and nothing
// is started or written.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fingerpost, folderWith } from '../support/server-process.ts';

const BROKEN = `hostname: not a name
smtp: { listen: ["127.0.0.1"] }
dns: { listen: ["127.0.0.1:99999"], zones: ["*.zone"], thread: 2 }
domains:
  example.com: { role: secondary }
  example.org: { role: backup }
delivery: { giveUpAfter: 5 }
`;

const FAULTS = [
  /:1:11: hostname: "not a name" is not a host name; write /,
  /:2:18: smtp\.listen: "127\.0\.0\.1" is not an address with a port; write /,
  /:3:17: dns\.listen: "127\.0\.0\.1:99999" is not an address with a port; write /,
  /:3:56: dns\.thread: there is no such key; did you mean threads\?/,
  /:5:24: domains\.example\.com\.role: "secondary" is not primary or backup; write /,
  /:6:3: domains\.example\.org: recipients is missing: .*; list /,
  /:7:26: delivery\.giveUpAfter: "5" is not a length of time; write /,
];

test('every fault is told at once, with line and column, and nothing is started', async (t) => {
  const folder = folderWith(t, { 'broken.yaml': BROKEN });
  const file = join(folder, 'broken.yaml');
  const { code, out, err } = await fingerpost(['serve', '-c', file]);
  assert.equal(code, 78);
  assert.equal(out, '');
  const lines = err.trimEnd().split('\n');
  assert.equal(lines.length, FAULTS.length, err);
  for (const [at, fault] of FAULTS.entries()) {
    const line = lines[at] ?? '';
    assert.ok(line.startsWith(`fingerpost: ${file}:`), line);
    assert.match(line, fault);
  }
  assert.deepEqual(readdirSync(folder), ['broken.yaml']);
});

test('a file that is no YAML, and one that is not there', async (t) => {
  const folder = folderWith(t, { 'broken.yaml': 'smtp: [1\nhostname: "x' });
  const broken = await fingerpost(['serve', '-c', join(folder, 'broken.yaml')]);
  assert.equal(broken.code, 78);
  assert.match(broken.err, /broken\.yaml:2:1: this is not YAML: /);
  const missing = await fingerpost(['serve', '-c', join(folder, 'missing.yaml'), '--json']);
  assert.equal(missing.code, 78);
  assert.equal(JSON.parse(missing.err).error.code, 'CONFIG_NOT_FOUND');
});
