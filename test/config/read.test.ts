// What is wrong with a configuration file: the place, the key, and how to mend it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { printFault } from '../../src/config/faults.ts';
import { readFileSettings } from '../../src/config/read.ts';

function faultsOf(text: string): readonly string[] {
  const read = readFileSettings(text);
  return read.kind === 'faults' ? read.faults.map((fault) => printFault('f', fault)) : [];
}

/** A file with one fault, and how what is said of it begins and goes on. */
const ONE_FAULT: readonly (readonly [string, string, RegExp])[] = [
  ['hostname: a b', 'f:1:11: hostname: "a b" is not a host name', /mail\.example\.com/],
  ['hostname:\n  - x', 'f:2:3: hostname: a list is not a host name', /full name/],
  ['hostname: "\\e[31m"', 'f:1:11: hostname: "\\x1b[31m" is not', /full name/],
  ['smpt:\n  listen: x', 'f:1:1: smpt: there is no such key', /did you mean smtp\?/],
  ['smtp: { listen: "[::1]:25", natt: [] }', 'f:1:29: smtp.natt: there is no', /mean nat\?/],
  ['zzzzzz: 1', 'f:1:1: zzzzzz: there is no such key', /the keys here are hostname, data/],
  [
    'smtp:\n  listen: localhost:25',
    'f:2:11: smtp.listen: "localhost:25" is not',
    /127\.0\.0\.1:25/,
  ],
  ['smtp:\n  listen: [127.0.0.1:25, x]', 'f:2:26: smtp.listen: "x" is not an address', /write/],
  ['smtp:\n  nat: []', 'f:1:1: smtp.listen: is missing', /write 127/],
  ['smtp:', 'f:1:1: smtp: is not a group of keys', /listen, tls, messageBytesMax/],
  ['smtp: { listen: "[::1]:25", tls: { cert: a } }', 'f:1:29: smtp.tls.key: is missing', /path/],
  [
    'smtp: { listen: "[::1]:25", messageBytesMax: 25 }',
    'f:1:46: smtp.messageBytesMax: "25" is not a size',
    /25MB/,
  ],
  ['dns: { listen: "[::1]:53", zones: a, threads: 0 }', 'f:1:47: dns.threads: "0" is not', /1 to/],
  ['submission: { listen: "[::1]:5", allowFrom: 10.0.0.1/8 }', 'f:1:45: submission.allow', /bits/],
  ['delivery: { giveUpAfter: 5 }', 'f:1:26: delivery.giveUpAfter: "5" is not a length', /5d/],
  ['world: { smtpPort: 99999 }', 'f:1:20: world.smtpPort: "99999" is not a whole', /1 to 65535/],
  ['resolver: { servers: ns.example }', 'f:1:22: resolver.servers: "ns.example"', /192\.0\.2\.1/],
  ['domains: { a.example: { deliverTo: "maildir:x" } }', 'f:1:12: domains.a.example.role', /prim/],
  [
    'domains:\n  a.example: { role: primary }',
    'f:2:3: domains.a.example: deliverTo is missing',
    /maildir:\.\/mail/,
  ],
  [
    'domains:\n  a.example: { role: backup }',
    'f:2:3: domains.a.example: recipients is missing',
    /recipients: any/,
  ],
  [
    'domains:\n  a.example: { role: backup, recipients: any, deliverTo: "maildir:x" }',
    'f:2:58: domains.a.example.deliverTo: a backup',
    /remove/,
  ],
  [
    'domains:\n  a.example: { role: backup, recipients: [u@a.example] }',
    'f:2:43: domains.a.example.recipients: "u@a.example" is not',
    /without @/,
  ],
  [
    'domains:\n  "a b": { role: backup, recipients: any }',
    'f:2:3: domains.a b: "a b" is not a domain name',
    /behind the @/,
  ],
  [
    'domains:\n  A.example: &d { role: backup, recipients: any }\n  a.example.: *d',
    'f:3:3: domains.a.example.: this domain is there twice',
    /keep one/,
  ],
  ['hostname: a\nhostname: b', 'f:2:1: this is not YAML', /unique/],
  ['hostname: *nobody', 'f:1:1: this is not YAML', /alias/],
  ['- 1', 'f:1:1: is not a group of keys', /hostname/],
];

test('each fault has its place, its key and its mend', () => {
  for (const [text, start, rest] of ONE_FAULT) {
    const faults = faultsOf(text);
    assert.equal(faults.length, 1, `${text}\n${faults.join('\n')}`);
    assert.ok(faults[0]?.startsWith(start), `${start}\n${faults[0]}`);
    assert.match(faults[0] ?? '', rest);
  }
});

test('all faults are told at once, in the order of the file', () => {
  const text = [
    'hostname: "?"',
    'smtp: { listen: x, nat: y }',
    'domains:',
    '  a.example: { rol: primary }',
    '  b.example: { role: backup, deliverTo: 1 }',
    'worlds: {}',
  ].join('\n');
  const places = faultsOf(text).map((fault) => fault.split(': ').slice(0, 2).join(' '));
  assert.deepEqual(places, [
    'f:1:11 hostname',
    'f:2:17 smtp.listen',
    'f:2:25 smtp.nat',
    'f:4:3 domains.a.example.role',
    'f:4:16 domains.a.example.rol',
    'f:5:3 domains.b.example',
    'f:5:41 domains.b.example.deliverTo',
    'f:5:41 domains.b.example.deliverTo',
    'f:6:1 worlds',
  ]);
});

test('aliases that would grow without end are refused', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 9; level += 1) {
    const items = new Array(10).fill(`*a${level - 1}`).join(', ');
    lines.push(`a${level}: &a${level} [${items}]`);
  }
  assert.match(faultsOf(lines.join('\n'))[0] ?? '', /not YAML/);
});

test('any text is settings or faults, and every fault has a place in it', () => {
  const piece = fc.constantFrom('smtp', 'dns', ':', ' ', '\n', '  ', '[', '{', '-', '"', 'a', '&a');
  const text = fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 40 });
  fc.assert(
    fc.property(text, (pieces) => {
      const read = readFileSettings(pieces.join(''));
      if (read.kind !== 'faults') return;
      assert.ok(read.faults.length > 0);
      assert.ok(read.faults.every(({ line, column }) => line >= 1 && column >= 1));
    }),
  );
});
