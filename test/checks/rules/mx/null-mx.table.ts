// The rules about domains that take no mail: MX-NULL and its kin, MX-NONE-BUT-SENDS,
// MX-NOMAIL-PROFILE.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIp } from '../../../../src/base/ip.ts';
import { nomailProfile } from '../../../../src/checks/rules/mx/nomail-profile.ts';
import { noneButSends } from '../../../../src/checks/rules/mx/none-but-sends.ts';
import { nullMx } from '../../../../src/checks/rules/mx/null.ts';
import { nullMixed } from '../../../../src/checks/rules/mx/null-mixed.ts';
import { nullNeedless } from '../../../../src/checks/rules/mx/null-needless.ts';
import { nullPref } from '../../../../src/checks/rules/mx/null-pref.ts';
import { failure, told } from '../../../support/scene.ts';
import { nameOf } from '../../../support/zones.ts';
import { mends, table, zone } from './table.ts';

const LOST = { lookups: { 'example.com MX': failure() } };
const GOOD = '@ MX 10 mail\nmail A 192.0.2.10';
const declared = (more: object) => ({
  about: { declared: { selectors: [], senders: [], ...more } },
});

table(nullMx, [
  ['a null MX is worth saying', zone('@ MX 0 .'), ['info example.com']],
  [
    'and loses everything where this server waits for mail',
    zone('@ MX 0 .', declared({ ours: 'backup' })),
    ['critical example.com'],
  ],
  ['a domain with exchanges', zone(GOOD), ['not-applicable example.com']],
  ['a domain without MX', zone(''), ['not-applicable example.com']],
  ['a null MX beside others is none', zone(`${GOOD}\n@ MX 0 .`), ['not-applicable example.com']],
  ['a failure', zone('', LOST), ['unknown example.com']],
]);

table(nullMixed, [
  ['a null MX alone', zone('@ MX 0 .'), ['pass example.com']],
  ['exchanges alone', zone(GOOD), ['pass example.com']],
  ['both', zone(`${GOOD}\n@ MX 0 .`), ['error example.com']],
  ['no MX', zone(''), ['not-applicable example.com']],
  ['a failure', zone('', LOST), ['unknown example.com']],
]);

test('MX-NULL-MIXED names both', () => {
  assert.deepEqual(told(nullMixed, zone(`${GOOD}\n@ MX 0 .`)), [
    'error example.com: example.com says that it takes no mail (MX 0 .) and names ' +
      'mail.example.com beside it',
  ]);
});

table(nullPref, [
  ['preference 0', zone('@ MX 0 .'), ['pass example.com']],
  ['another', zone('@ MX 10 .'), ['warning example.com']],
  ['two of them', zone('@ MX 0 .\n@ MX 10 .'), ['warning example.com']],
  ['exchanges have any', zone(GOOD), ['not-applicable example.com']],
  ['a failure', zone('', LOST), ['unknown example.com']],
]);

test('MX-NULL-PREF gives the record to publish', () => {
  assert.deepEqual(mends(nullPref, zone('@ MX 10 .')), ['example.com. MX 0 .']);
});

table(nullNeedless, [
  [
    'a null MX that keeps senders from a web server',
    zone('@ MX 0 .\n@ A 192.0.2.80'),
    ['pass example.com'],
  ],
  ['one without an address', zone('@ MX 0 .'), ['info example.com']],
  [
    'one whose address is not known',
    zone('@ MX 0 .', { lookups: { 'example.com A': failure() } }),
    ['unknown example.com'],
  ],
  ['exchanges', zone(GOOD), ['not-applicable example.com']],
  ['a failure', zone('', LOST), ['unknown example.com']],
]);

const SENDS = '@ TXT "v=spf1 ip4:192.0.2.25 -all"';
const KEY = 's1._domainkey TXT "v=DKIM1; p=MIIB"';

table(noneButSends, [
  ['a domain that takes mail', zone(`${GOOD}\n${SENDS}`), ['pass example.com']],
  ['at its own address', zone(`@ A 192.0.2.80\n${SENDS}`), ['not-applicable example.com']],
  ['a null MX, and SPF lets hosts send', zone(`@ MX 0 .\n${SENDS}`), ['warning example.com']],
  ['neither MX nor address: MX-NONE', zone(SENDS), ['not-applicable example.com']],
  [
    'everybody may send: SPF-ALL',
    zone('@ MX 0 .\n@ TXT "v=spf1 +all"'),
    ['not-applicable example.com'],
  ],
  [
    'a null MX, and SPF lets nobody',
    zone('@ MX 0 .\n@ TXT "v=spf1 -all"'),
    ['not-applicable example.com'],
  ],
  [
    'mx of a domain without exchanges lets nobody send',
    zone('@ MX 0 .\n@ TXT "v=spf1 mx -all"'),
    ['not-applicable example.com'],
  ],
  ['a null MX alone', zone('@ MX 0 .'), ['not-applicable example.com']],
  [
    'a key in use',
    zone(`@ MX 0 .\n${KEY}`, declared({ selectors: ['s1'] })),
    ['warning example.com'],
  ],
  [
    'a key that was withdrawn',
    zone('@ MX 0 .\ns1._domainkey TXT "v=DKIM1; p="', declared({ selectors: ['s1'] })),
    ['not-applicable example.com'],
  ],
  [
    'declared senders are for another rule',
    zone(`@ MX 0 .\n${SENDS}`, declared({ senders: [parseIp('192.0.2.25')] })),
    ['not-applicable example.com'],
  ],
  [
    'an SPF record that cannot be looked up',
    zone('@ MX 0 .', { lookups: { 'example.com TXT': failure() } }),
    ['unknown example.com'],
  ],
  ['a failure', zone('', LOST), ['unknown example.com']],
]);

const QUARANTINED = '@ MX 0 .\n@ TXT "v=spf1 -all"\n_dmarc TXT "v=DMARC1; p=quarantine"';
const PARKED = '@ MX 0 .\n@ TXT "v=spf1 -all"\n_dmarc TXT "v=DMARC1; p=reject"';

table(nomailProfile, [
  ['null MX, SPF and DMARC', zone(PARKED), ['pass _dmarc.example.com', 'pass *.example.com']],
  [
    'a redirect to a record that lets nobody send is as good',
    {
      zones: {
        'example.com':
          '@ MX 0 .\n@ TXT "v=spf1 redirect=none.example.net"\n' +
          '_dmarc TXT "v=DMARC1; p=reject"',
        'example.net': 'none TXT "v=spf1 -all"',
      },
    },
    ['pass _dmarc.example.com', 'pass *.example.com'],
  ],
  ['a null MX alone: DMARC-NONE', zone('@ MX 0 .'), ['not-applicable _dmarc.example.com']],
  [
    'a policy that is only tested: DMARC-POLICY',
    zone('@ MX 0 .\n@ TXT "v=spf1 ~all"\n_dmarc TXT "v=DMARC1; p=reject; t=y"'),
    ['not-applicable _dmarc.example.com'],
  ],
  [
    'quarantine, for names below too',
    zone(QUARANTINED),
    ['warning _dmarc.example.com', 'info *.example.com'],
  ],
  [
    'a wildcard for the names below',
    zone(`${QUARANTINED}\n* TXT "v=spf1 -all"`),
    ['warning _dmarc.example.com', 'pass *.example.com'],
  ],
  [
    'declared senders: it does send',
    zone(QUARANTINED, declared({ senders: [parseIp('192.0.2.25')] })),
    ['not-applicable example.com'],
  ],
  [
    'a domain whose organisation rejects for it',
    {
      zones: {
        'example.com':
          'parked MX 0 .\nparked TXT "v=spf1 -all"\n' + '_dmarc TXT "v=DMARC1; p=none; sp=reject"',
      },
      about: { domain: nameOf('parked.example.com') },
    },
    ['pass _dmarc.parked.example.com', 'pass *.parked.example.com'],
  ],
  ['a domain that sends', zone(`@ MX 0 .\n${SENDS}`), ['not-applicable example.com']],
  ['a domain that takes mail', zone(GOOD), ['not-applicable example.com']],
  [
    'lookups that fail',
    zone('@ MX 0 .', {
      lookups: {
        'example.com TXT': failure(),
        '_dmarc.example.com TXT': failure(),
        'nobody-5f2c.example.com TXT': failure(),
      },
    }),
    ['unknown _dmarc.example.com'],
  ],
  ['a failure', zone('', LOST), ['unknown example.com']],
]);

test('MX-NOMAIL-PROFILE gives the records that are missing', () => {
  assert.deepEqual(mends(nomailProfile, zone(QUARANTINED)), [
    '_dmarc.example.com. TXT "v=DMARC1; p=reject"',
    '*.example.com. TXT "v=spf1 -all"',
  ]);
});
