// Certificates read: what stands in one, and that whatever a stranger sends instead throws nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { caaDomainsOf } from '../../../../src/checks/rules/certificate/authorities.ts';
import { readCertificate } from '../../../../src/checks/rules/certificate/read.ts';
import { inDays, shown } from '../../../support/scene-tls.ts';
import { nameOf } from '../../../support/zones.ts';

const derOf = (...options: Parameters<typeof shown>): Uint8Array => {
  const tls = shown(...options);
  assert.ok(tls.kind === 'started' && tls.chain[0]);
  return tls.chain[0];
};

test('a certificate says who it is for, of whom, and until when', () => {
  const read = readCertificate(derOf({ names: ['mail.example.com', '*.example.org'] }));
  assert.ok(read);
  assert.deepEqual(read.issuer, { commonName: 'R11', organization: "Let's Encrypt" });
  assert.equal(read.commonName, 'mail.example.com');
  assert.equal(read.from, inDays(-30).getTime());
  assert.equal(read.to, inDays(60).getTime());
  assert.deepEqual(read.key, { kind: 'ec', bits: 256 });
  assert.equal(read.isSelfSigned, false);
  assert.equal(read.nameFor(nameOf('Mail.Example.COM')), 'mail.example.com');
  assert.equal(read.nameFor(nameOf('a.example.org')), '*.example.org');
  assert.equal(read.nameFor(nameOf('example.org')), undefined);
});

test('a common name is no name of a host', () => {
  const read = readCertificate(derOf({ names: [] }));
  assert.equal(read?.commonName, 'test');
  assert.equal(read?.nameFor(nameOf('test')), undefined);
});

test('one that signed itself is told from one that only says so', () => {
  assert.equal(readCertificate(derOf({ isSelfSigned: true }))?.isSelfSigned, true);
  const forged = derOf({ names: ['R11'], organization: undefined as never });
  assert.equal(readCertificate(forged)?.isSelfSigned, false);
});

test('whatever is sent in place of a certificate throws nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      assert.equal(readCertificate(bytes), undefined);
    }),
  );
});

test('nor does a certificate with some bytes changed', () => {
  const whole = derOf({});
  const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const bytes = Uint8Array.from(whole);
      for (const [at, value] of changes) bytes[at] = value;
      const read = readCertificate(bytes);
      if (!read) return;
      assert.ok(Number.isFinite(read.to) && Number.isFinite(read.from));
      assert.ok([undefined, 'mail.example.com'].includes(read.nameFor(nameOf('mail.example.com'))));
    }),
  );
});

test('well-known authorities have a name for CAA, and others none', () => {
  const of = (organization: string): string | undefined => caaDomainsOf({ organization })[0];
  assert.equal(of("Let's Encrypt"), 'letsencrypt.org');
  assert.equal(of('Sectigo Limited'), 'sectigo.com');
  assert.equal(of('ZeroSSL'), 'sectigo.com');
  assert.equal(of('DigiCert Inc'), 'digicert.com');
  assert.equal(of('Google Trust Services LLC'), 'pki.goog');
  assert.equal(of('GoDaddy.com, Inc.'), 'godaddy.com');
  assert.equal(of('GlobalSign nv-sa'), 'globalsign.com');
  assert.equal(of('Amazon'), 'amazon.com');
  assert.equal(of('Amazonia Certificates'), undefined);
  assert.equal(of("Not Let's Encrypt"), undefined);
  assert.deepEqual(caaDomainsOf({}), []);
});
