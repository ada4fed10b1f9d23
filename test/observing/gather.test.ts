// Who is asked what a rule wants: the walk; where name servers cannot be asked, the resolver, as
// long as it knows the root and so is no portal that makes up its answers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lookup } from '../../src/dns/lookup.ts';
import { type Name, ROOT } from '../../src/dns/name.ts';
import type { RecordData } from '../../src/dns/records/record-data.ts';
import { TYPE } from '../../src/dns/types.ts';
import { createGather } from '../../src/observing/gather.ts';
import { falseClock } from '../support/false-clock.ts';
import { aboutOf } from '../support/scene.ts';
import { nameOf } from '../support/zones.ts';

const KNOWN = { ttlSeconds: 60, secure: false, aliases: [] } as const;
const NO_NAME: Lookup<RecordData> = { kind: 'no-name', ...KNOWN };
const ROOTS: Lookup<RecordData> = {
  kind: 'records',
  records: [{ kind: 'NS', host: nameOf('a.root.test') }],
  ...KNOWN,
};

/** Who was asked, and what was found, for a domain that the resolver denies. */
async function gathered(knowsRoot: boolean, canWalk: boolean, kind: 'lookup' | 'resolved') {
  const asked: string[] = [];
  const gather = createGather({
    clock: falseClock(),
    walker: {
      lookup: async () => {
        asked.push('walk');
        return { lookup: NO_NAME, zone: nameOf('com') };
      },
      delegation: () => assert.fail('nobody wants a zone'),
      askAll: () => assert.fail('nobody wants answers'),
    },
    resolver: {
      lookup: async (name: Name) => {
        asked.push(name === ROOT ? 'root' : 'resolver');
        return name === ROOT && knowsRoot ? ROOTS : NO_NAME;
      },
    },
    talk: () => assert.fail('nobody wants a conversation'),
    fetchPage: () => assert.fail('nobody wants a page'),
    egress: () => assert.fail('nobody wants to know the way out'),
  });
  const { self } = aboutOf();
  const about = aboutOf({ self: { ...self, walk: { ok: canWalk, because: '' } } });
  const want = { kind, name: nameOf('example.com'), type: TYPE.MX };
  const facts = [await gather(about, want, 'L1'), await gather(about, want, 'L2')];
  const found = facts.map((fact) => ('lookup' in fact ? fact.lookup.kind : ''));
  return `${asked.join(' ')}: ${found.join(' ')}`;
}

test('the walk is asked, and the resolver for what it alone can tell', async () => {
  assert.equal(await gathered(true, true, 'lookup'), 'walk walk: no-name no-name');
  assert.equal(await gathered(false, true, 'resolved'), 'resolver resolver: no-name no-name');
});

test('where name servers cannot be asked, a resolver that knows the root is believed', async () => {
  const told = 'root resolver resolver: no-name no-name';
  assert.equal(await gathered(true, false, 'lookup'), told);
  assert.equal(await gathered(true, false, 'resolved'), told);
});

test('one that does not is not: what it denies may well be there', async () => {
  assert.equal(await gathered(false, false, 'lookup'), 'root: failure failure');
  assert.equal(await gathered(false, false, 'resolved'), 'root: failure failure');
});
