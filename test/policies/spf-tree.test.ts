// The tree of an SPF record: costs, addresses, and its bounds. Its picture has tests of its own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Cidr } from '../../src/base/ip.ts';
import { fromDns } from '../../src/checks/inquiry.ts';
import { addressCount } from '../../src/policies/spf-networks.ts';
import { endingOf, nodesIn, type SpfTree, spfTree } from '../../src/policies/spf-tree.ts';
import { failure, ran, type Scene } from '../support/scene.ts';
import { nameOf } from '../support/zones.ts';

const treeOf = (scene: Scene): SpfTree => ran(fromDns(spfTree(nameOf('example.com'))), scene);

const spf = (terms: string, rest = ''): Scene => ({
  zones: { 'example.com': `@ TXT "v=spf1 ${terms}"\n${rest}` },
});

type Row = readonly [terms: string, rest: string, lookups: number, voids: number];

const COSTS: readonly Row[] = [
  ['-all', '', 0, 0],
  ['ip4:192.0.2.1 ip6:2001:db8::/32 exp=x.example.com x=y -all', '', 0, 0],
  [
    'a mx ptr exists:x.example.com -all',
    '@ A 192.0.2.1\n@ MX 1 m\nm A 192.0.2.2\nx A 127.0.0.2',
    4,
    0,
  ],
  ['a:x.example.com exists:y.example.com mx -all', '', 3, 3],
  ['a:x.example.com', 'x AAAA 2001:db8::1', 1, 0],
  ['mx', '@ MX 1 m\n@ MX 2 gone\nm A 192.0.2.2', 1, 1],
  ['mx', '@ MX 0 .', 1, 0],
  [
    'include:x.example.com redirect=y.example.com',
    'x TXT "v=spf1 a"\ny TXT "v=spf1 a a"\nx A 192.0.2.1',
    5,
    2,
  ],
  ['-all a mx redirect=x.example.com', '', 0, 0],
  ['redirect=x.example.com -all', '', 0, 0],
  ['include:%{d}.example.com', 'example.com TXT "v=spf1 a"', 2, 1],
  ['include:%{l}.example.com exists:%{i}.example.com', '', 2, 0],
  ['include:example.com', '', 1, 0],
];

for (const [terms, rest, lookups, voids] of COSTS) {
  test(`v=spf1 ${terms}: ${lookups} lookups, ${voids} void`, () => {
    const tree = treeOf(spf(terms, rest));
    assert.deepEqual([tree.lookups, tree.voids], [lookups, voids]);
  });
}

const SIZES: readonly (readonly [terms: string, rest: string, ipv4: number, ipv6: number])[] = [
  ['ip4:192.0.2.0/24 ip4:192.0.2.128/25 ip4:192.0.2.7 -all', '', 256, 0],
  ['ip4:192.0.2.77/24 ip4:192.0.3.0 -all', '', 257, 0],
  ['-ip4:192.0.2.0/24 ?ip4:198.51.100.0/24 -all', '', 0, 0],
  ['a/28//64 -all', '@ A 192.0.2.1\n@ AAAA 2001:db8::1', 16, 2 ** 64],
  [
    'include:x.example.com ?include:y.example.com -all',
    'x TXT "v=spf1 ip4:192.0.2.1 ~ip4:192.0.2.2"\ny TXT "v=spf1 ip4:192.0.2.3"',
    1,
    0,
  ],
  ['+all', '', 2 ** 32, 2 ** 128],
  ['exists:example.com -all', '@ A 192.0.2.1', 2 ** 32, 2 ** 128],
  ['-all ip4:192.0.2.0/24', '', 0, 0],
];

for (const [terms, rest, ipv4, ipv6] of SIZES) {
  test(`v=spf1 ${terms} lets ${ipv4} and ${ipv6} addresses send`, () => {
    const { ipv4Count, ipv6Count } = treeOf(spf(terms, rest));
    assert.deepEqual([ipv4Count, ipv6Count], [ipv4, ipv6]);
  });
}

test('every address is counted once, however networks lie', () => {
  const network = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 24, max: 32 }));
  fc.assert(
    fc.property(fc.array(network, { maxLength: 8 }), (networks) => {
      const cidrs = networks.map(
        ([last, bits]): Cidr => ({ text: '', bytes: Uint8Array.of(192, 0, 2, last), bits }),
      );
      const inside = Array.from({ length: 256 }, (_, address) => address).filter((address) =>
        networks.some(([last, bits]) => address >> (32 - bits) === last >> (32 - bits)),
      );
      assert.equal(addressCount(cidrs, 4), inside.length);
      assert.equal(addressCount(cidrs, 16), 0);
    }),
  );
});

test('what depends on the message is open', () => {
  const OPEN = ['ptr', 'exists:%{i}.example.com', 'include:%{l}.example.com', 'a:%{h}'];
  for (const term of OPEN) assert.equal(treeOf(spf(`${term} -all`)).isOpen, true, term);
  for (const term of ['a', 'mx:%{d}', 'a:%{o2}']) {
    assert.equal(treeOf(spf(`${term} -all`)).isOpen, false, term);
  }
});

const ENDINGS: readonly (readonly [terms: string, ending: string])[] = [
  ['mx -all', '- example.com.'],
  ['mx ~all', '~ example.com.'],
  ['all -all', '+ example.com.'],
  ['mx', 'nothing'],
  ['mx redirect=x.example.com', '? x.example.com.'],
  ['mx redirect=gone.example.com', 'unreadable'],
  ['mx redirect=example.com', 'unreadable'],
  ['redirect=x.example.com -all', '- example.com.'],
];

for (const [terms, expected] of ENDINGS) {
  test(`v=spf1 ${terms} ends with ${expected}`, () => {
    const { root } = treeOf(spf(terms, 'x TXT "v=spf1 ?all"'));
    const ending = endingOf(root);
    const text = ending.kind === 'all' ? `${ending.qualifier} ${ending.domain}` : ending.kind;
    assert.equal(text, expected);
  });
}

test('terms of one level are asked for together', () => {
  const scene: Scene = {
    zones: {
      'example.com':
        '@ TXT "v=spf1 a include:a.example.com include:b.example.com -all"\na TXT "v=spf1 a"\nb TXT "v=spf1 mx"',
    },
  };
  const inquiry = spfTree(nameOf('example.com'));
  const sizes: number[] = [];
  const counted = (function* (): ReturnType<typeof spfTree> {
    let step = inquiry.next();
    while (!step.done) {
      sizes.push(step.value.length);
      step = inquiry.next(yield step.value);
    }
    return step.value;
  })();
  ran(fromDns(counted), scene);
  assert.deepEqual(sizes, [1, 4, 3]);
});

test('a record that includes without end is cut, and says so', () => {
  const many = Array.from({ length: 8 }, (_, at) => `include:n${at}.%{d2}`).join(' ');
  const zone = `@ TXT "v=spf1 ${many} -all"\n* TXT "v=spf1 include:x.%{d} include:y.%{d} -all"`;
  const tree = treeOf({ zones: { 'example.com': zone } });
  assert.equal(tree.isCut, true);
  assert.equal(tree.lookups, 50);
});

test('a chain of includes ends at a depth', () => {
  const tree = treeOf({
    zones: { 'example.com': '* TXT "v=spf1 include:x.%{d}"\n@ TXT "v=spf1 include:x.%{d}"' },
  });
  assert.equal(tree.isCut, true);
  assert.equal(tree.lookups, 21);
});

test('a record of very many terms is cut', () => {
  const strings = Array.from({ length: 40 }, () => `"${'ip4:192.0.2.1 '.repeat(18)}"`);
  const tree = treeOf({ zones: { 'example.com': `@ TXT "v=spf1 " ${strings.join(' ')}` } });
  assert.equal(nodesIn(tree.root).length, 720);
  assert.equal(tree.isCut, false);
  const double = [...strings, ...strings].join(' ');
  const larger = treeOf({ zones: { 'example.com': `@ TXT "v=spf1 " ${double}` } });
  assert.equal(nodesIn(larger.root).length, 1_000);
  assert.equal(larger.isCut, true);
});

test('a lookup that fails is told where it stands, and costs what it costs', () => {
  const tree = treeOf({
    ...spf('a mx:x.example.com include:y.example.com -all', 'x MX 1 m.x'),
    lookups: {
      'example.com A': failure('late'),
      'm.x.example.com AAAA': failure('later'),
      'y.example.com TXT': failure('latest'),
    },
  });
  const nodes = nodesIn(tree.root).map(({ text, failure: why, branch }) => [
    text,
    why ?? (branch?.kind === 'failure' ? branch.because : ''),
  ]);
  assert.deepEqual(nodes, [
    ['a', 'late'],
    ['mx:x.example.com', 'later'],
    ['include:y.example.com', 'latest'],
    ['-all', ''],
  ]);
  assert.deepEqual([tree.lookups, tree.voids], [3, 0]);
});
