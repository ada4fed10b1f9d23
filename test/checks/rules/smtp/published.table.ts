// RCPT-PUBLISHED: each address that the domain publishes, at every exchange.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rcptPublished } from '../../../../src/checks/rules/smtp/published.ts';
import { outcomes, type Scene, told } from '../../../support/scene.ts';
import type { HostPlan } from '../../../support/scene-dialogue.ts';

const ZONE = `@ MX 10 mail
@ MX 20 backup
mail A 192.0.2.10
backup A 192.0.2.20
_dmarc TXT "v=DMARC1; p=none; rua=mailto:dmarc@example.com,mailto:reports@example.net"
@ CAA 0 iodef "mailto:security@example.com"`;

const scene = (mail: HostPlan, backup: HostPlan = {}): Scene => ({
  zones: { 'example.com': ZONE },
  hosts: { 'mail.example.com': mail, 'backup.example.com': backup },
});
const refusing = (...recipients: readonly string[]): HostPlan => ({
  recipients: Object.fromEntries(recipients.map((each) => [each, '550 5.1.1 No such user'])),
});

const all = (outcome: string): readonly string[] => [
  `${outcome} hostmaster@example.com`,
  `${outcome} dmarc@example.com`,
  `${outcome} security@example.com`,
  `${outcome} abuse@example.com`,
];

const TABLE: readonly (readonly [what: string, scene: Scene, expected: readonly string[]])[] = [
  ['all are taken; those of other domains are not asked', scene({}), all('pass')],
  [
    'one that is published is worse than one that is only expected',
    scene(refusing('dmarc@example.com', 'abuse@example.com')),
    [
      'pass hostmaster@example.com',
      'warning dmarc@example.com',
      'pass security@example.com',
      'notice abuse@example.com',
    ],
  ],
  [
    'one refusal anywhere is enough',
    scene({}, refusing('security@example.com')),
    [
      'pass hostmaster@example.com',
      'pass dmarc@example.com',
      'warning security@example.com',
      'pass abuse@example.com',
    ],
  ],
  [
    'greylisting says nothing',
    scene({ replies: { published: '450 4.2.0 Greylisted' } }),
    all('unknown'),
  ],
  [
    'nor does a refusal of ourselves',
    scene({ replies: { published: '554 5.7.1 Client host blocked' } }),
    all('unknown'),
  ],
  ['nor a conversation that ended before', scene({ replies: { mail: '' } }), all('unknown')],
  [
    'a backup that knows nothing of the domain is the matter of another rule',
    scene({}, { replies: { published: '554 5.7.1 Relay access denied' } }),
    all('pass'),
  ],
  [
    'where no host takes mail of the domain there is nothing to say',
    scene(
      { replies: { published: '554 5.7.1 Relay access denied' } },
      { replies: { published: '554 5.7.1 Relay access denied' } },
    ),
    all('not-applicable'),
  ],
  [
    'without MX there is nobody to ask',
    { zones: { 'example.com': '@ MX 0 .' } },
    ['not-applicable example.com'],
  ],
];

for (const [what, where, expected] of TABLE) {
  test(`RCPT-PUBLISHED: ${what}`, () => {
    assert.deepEqual(outcomes(rcptPublished, where), expected);
  });
}

test('RCPT-PUBLISHED says where the address stands and who refuses it', () => {
  const texts = told(
    rcptPublished,
    scene(refusing('dmarc@example.com', 'abuse@example.com'), refusing('dmarc@example.com')),
  );
  assert.deepEqual(texts, [
    'warning dmarc@example.com: dmarc@example.com, published in the DMARC record, is refused by mail.example.com at 192.0.2.10 and backup.example.com at 192.0.2.20: "550 5.1.1 No such user"',
    'notice abuse@example.com: abuse@example.com, expected at every domain, is refused by mail.example.com at 192.0.2.10: "550 5.1.1 No such user"',
  ]);
});
