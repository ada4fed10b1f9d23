// So many at one site at a time, the others in line, and a line that is not endless.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Pace } from '../../src/delivery/pace.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Work at sites, begun in order and ended by the test. */
function works(pace: Pace) {
  const begun: string[] = [];
  const gates = new Map<string, PromiseWithResolvers<string>>();
  const start = (site: string, name: string): Promise<string> => {
    const gate = Promise.withResolvers<string>();
    gates.set(name, gate);
    return pace.at(site, () => {
      begun.push(name);
      return gate.promise;
    });
  };
  const end = async (name: string): Promise<void> => {
    gates.get(name)?.resolve(name);
    await turn();
  };
  return { begun, start, end, gates };
}

test('the third at a site with two places waits, and comes next', async () => {
  const { begun, start, end } = works(new Pace({ perSiteMax: 2, waitingPerSiteMax: 9 }));
  const all = ['a', 'b', 'c', 'd'].map((name) => start('site', name));
  await turn();
  assert.deepEqual(begun, ['a', 'b']);
  await end('b');
  assert.deepEqual(begun, ['a', 'b', 'c']);
  await end('a');
  assert.deepEqual(begun, ['a', 'b', 'c', 'd']);
  await end('c');
  await end('d');
  assert.deepEqual(await Promise.all(all), ['a', 'b', 'c', 'd']);
});

test('a slow site holds up no other', async () => {
  const { begun, start } = works(new Pace({ perSiteMax: 1, waitingPerSiteMax: 9 }));
  void start('slow', 'a');
  void start('slow', 'b');
  void start('other', 'c');
  await turn();
  assert.deepEqual(begun, ['a', 'c']);
});

test('what finds no room even to wait is told so, and is not run', async () => {
  const { begun, start, end } = works(new Pace({ perSiteMax: 1, waitingPerSiteMax: 1 }));
  const first = start('site', 'a');
  const second = start('site', 'b');
  assert.equal(await start('site', 'c'), 'busy');
  await end('a');
  await end('b');
  assert.deepEqual(await Promise.all([first, second]), ['a', 'b']);
  assert.deepEqual(begun, ['a', 'b']);
});

test('work that fails gives its place back', async () => {
  const pace = new Pace({ perSiteMax: 1, waitingPerSiteMax: 1 });
  const broken = pace.at('site', () => Promise.reject(new Error('broken')));
  const next = pace.at('site', async () => 'done');
  await assert.rejects(broken, /broken/);
  assert.equal(await next, 'done');
});

test('never more than the places, never fewer while somebody waits', async () => {
  const runs = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(runs, fc.integer({ min: 1, max: 4 }), async (lengths, perSiteMax) => {
      const pace = new Pace({ perSiteMax, waitingPerSiteMax: 100 });
      let active = 0;
      let most = 0;
      const all = lengths.map((length) =>
        pace.at('site', async () => {
          active += 1;
          most = Math.max(most, active);
          for (let at = 0; at < length; at += 1) await null;
          active -= 1;
        }),
      );
      await Promise.all(all);
      assert.equal(most, Math.min(perSiteMax, lengths.length));
      assert.equal(active, 0);
    }),
    { numRuns: 50 },
  );
});
