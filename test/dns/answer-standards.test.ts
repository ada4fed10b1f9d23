// The examples of the standards: their zones, their queries, their answers.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Zones } from '../../src/dns/zone.ts';
import { ask, zonesOf } from '../support/zone-queries.ts';
import { zoneFrom } from '../support/zones.ts';

type Table = readonly (readonly [question: string, ...reply: string[]])[];

function check(zones: Zones, table: Table): void {
  for (const [question, ...reply] of table) {
    test(question, () => assert.deepEqual(ask(zones, question), reply));
  }
}

describe('RFC 4592 §2.2.1: wildcards', () => {
  const zone = zoneFrom(
    `@ 3600 SOA ns.example.com. host.example.com. 1 2 3 4 5
@ 3600 NS ns.example.com.
@ 3600 NS ns.example.net.
* 3600 TXT "this is a wildcard"
* 3600 MX 10 host1.example.
sub.* 3600 TXT "this is not a wildcard"
host1 3600 A 192.0.2.1
_ssh._tcp.host1 3600 SRV 0 0 22 host1
_ssh._tcp.host2 3600 SRV 0 0 22 host1
subdel 3600 NS ns.example.com.
subdel 3600 NS ns.example.net.`,
    'example.',
  );
  const servers = ['< example. 3600 NS ns.example.com.', '< example. 3600 NS ns.example.net.'];
  const soa = '< example. 5 SOA ns.example.com. host.example.com. 1 2 3 4 5';
  const host1 = '+ host1.example. 3600 A 192.0.2.1';
  check(zonesOf(zone), [
    [
      'host3.example MX',
      'NOERROR AA',
      '= host3.example. 3600 MX 10 host1.example.',
      ...servers,
      host1,
    ],
    ['host3.example A', 'NOERROR AA', soa],
    [
      'foo.bar.example TXT',
      'NOERROR AA',
      '= foo.bar.example. 3600 TXT "this is a wildcard"',
      ...servers,
    ],
    ['*.example MX', 'NOERROR AA', '= *.example. 3600 MX 10 host1.example.', ...servers, host1],
    ['host1.example MX', 'NOERROR AA', soa],
    ['host2.example MX', 'NOERROR AA', soa],
    ['sub.*.example MX', 'NOERROR AA', soa],
    ['_telnet._tcp.host1.example SRV', 'NXDOMAIN AA', soa],
    [
      'host.subdel.example A',
      'NOERROR',
      '< subdel.example. 3600 NS ns.example.com.',
      '< subdel.example. 3600 NS ns.example.net.',
    ],
    ['ghost.*.example MX', 'NXDOMAIN AA', soa],
  ]);
});

describe('RFC 1034 §6.2: the first example ever', () => {
  const root = zoneFrom(
    `@ 86400 SOA SRI-NIC.ARPA. HOSTMASTER.SRI-NIC.ARPA. 870611 1800 300 604800 86400
 NS SRI-NIC.ARPA.
 NS C.ISI.EDU.
MIL. NS SRI-NIC.ARPA.
 NS A.ISI.EDU.
EDU. NS SRI-NIC.ARPA.
 NS C.ISI.EDU.
SRI-NIC.ARPA. A 26.0.0.73
 A 10.0.0.51
 MX 0 SRI-NIC.ARPA.
USC-ISIC.ARPA. CNAME C.ISI.EDU.
A.ISI.EDU. A 26.3.0.103
C.ISI.EDU. A 10.0.0.52`,
    '.',
  );
  const isi = zoneFrom(
    `@ 60 SOA A.ISI.EDU. ACTION.ISI.EDU. 1 2 3 4 5
 NS A
A A 26.3.0.103
C A 10.0.0.52`,
    'ISI.EDU.',
  );
  const servers = ['< . 86400 NS SRI-NIC.ARPA.', '< . 86400 NS C.ISI.EDU.'];
  const soa = '< . 86400 SOA SRI-NIC.ARPA. HOSTMASTER.SRI-NIC.ARPA. 870611 1800 300 604800 86400';
  const sri = ['86400 A 26.0.0.73', '86400 A 10.0.0.51'].map((rest) => `+ SRI-NIC.ARPA. ${rest}`);
  const addressOfC = '+ C.ISI.EDU. 86400 A 10.0.0.52';
  const alias = '= USC-ISIC.ARPA. 86400 CNAME C.ISI.EDU.';
  check(zonesOf(root), [
    [
      'SRI-NIC.ARPA A',
      'NOERROR AA',
      '= SRI-NIC.ARPA. 86400 A 26.0.0.73',
      '= SRI-NIC.ARPA. 86400 A 10.0.0.51',
      ...servers,
      addressOfC,
    ],
    [
      'SRI-NIC.ARPA MX',
      'NOERROR AA',
      '= SRI-NIC.ARPA. 86400 MX 0 SRI-NIC.ARPA.',
      ...servers,
      ...sri,
      addressOfC,
    ],
    ['SRI-NIC.ARPA NS', 'NOERROR AA', soa],
    ['SIR-NIC.ARPA A', 'NXDOMAIN AA', soa],
    [
      'BRL.MIL A',
      'NOERROR',
      '< MIL. 86400 NS SRI-NIC.ARPA.',
      '< MIL. 86400 NS A.ISI.EDU.',
      ...sri,
      '+ A.ISI.EDU. 86400 A 26.3.0.103',
    ],
    [
      'USC-ISIC.ARPA A',
      'NOERROR AA',
      alias,
      '< EDU. 86400 NS SRI-NIC.ARPA.',
      '< EDU. 86400 NS C.ISI.EDU.',
      ...sri,
      addressOfC,
    ],
    ['USC-ISIC.ARPA CNAME', 'NOERROR AA', alias, ...servers, ...sri, addressOfC],
  ]);
  const complete = [
    'NOERROR AA',
    alias,
    '= C.ISI.EDU. 60 A 10.0.0.52',
    '< ISI.EDU. 60 NS A.ISI.EDU.',
    '+ A.ISI.EDU. 60 A 26.3.0.103',
  ];
  test('USC-ISIC.ARPA A, asked of who serves ISI.EDU too', () => {
    assert.deepEqual(ask(zonesOf(root, isi), 'USC-ISIC.ARPA A'), complete);
  });
});
