// A conversation on real sockets, with a certificate that was made here: what TLS proves of a host.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, before, test } from 'node:test';
import { realNetwork } from '../../src/net/real-network.ts';
import { readTlsIdentity } from '../../src/net/tls.ts';
import { createMailHosts } from '../../src/observing/mail-hosts.ts';
import { systemClock } from '../../src/system.ts';
import { type CertificateFiles, selfSignedFiles } from '../support/certificate.ts';
import { loopback } from '../support/loopback.ts';
import { MailHost } from '../support/mail-host.ts';
import { inShort } from '../support/probe-dialogue.ts';
import { aboutOf } from '../support/scene.ts';
import { nameOf } from '../support/zones.ts';

let files: CertificateFiles;
before(() => {
  files = selfSignedFiles({ names: ['mail.example.com'] });
});
after(() => files.remove());

const cases = [
  ['mail.example.com', 'trusted', true, undefined],
  ['backup.example.com', 'trusted', false, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['mail.example.com', 'unknown', false, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
] as const;

for (const [name, authority, verified, because] of cases) {
  test(`${name} with a certificate of an authority that is ${authority}`, async () => {
    const network = realNetwork(systemClock, {
      ...(authority === 'trusted' && { authorities: [files.cert] }),
    });
    const host = new MailHost({ extensions: ['SIZE 1000', 'STARTTLS'] });
    const identity = readTlsIdentity(files.certPath, files.keyPath);
    const listener = await host.listenAt(network, loopback(0), identity);
    const hosts = createMailHosts({
      network,
      clock: systemClock,
      hello: 'us.example.net',
      port: listener.at.port,
      families: { ipv4: true, ipv6: false },
      global: ['127.0.0.0/8'],
    });
    const place = { host: nameOf(name), address: listener.at.address };
    const about = aboutOf({ mayAskRecipients: false, now: systemClock.now() });
    const dialogue = await hosts.talk(about, place, []);
    await listener.close();
    assert.deepEqual(dialogue.tls, {
      kind: 'started',
      protocol: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      verified,
      ...(because !== undefined && { because }),
      chain: [new Uint8Array(new X509Certificate(files.cert).raw)],
    });
    assert.equal(dialogue.clear, undefined);
    assert.deepEqual(dialogue.steps.slice(-2).map(inShort), [
      'rset: 250 2.0.0 ok',
      'quit: 221 2.0.0 bye',
    ]);
  });
}
