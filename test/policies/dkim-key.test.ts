// DKIM keys (RFC 6376 §3.6.1) as tables; any text is read without a throw.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseDkimKey } from '../../src/policies/dkim-key.ts';

/** Any text that a TXT record can hold. */
const octets = fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1'));

const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
const ed25519 = generateKeyPairSync('ed25519').publicKey;
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;

const SPKI = rsa.export({ type: 'spki', format: 'der' }).toString('base64');
const PKCS1 = rsa.export({ type: 'pkcs1', format: 'der' }).toString('base64');
const ED_SPKI = ed25519.export({ type: 'spki', format: 'der' });
const ED = ED_SPKI.subarray(-32).toString('base64');
const EC = ec.export({ type: 'spki', format: 'der' }).toString('base64');

const told = (text: string): string => {
  const read = parseDkimKey(text);
  if (read.kind === 'dkim-key-fault') return `${read.at}: ${read.because}`;
  const { key } = read;
  return key.kind === 'rsa' ? `rsa ${key.bits}` : key.kind;
};

const TABLE: readonly (readonly [what: string, text: string, expected: string])[] = [
  ['a key with its type', `v=DKIM1; k=rsa; p=${SPKI}`, 'rsa 1024'],
  ['a bare RSA key, as the RFC has it', `v=DKIM1; p=${PKCS1}`, 'rsa 1024'],
  ['without a version', `p=${SPKI}`, 'rsa 1024'],
  ['with blanks within', `v=DKIM1; p=${SPKI.slice(0, 40)} ${SPKI.slice(40)}`, 'rsa 1024'],
  ['with tags that nobody knows', `v=DKIM1; x=1; p=${SPKI}; n=a note`, 'rsa 1024'],
  ['Ed25519', `v=DKIM1; k=ed25519; p=${ED}`, 'ed25519'],
  ['revoked', 'v=DKIM1; p=', 'revoked'],
  ['no key at all', 'v=DKIM1; k=rsa', '15: there is no p=, and so no key'],
  ['another version', `v=DKIM2; p=${SPKI}`, '3: the version is "DKIM2" and not "DKIM1"'],
  [
    'the version is not first',
    `p=${PKCS1}; v=DKIM1`,
    `${PKCS1.length + 5}: v=DKIM1 does not stand first`,
  ],
  ['an unknown kind of key', `k=dsa; p=${SPKI}`, '3: "dsa" is no kind of key that DKIM knows'],
  ['no Base64', 'p=a*b', '3: the value of p is not Base64, or not all of it is there'],
  [
    'cut off',
    `p=${SPKI.slice(0, 61)}`,
    '3: the value of p is not Base64, or not all of it is there',
  ],
  [
    'cut off between',
    `p=${SPKI.slice(0, 60)}`,
    '3: the value of p holds no RSA key that can be read',
  ],
  ['of another type', `p=${EC}`, '3: the record says RSA and the key is of type ec'],
  [
    'Ed25519 without k',
    `v=DKIM1; p=${ED}`,
    '12: the key is as long as one of Ed25519, and k=ed25519 is missing',
  ],
  [
    'Ed25519 in its type',
    `k=ed25519; p=${ED_SPKI.toString('base64')}`,
    '14: the Ed25519 key is wrapped in its type, and RFC 8463 wants its 32 bytes alone',
  ],
  [
    'Ed25519 of another length',
    'k=ed25519; p=AAAA',
    '14: a key of Ed25519 has 32 bytes, and this one has 3',
  ],
  ['a tag twice', `p=${ED}; p=${ED}`, '49: the tag p stands there twice'],
  ['SPF at the name', 'v=spf1 -all', '3: the version is "spf1 -all" and not "DKIM1"'],
];

for (const [what, text, expected] of TABLE) {
  test(`a DKIM key: ${what}`, () => assert.equal(told(text), expected));
}

test('the lists in a key are taken apart', () => {
  const read = parseDkimKey(`v=DKIM1; h=sha1 : sha256; s=email; t=y:s; g=; p=${SPKI}`);
  assert.ok(read.kind === 'dkim-key');
  assert.deepEqual(
    [read.hashes, read.services, read.flags, read.granularity],
    [['sha1', 'sha256'], ['email'], ['y', 's'], ''],
  );
  const plain = parseDkimKey(`p=${SPKI}`);
  assert.ok(plain.kind === 'dkim-key');
  assert.deepEqual([plain.hashes, plain.services, plain.flags], [undefined, ['*'], []]);
});

test('any text is a key or has a fault within it', () => {
  const anyTags = fc.array(
    fc.tuple(
      fc.constantFrom('v', 'k', 'p', 'h', 's', 't', 'x'),
      fc.oneof(
        fc.constantFrom('DKIM1', 'rsa', 'ed25519', ''),
        fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('base64')),
        octets,
      ),
    ),
  );
  const texts = anyTags.map((tags) => tags.map((tag) => tag.join('=')).join(';'));
  fc.assert(
    fc.property(fc.oneof(texts, octets), (text) => {
      const read = parseDkimKey(text);
      if (read.kind === 'dkim-key') return;
      assert.ok(read.at >= 1 && read.at <= text.length + 1);
    }),
  );
});

test('a key with a byte changed never throws', () => {
  const bytes = Buffer.from(SPKI, 'base64');
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
      const changed = Buffer.from(bytes);
      changed[at] = value;
      assert.ok(parseDkimKey(`p=${changed.toString('base64')}`).kind.startsWith('dkim-key'));
    }),
  );
});
