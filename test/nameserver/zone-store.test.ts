// Zone files on a disk: read, refused, changed, gone; what was served stays until something is better.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { FingerpostEvent } from '../../src/base/events.ts';
import { nameKey } from '../../src/dns/name.ts';
import { printData } from '../../src/dns/records/registry.ts';
import { TYPE } from '../../src/dns/types.ts';
import type { Zones } from '../../src/dns/zone.ts';
import { applyChanges } from '../../src/nameserver/zone-change.ts';
import { ZoneStore } from '../../src/nameserver/zone-store.ts';
import { APEX, nameOf } from '../support/zones.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'fingerpost-zones-')));
let folders = 0;

after(() => rmSync(root, { recursive: true }));

const MX10 = `${APEX}@ 300 MX 10 mail.example.net.\n`;
const MX20 = `${APEX.replace(' 1 ', ' 2 ')}@ 300 MX 20 mail.example.net.\n`;
const BROKEN = `${APEX}@ 300 MX ten mail.example.net.\n`;

/**
 * A store on a folder of its own, and zones as a thread would have them that follows its changes.
 */
class Bench {
  readonly folder = join(root, String(folders++));
  readonly store: ZoneStore;
  events: FingerpostEvent[] = [];
  served: Zones = new Map();

  constructor(pattern = '*.zone') {
    mkdirSync(this.folder);
    this.store = new ZoneStore({
      patterns: [join(this.folder, pattern)],
      events: { emit: (event) => this.events.push(event) },
    });
  }

  write(file: string, content: string | Uint8Array): this {
    mkdirSync(dirname(join(this.folder, file)), { recursive: true });
    writeFileSync(join(this.folder, file), content);
    return this;
  }

  remove(file: string): this {
    rmSync(join(this.folder, file));
    return this;
  }

  /** Loads, and returns what kinds of change there were. */
  load(): readonly string[] {
    this.events = [];
    const changes = this.store.load();
    this.served = applyChanges(this.served, changes);
    assert.deepEqual(this.served, applyChanges(new Map(), this.store.all()));
    return changes.map(({ kind }) => kind);
  }

  refusals(): readonly string[] {
    return this.events.flatMap((event) =>
      event.kind === 'zone.refused' ? event.faults.map((text) => this.#short(text)) : [],
    );
  }

  notices(): readonly string[] {
    return this.events.flatMap((event) =>
      event.kind === 'server.notice' ? [this.#short(event.text)] : [],
    );
  }

  loaded(): readonly string[] {
    return this.events.flatMap((event) =>
      event.kind === 'zone.loaded' ? [`${event.zone} ${event.serial} ${event.names}`] : [],
    );
  }

  /** What is served at a name, as in a zone file. */
  at(name: string, type: keyof typeof TYPE = 'MX', origin = 'example.com.'): readonly string[] {
    const node = this.served.get(origin)?.nodes.get(nameKey(nameOf(name)));
    const set = node?.get(TYPE[type]);
    return (set?.data ?? []).map((data) => printData(data, TYPE[type]));
  }

  #short(text: string): string {
    return text.replaceAll(`${this.folder}/`, '');
  }
}

describe('zones from files', () => {
  test('are loaded with the origin of their file, or with the one they name', () => {
    const bench = new Bench();
    bench.write('example.com.zone', MX10).write('other.zone', `$ORIGIN example.org.\n${MX20}`);
    assert.deepEqual(bench.load(), ['load', 'load']);
    assert.deepEqual(bench.loaded(), ['example.com 1 1', 'example.org 2 1']);
    assert.deepEqual(bench.at('example.com.'), ['10 mail.example.net.']);
    assert.deepEqual(bench.at('example.org.', 'MX', 'example.org.'), ['20 mail.example.net.']);
    assert.deepEqual([...bench.refusals(), ...bench.notices()], []);
  });

  test('change by what changed, and not at all where nothing did', () => {
    const bench = new Bench().write('example.com.zone', MX10);
    bench.load();
    assert.deepEqual(bench.load(), []);
    assert.deepEqual(bench.events, []);
    bench.write('example.com.zone', MX20);
    assert.deepEqual(bench.load(), ['change']);
    assert.deepEqual(bench.at('example.com.'), ['20 mail.example.net.']);
    assert.deepEqual([bench.loaded(), bench.notices()], [['example.com 2 1'], []]);
  });

  test('with faults are refused with each place, and the version before goes on', () => {
    const bench = new Bench().write('example.com.zone', MX10);
    bench.load();
    bench.write('example.com.zone', `${BROKEN}mail A 300.1.1.1\n`);
    assert.deepEqual(bench.load(), []);
    const [first = '', second = '', ...more] = bench.refusals();
    assert.match(first, /^example\.com\.zone:3:10: ten is no number/);
    assert.match(second, /^example\.com\.zone:4:8: 300\.1\.1\.1 is no IPv4 address/);
    assert.deepEqual(more, []);
    assert.deepEqual(bench.at('example.com.'), ['10 mail.example.net.']);
    bench.write('example.com.zone', MX20);
    assert.deepEqual(bench.load(), ['change']);
  });

  test('that never were without fault are not served, and others are', () => {
    const bench = new Bench().write('bad.zone', BROKEN).write('example.com.zone', MX10);
    assert.deepEqual(bench.load(), ['load']);
    assert.equal(bench.refusals().length, 1);
  });

  test('that are gone are removed, and it is said', () => {
    const bench = new Bench().write('example.com.zone', MX10).write('example.org.zone', MX10);
    bench.load();
    bench.remove('example.com.zone');
    assert.deepEqual(bench.load(), ['remove']);
    assert.deepEqual(bench.notices(), [
      'example.com is not served any more: example.com.zone does not give it',
    ]);
    assert.deepEqual([...bench.served.keys()], ['example.org.']);
  });

  test('a file that now gives another zone takes the old one with it', () => {
    const bench = new Bench().write('a.zone', `$ORIGIN example.com.\n${MX10}`);
    bench.load();
    bench.write('a.zone', `$ORIGIN example.org.\n${MX10}`);
    assert.deepEqual(bench.load(), ['load', 'remove']);
  });

  test('none at all is worth a notice', () => {
    const bench = new Bench();
    assert.deepEqual(bench.load(), []);
    assert.deepEqual(bench.notices(), ['there is no zone file *.zone']);
  });
});

describe('two files with one zone', () => {
  const named = `$ORIGIN example.com.\n${MX20}`;

  test('the first by name wins, the other is refused', () => {
    const bench = new Bench()
      .write('b.zone', named)
      .write('a.zone', named.replace('MX 20', 'MX 5'));
    assert.deepEqual(bench.load(), ['load']);
    assert.deepEqual(bench.at('example.com.'), ['5 mail.example.net.']);
    assert.deepEqual(bench.refusals(), ['b.zone:1:1: example.com. is already in a.zone']);
  });

  test('a new file takes no zone from the one that gives it, even if it is broken now', () => {
    const bench = new Bench().write('example.com.zone', MX10);
    bench.load();
    bench.write('a.zone', named).write('example.com.zone', BROKEN);
    assert.deepEqual(bench.load(), []);
    assert.deepEqual(bench.at('example.com.'), ['10 mail.example.net.']);
    assert.match(bench.refusals().join('\n'), /^a\.zone:1:1: example\.com\. is already/m);
    bench.remove('example.com.zone');
    assert.deepEqual(bench.load(), ['change']);
    assert.deepEqual(bench.at('example.com.'), ['20 mail.example.net.']);
  });
});

describe('a serial', () => {
  const numbered = (serial: number, preference: number): string =>
    `${APEX.replace(' 1 ', ` ${serial} `)}@ 300 MX ${preference} mail.example.net.\n`;
  const cases: readonly (readonly [from: number, to: number, notice: string | undefined])[] = [
    [7, 8, undefined],
    [7, 7, 'example.com changed, but its serial is still 7: secondaries will not see it'],
    [
      7,
      6,
      'example.com changed, but its serial went back from 7 to 6: secondaries will not see it',
    ],
    [4_294_967_295, 0, undefined],
  ];
  for (const [from, to, notice] of cases) {
    test(`from ${from} to ${to} is ${notice ? 'worth a notice' : 'as it should be'}`, () => {
      const bench = new Bench().write('example.com.zone', numbered(from, 1));
      bench.load();
      bench.write('example.com.zone', numbered(to, 2));
      assert.deepEqual(bench.load(), ['change']);
      assert.deepEqual(bench.notices(), notice ? [notice] : []);
    });
  }
});

describe('bytes outside ASCII', () => {
  test('are UTF-8: in names as A-labels, in texts as they are', () => {
    const bench = new Bench();
    bench.write('example.com.zone', `${MX10}bücher 300 TXT "grüße" "\\255"\n`);
    bench.load();
    assert.deepEqual(bench.at('xn--bcher-kva.example.com.', 'TXT'), [
      '"gr\\195\\188\\195\\159e" "\\255"',
    ]);
  });

  test('that are no UTF-8 are a fault at their place, not other bytes in silence', () => {
    const bench = new Bench();
    bench.write('example.com.zone', Buffer.from(`${MX10}t 300 TXT "gr\xfc\xdfe"\n`, 'latin1'));
    assert.deepEqual(bench.load(), []);
    assert.match(bench.refusals().join(), /^example\.com\.zone:4:14: the file is no UTF-8 text; /);
  });

  test('U+FFFD itself may stand there', () => {
    const bench = new Bench().write('example.com.zone', `${MX10}t 300 TXT "\uFFFD"\n`);
    assert.deepEqual(bench.load(), ['load']);
  });
});

describe('$INCLUDE', () => {
  const including = (path: string): string => `${MX10}$INCLUDE ${path}\n`;

  test('reaches what is below the folder, from where it is said', () => {
    const bench = new Bench();
    bench.write('example.com.zone', including('parts/one'));
    bench.write('parts/one', '$INCLUDE two\none 300 MX 1 @\n').write('parts/two', 'two 300 MX 2 @');
    assert.deepEqual(bench.load(), ['load']);
    assert.deepEqual(bench.at('one.example.com.'), ['1 example.com.']);
    assert.deepEqual(bench.at('two.example.com.'), ['2 example.com.']);
  });

  test('a fault in an included file is told with its own place', () => {
    const bench = new Bench().write('example.com.zone', including('part'));
    bench.write('part', '\nx 300 A nowhere\n').load();
    assert.match(bench.refusals().join(), /^part:2:9: nowhere is no IPv4 address/);
  });

  const refused: readonly (readonly [title: string, path: string, because: RegExp])[] = [
    ['a file above', '../outside', /it is not below .*, the folder of the zone/],
    ['an absolute path elsewhere', '/etc/hostname', /it is not below/],
    ['a link that leads outside', 'link', /it is not below/],
    ['a folder', 'folder', /this is no file/],
    ['what is not there', 'missing', /ENOENT/],
    ['itself, for ever', 'example.com.zone', /more than \d+ deep/],
  ];
  for (const [title, path, because] of refused) {
    test(`of ${title} is refused`, () => {
      const bench = new Bench().write('folder/file', '').write('../outside', 'secret 300 TXT x\n');
      symlinkSync(join(root, 'outside'), join(bench.folder, 'link'));
      bench.write('example.com.zone', including(path));
      assert.deepEqual(bench.load(), []);
      assert.match(bench.refusals().join(), /^example\.com\.zone:4:10: /);
      assert.match(bench.refusals().join(), because);
    });
  }
});

test('what is no file is refused, and does no harm', () => {
  const bench = new Bench('*').write('folder.zone/file', '').write('example.com.zone', MX10);
  assert.deepEqual(bench.load(), ['load']);
  assert.deepEqual(bench.refusals(), ['folder.zone:1:1: this is no file']);
});
