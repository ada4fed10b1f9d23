// DEL-INCONSISTENT, DEL-NS-MISMATCH, DEL-GLUE and NS-COUNT: what the parent says, and what the zone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delGlue } from '../../../../src/checks/rules/delegation/del-glue.ts';
import { delInconsistent } from '../../../../src/checks/rules/delegation/del-inconsistent.ts';
import { delNsMismatch } from '../../../../src/checks/rules/delegation/del-ns-mismatch.ts';
import { nsCount } from '../../../../src/checks/rules/delegation/ns-count.ts';
import { failure, judged, type Scene } from '../../../support/scene.ts';
import { nameOf } from '../../../support/zones.ts';
import { CANNOT_ASK, delegated, MISSING, referralOf, table, WITHOUT_WALK } from './rule-table.ts';

const A = '203.0.113.1';
const B = '203.0.113.2';
const NS1 = 'ns1.example.com';
const NS2 = 'ns2.example.com';
const V4 = { ipv4: ['192.0.2.53'] } as const;
const PLAIN: Scene = { zones: { 'example.com': '@ MX 10 mail\nmail A 192.0.2.10' } };
const ROOT: Scene = {
  zones: { '.': '' },
  delegations: { '': { kind: 'zone', zone: nameOf('.'), referrals: [], servers: [] } },
  about: { domain: nameOf('.') },
};

table(delInconsistent, [
  [
    'servers that agree pass',
    delegated({}, [referralOf(A, [NS1, NS2]), referralOf(B, [NS2, NS1])]),
    ['pass example.com'],
  ],
  [
    'one that names others is found',
    delegated({}, [referralOf(A, [NS1, NS2]), referralOf(B, [NS1, 'old.example.net'])]),
    'error example.com: the delegation of example.com differs at ' +
      `a.parent.example (${A}): ns1.example.com, ns2.example.com; ` +
      `a.parent.example (${B}): ns1.example.com, old.example.net`,
  ],
  [
    'one that does not know the zone is found',
    delegated({}, [referralOf(A, [NS1]), referralOf(B, [], 'no-name')]),
    ['error example.com'],
  ],
  [
    'one that failed disagrees with nobody',
    delegated({}, [referralOf(A, [NS1]), referralOf(B, [], 'failure')]),
    ['pass example.com'],
  ],
  [
    'one that serves the zone too gives its own answer, which is no delegation',
    delegated({}, [referralOf(A, [NS1]), referralOf(B, [NS1, NS2], 'authoritative')]),
    ['pass example.com'],
  ],
  [
    'where all do there is nothing to compare',
    delegated({}, [referralOf(B, [NS1], 'authoritative')]),
    ['not-applicable example.com'],
  ],
  [
    'where all failed it is unknown',
    delegated({}, [referralOf(B, [], 'failure')]),
    ['unknown example.com'],
  ],
  [
    'the case of names is no difference',
    delegated({}, [referralOf(A, [NS1]), referralOf(B, ['NS1.Example.com'])]),
    ['pass example.com'],
  ],
  ['the root has no parent', ROOT, ['not-applicable .']],
  ['without a way to ask it is unknown', WITHOUT_WALK, CANNOT_ASK],
]);

/** The zone names ns1 and ns2; the parent names these. */
const byParent = (...hosts: readonly string[]): Scene =>
  delegated({ [NS1]: V4, [NS2]: { ipv4: ['192.0.2.54'] } }, [referralOf(A, hosts)]);

table(delNsMismatch, [
  ['equal sets pass', PLAIN, ['pass example.com']],
  ['so they do in another order and case', byParent('NS2.example.com', NS1), ['pass example.com']],
  [
    'a server that only the parent names is an error',
    byParent(NS1, NS2, 'old.example.net'),
    'error example.com: example.com: only com names old.example.net',
  ],
  [
    'one that only the zone names is worth a notice',
    byParent(NS1),
    'notice example.com: example.com: only the zone itself names ns2.example.com',
  ],
  [
    'sets without a common server are an error',
    byParent('old.example.net'),
    'error example.com: example.com: only com names old.example.net, and only the zone itself ' +
      'names ns1.example.com and ns2.example.com; no server is in both sets',
  ],
  [
    'where the zone is silent it is unknown',
    { ...byParent(NS1), servers: { [NS1]: 'timeout', [NS2]: 'timeout' } },
    ['unknown example.com'],
  ],
  [
    'where the parent failed too',
    delegated({ [NS1]: V4 }, [referralOf(A, [], 'failure')]),
    ['unknown example.com'],
  ],
  [
    'where one server serves both there is one set',
    delegated({ [NS1]: V4 }, [referralOf(A, [NS1], 'authoritative')]),
    ['not-applicable example.com'],
  ],
  [
    'a name in a zone is judged as that zone',
    { ...PLAIN, about: { domain: nameOf('mail.example.com') } },
    ['pass example.com'],
  ],
  ['without a way to ask it is unknown', WITHOUT_WALK, CANNOT_ASK],
]);

test('DEL-NS-MISMATCH gives the records to add, or the servers to register', () => {
  const mendOf = (scene: Scene) =>
    judged(delNsMismatch, scene).map((verdict) =>
      verdict.outcome === 'finding' ? verdict.mend?.text : '',
    );
  assert.deepEqual(mendOf(byParent(NS1, NS2, 'old.example.net')), [
    'example.com. NS old.example.net.',
  ]);
  assert.deepEqual(mendOf(byParent(NS1)), [
    'name servers at the registrar: ns1.example.com and ns2.example.com',
  ]);
});

table(delGlue, [
  ['glue that is right passes', PLAIN, ['pass ns1.example.com', 'pass ns2.example.com']],
  [
    'an old address is an error',
    delegated({ [NS1]: { ...V4, glue: ['198.51.100.1'] } }),
    'error ns1.example.com: the parent gives 198.51.100.1 for ns1.example.com, which has 192.0.2.53',
  ],
  [
    'glue for a host that has no address is told by the rule about that',
    delegated({ [NS1]: { ipv4: MISSING, ipv6: MISSING, glue: ['198.51.100.1'] } }),
    'not-applicable ns1.example.com: it has no address: NS-UNRESOLVED',
  ],
  [
    'no glue for a host inside the zone is an error',
    delegated({ [NS1]: V4 }),
    'error ns1.example.com: the parent gives no address for ns1.example.com, ' +
      'which is inside example.com',
  ],
  [
    'an address that the parent does not give is worth a notice',
    delegated({ [NS1]: { ...V4, ipv6: ['2001:db8::53'], glue: ['192.0.2.53'] } }),
    'notice ns1.example.com: the parent does not give 2001:db8::53 for ns1.example.com',
  ],
  [
    'a host outside the zone needs none',
    delegated({ 'ns.example.net': V4 }),
    ['not-applicable example.com'],
  ],
  [
    'nor has one that only the zone names',
    delegated({ [NS1]: { ...V4, byParent: false } }),
    ['not-applicable example.com'],
  ],
  [
    'an address that cannot be looked up is unknown',
    delegated({ [NS1]: { ipv4: failure(), glue: ['192.0.2.53'] } }),
    ['unknown ns1.example.com'],
  ],
  [
    'a wrong one of the other family is found all the same',
    delegated({ [NS1]: { ipv4: failure(), glue: ['192.0.2.53', '2001:db8::1'] } }),
    ['error ns1.example.com'],
  ],
  ['without a way to ask it is unknown', WITHOUT_WALK, CANNOT_ASK],
]);

table(nsCount, [
  ['two servers pass', PLAIN, ['pass example.com']],
  [
    'one is too few',
    { zones: { 'example.com': '@ NS ns1\nns1 A 192.0.2.53\n@ MX 10 mail\nmail A 192.0.2.10' } },
    'error example.com: example.com has one name server: ' +
      'the parent gives ns1.example.com only, the zone names ns1.example.com only',
  ],
  [
    'one at the parent is too few',
    byParent(NS1),
    'error example.com: example.com has one name server: the parent gives ns1.example.com only',
  ],
  [
    'where the zone is silent the parent is judged',
    { ...byParent(NS1, NS2), servers: { [NS1]: 'timeout', [NS2]: 'timeout' } },
    ['pass example.com'],
  ],
  [
    'where both are it is unknown',
    { ...delegated({ [NS1]: V4 }, [referralOf(A, [], 'failure')]), servers: { [NS1]: 'timeout' } },
    ['unknown example.com'],
  ],
  ['without a way to ask it is unknown', WITHOUT_WALK, CANNOT_ASK],
]);
