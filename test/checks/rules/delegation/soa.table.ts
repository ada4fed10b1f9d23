// The SOA record: SOA-SERIAL-AGREE, SOA-FIELDS-AGREE, SOA-ONE, SOA-MNAME, SOA-TIMERS, SOA-RNAME.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isNewerSerial, serialSteps } from '../../../../src/checks/rules/delegation/serial.ts';
import { soaFieldsAgree } from '../../../../src/checks/rules/delegation/soa-fields-agree.ts';
import { soaMname } from '../../../../src/checks/rules/delegation/soa-mname.ts';
import { soaOne } from '../../../../src/checks/rules/delegation/soa-one.ts';
import { soaRname } from '../../../../src/checks/rules/delegation/soa-rname.ts';
import { soaSerialAgree } from '../../../../src/checks/rules/delegation/soa-serial-agree.ts';
import { soaTimers } from '../../../../src/checks/rules/delegation/soa-timers.ts';
import { failure, SCENE_NOW, type Scene, type ServerBehaviour } from '../../../support/scene.ts';
import { nameOf } from '../../../support/zones.ts';
import { CANNOT_ASK, table, WITHOUT_WALK } from './rule-table.ts';

const REST =
  '@ NS ns1\n@ NS ns2\nns1 A 192.0.2.53\nns2 A 198.51.100.53\n@ MX 10 mail\nmail A 192.0.2.10\n';

interface Soa {
  readonly primary?: string;
  readonly contact?: string;
  readonly serial?: number;
  readonly times?: string;
}

const zone = (soa: Soa = {}): string => {
  const { primary = 'ns1', contact = 'hostmaster', serial = 7, times } = soa;
  return `@ SOA ${primary} ${contact} ${serial} ${times ?? '7200 3600 1209600 3600'}\n${REST}`;
};

const scene = (soa: Soa = {}, more: Partial<Scene> = {}): Scene => ({
  zones: { 'example.com': zone(soa) },
  ...more,
});

const differing = (one: Soa, other: Soa): Scene =>
  scene(one, { servers: { 'ns2.example.com': { zone: zone(other) } } });

const DEAD: Scene = scene(
  {},
  { servers: { 'ns1.example.com': 'timeout', 'ns2.example.com': 'refused' } },
);
const NO_SOA = 'unknown example.com: no name server gave an SOA record';
const UNIX_NOW = SCENE_NOW / 1_000;

table(soaSerialAgree, [
  ['equal serials pass', scene(), ['pass example.com']],
  [
    'a step behind is worth a notice',
    differing({ serial: 2026060102 }, { serial: 2026060101 }),
    'notice example.com: ns1.example.com (192.0.2.53) has serial 2026060102, ' +
      'but ns2.example.com (198.51.100.53) has 2026060101',
  ],
  [
    'many steps are a warning',
    differing({ serial: 2026060102 }, { serial: 2026051201 }),
    ['warning example.com'],
  ],
  [
    'serials go in a circle',
    differing({ serial: 4294967295 }, { serial: 1 }),
    'notice example.com: ns2.example.com (198.51.100.53) has serial 1, ' +
      'but ns1.example.com (192.0.2.53) has 4294967295',
  ],
  [
    'serials half a circle apart are a warning',
    differing({ serial: 0 }, { serial: 2147483648 }),
    ['warning example.com'],
  ],
  [
    'a serial that is the time tells that the change is new',
    differing({ serial: UNIX_NOW - 90 }, { serial: UNIX_NOW - 90_000 }),
    `notice example.com: ns1.example.com (192.0.2.53) has serial ${UNIX_NOW - 90}, ` +
      `but ns2.example.com (198.51.100.53) has ${UNIX_NOW - 90_000} (changed 1 min 30 s ago)`,
  ],
  [
    'or that it is not',
    differing({ serial: UNIX_NOW - 9_000 }, { serial: UNIX_NOW - 90_000 }),
    ['warning example.com'],
  ],
  [
    'a silent server is not behind',
    scene({}, { servers: { 'ns2.example.com': 'timeout' } }),
    ['pass example.com'],
  ],
  ['where all are silent it is unknown', DEAD, NO_SOA],
  [
    'a name in the zone is told of the zone',
    { ...differing({ serial: 9 }, { serial: 1 }), about: { domain: nameOf('mail.example.com') } },
    ['warning example.com'],
  ],
  ['without a way to ask it is unknown', WITHOUT_WALK, CANNOT_ASK],
]);

test('of two serials at most one is newer, and raising by less than half the circle is newer', () => {
  const serial = fc.nat(0xffff_ffff);
  fc.assert(
    fc.property(serial, fc.integer({ min: 1, max: 0x7fff_ffff }), (from, by) => {
      const to = (from + by) % 2 ** 32;
      assert.equal(serialSteps(from, to), by);
      assert.ok(isNewerSerial(to, from));
      assert.ok(!isNewerSerial(from, to));
      assert.ok(!isNewerSerial(from, from));
    }),
  );
});

table(soaFieldsAgree, [
  [
    'equal records pass, whatever the case of names',
    differing({ primary: 'ns1' }, { primary: 'NS1' }),
    ['pass example.com'],
  ],
  [
    'other times with the same serial are told',
    differing({}, { times: '3600 3600 1209600 3600' }),
    'notice example.com: SOA records with the serial 7 differ at ' +
      'ns1.example.com (192.0.2.53): ' +
      'ns1.example.com hostmaster.example.com 7200 3600 1209600 3600; ' +
      'ns2.example.com (198.51.100.53): ' +
      'ns1.example.com hostmaster.example.com 3600 3600 1209600 3600',
  ],
  [
    'with another serial a change is under way',
    differing({}, { serial: 8, primary: 'ns2' }),
    ['pass example.com'],
  ],
  ['where all are silent it is unknown', DEAD, NO_SOA],
  ['without a way to ask it is unknown', WITHOUT_WALK, CANNOT_ASK],
]);

/** Gives its SOA record twice, with another serial. */
const twice: ServerBehaviour = (_, good) => ({
  ...good,
  answers: good.answers.flatMap((record) =>
    record.data.kind === 'SOA'
      ? [record, { ...record, data: { ...record.data, serial: record.data.serial + 2 } }]
      : [record],
  ),
});
const sameTwice: ServerBehaviour = (_, good) => ({
  ...good,
  answers: good.answers.flatMap((record) => [record, record]),
});

table(soaOne, [
  ['one record passes', scene(), ['pass example.com']],
  [
    'two are found',
    scene({}, { servers: { 'ns2.example.com': twice } }),
    'error example.com: example.com has several SOA records: ns2.example.com (198.51.100.53) gives 2',
  ],
  [
    'the same one twice is one',
    scene({}, { servers: { 'ns2.example.com': sameTwice } }),
    ['pass example.com'],
  ],
  ['where all are silent it is unknown', DEAD, NO_SOA],
  ['without a way to ask it is unknown', WITHOUT_WALK, CANNOT_ASK],
]);

table(soaMname, [
  ['a name server passes', scene(), ['pass example.com']],
  ['so does a hidden primary with an address', scene({ primary: 'mail' }), ['pass example.com']],
  ['and the root, which names none', scene({ primary: '.' }), ['pass example.com']],
  [
    'one without an address is told',
    scene({ primary: 'gone' }),
    'notice example.com: the primary in the SOA record, gone.example.com, has no address',
  ],
  [
    'so is an alias',
    { zones: { 'example.com': `${zone({ primary: 'alias' })}alias CNAME ns1` } },
    'notice example.com: the primary in the SOA record, alias.example.com, ' +
      'is an alias of ns1.example.com',
  ],
  [
    'and one that is behind the others',
    differing({ serial: 7 }, { serial: 9 }),
    'notice example.com: the primary in the SOA record, ns1.example.com, has serial 7; ' +
      'ns2.example.com has 9, which is newer',
  ],
  [
    'one that cannot be looked up is unknown',
    scene({ primary: 'gone' }, { lookups: { 'gone.example.com A': failure() } }),
    ['unknown example.com'],
  ],
  ['where all are silent it is unknown', DEAD, NO_SOA],
  ['without a way to ask it is unknown', WITHOUT_WALK, CANNOT_ASK],
]);

const timers = (times: string): Scene => scene({ times });

table(soaTimers, [
  ['usual times pass', scene(), ['pass example.com']],
  [
    'a zone that expires before it is refreshed is a warning',
    timers('86400 7200 3600 3600'),
    'warning example.com: SOA record: expire 1 h is less than refresh 1 d',
  ],
  [
    'less than a week to expire, and a retry as long as the refresh, are notices',
    timers('7200 7200 86400 3600'),
    'notice example.com: SOA record: expire 1 d is less than a week; retry 2 h is not less than refresh 2 h',
  ],
  [
    '"no" that is believed for more than a day too',
    timers('7200 3600 1209600 172800'),
    ['notice example.com'],
  ],
  [
    'short times only cost questions',
    timers('600 300 1209600 0'),
    'info example.com: SOA record: refresh 10 min is less than 20 min; ' +
      'negative answers 0 s is less than 5 min',
  ],
  ['where all are silent it is unknown', DEAD, NO_SOA],
  ['without a way to ask it is unknown', WITHOUT_WALK, CANNOT_ASK],
]);

const OTHER = { zones: { 'example.com': zone({ contact: 'dns.example.net.' }) } };
const withOther = (text: string, more: Partial<Scene> = {}): Scene => ({
  zones: { ...OTHER.zones, 'example.net': text },
  ...more,
});

table(soaRname, [
  ['a mailbox at the domain passes', scene(), ['pass example.com']],
  ['and one at a domain with an address alone', withOther('@ A 192.0.2.20'), ['pass example.com']],
  [
    'a dot of the local part may be written',
    scene({ contact: 'host\\.master' }),
    ['pass example.com'],
  ],
  [
    'an @ is told',
    scene({ contact: 'hostmaster@example.com.' }),
    'warning example.com: the mailbox in the SOA record is written with an @: ' +
      'hostmaster\\064example.com',
  ],
  [
    'so is a name that is no mailbox',
    scene({ contact: '.' }),
    'warning example.com: the SOA record names no mailbox: .',
  ],
  [
    'and a domain that does not exist',
    OTHER,
    'warning example.com: dns@example.net of the SOA record gets no mail: example.net does not exist',
  ],
  ['or has neither MX nor address', withOther('www A 192.0.2.20'), ['warning example.com']],
  ['or takes no mail', withOther('@ MX 0 .'), ['warning example.com']],
  [
    'one that cannot be looked up is unknown',
    withOther('', { lookups: { 'example.net MX': failure() } }),
    ['unknown example.com'],
  ],
  [
    'nor where its addresses cannot',
    withOther('', { lookups: { 'example.net A': failure() } }),
    ['unknown example.com'],
  ],
  ['where all are silent it is unknown', DEAD, NO_SOA],
  ['without a way to ask it is unknown', WITHOUT_WALK, CANNOT_ASK],
]);
