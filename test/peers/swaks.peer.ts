// swaks, the tool that operators test mail servers with, hands mail to us, and it arrives.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { selfSigned } from '../support/certificate.ts';
import { eventually } from '../support/peers/eventually.ts';
import { Fingerpost } from '../support/peers/fingerpost.ts';
import { type Ran, Stage, whyNot } from '../support/peers/stage.ts';

const SERVER = '127.30.1.10';
const PORT = '2525';

const CONFIGURATION = `hostname: mail.example.com
smtp: { listen: ["${SERVER}:${PORT}"], tls: { cert: cert.pem, key: key.pem }, messageBytesMax: 4MB }
resolver: { servers: ["${SERVER}:5300"] }
world: { global: ["127.0.0.0/8"] }
domains:
  example.com: { role: primary, recipients: [user, other], deliverTo: "maildir:./mail" }
`;

const LINE = 'x'.repeat(69).concat('\n');

/** What swaks exits with when every recipient was refused. */
const NO_RECIPIENT = 24;

describe('swaks gives us mail', { skip: whyNot(['swaks']) }, () => {
  const stage = new Stage();
  const { cert, key } = selfSigned({ names: ['mail.example.com'] });
  const files = { 'cert.pem': cert, 'key.pem': key };
  const server = new Fingerpost(stage, 'server', CONFIGURATION, { files });
  before(() => server.start());
  after(() => stage.close());

  const swaks = (subject: string, ...options: readonly string[]): Promise<Ran> =>
    stage.run('swaks', [
      ...['--server', SERVER, '--port', PORT, '--from', 'ann@example.net'],
      ...['--ehlo', 'client.example.net', '--header', `Subject: ${subject}`],
      ...['--header', `Message-Id: <${subject}@example.net>`],
      ...(options.includes('--to') ? [] : ['--to', 'user@example.com']),
      ...options,
    ]);

  const arrived = (subject: string): Promise<string> =>
    eventually(`${subject} is in the mailbox`, () =>
      server.mailbox('user').find((text) => text.includes(`Subject: ${subject}`)),
    );

  const ways = [
    { name: 'in clear', options: [], protocol: 'ESMTP' },
    { name: 'with STARTTLS', options: ['--tls'], protocol: 'ESMTPS' },
    { name: 'with pipelining', options: ['--pipeline'], protocol: 'ESMTP' },
    { name: 'with STARTTLS and pipelining', options: ['--tls', '--pipeline'], protocol: 'ESMTPS' },
    { name: 'with HELO alone', options: ['--protocol', 'SMTP'], protocol: 'SMTP' },
    { name: 'with lines of dots', options: [], protocol: 'ESMTP', body: '.\n..\n.end\n' },
    { name: 'with 700 KB', options: ['--tls'], protocol: 'ESMTPS', body: LINE.repeat(10_000) },
  ];
  for (const [index, { name, options, protocol, body = 'hello\n' }] of ways.entries()) {
    it(name, async () => {
      const subject = `way-${index}`;
      writeFileSync(stage.path('body'), body);
      const ran = await swaks(subject, ...options, '--body', `@${stage.path('body')}`);
      assert.equal(ran.code, 0, ran.stdout + ran.stderr);
      const text = await arrived(subject);
      assert.match(text, new RegExp(`with ${protocol}[\\s;(]`));
      assert.ok(text.replaceAll('\r\n', '\n').includes(`\n\n${body}`), 'the body is whole');
      const [history] = await server.why(`${subject}@example.net`);
      const accepted = history?.ledger.find((entry) => entry.kind === 'accepted');
      assert.ok(accepted, 'the ledger begins with its arrival');
      if (protocol === 'ESMTPS') assert.match(accepted.origin.tls ?? '', /^TLSv1\.[23] /);
      else assert.equal(accepted.origin.tls, undefined);
    });
  }

  const refusals = [
    {
      name: 'an unknown recipient',
      options: ['--to', 'nobody@example.com'],
      says: /<\*\* 550 5\.1\.1/,
    },
    {
      name: 'a recipient elsewhere',
      options: ['--to', 'ann@example.org'],
      says: /<\*\* 550 5\.7\.1/,
    },
  ];
  for (const { name, options, says } of refusals) {
    it(`is told no for ${name}`, async () => {
      const ran = await swaks('refused', ...options);
      assert.equal(ran.code, NO_RECIPIENT, ran.stdout);
      assert.match(ran.stdout, says);
    });
  }

  it('leaves one copy for each recipient', async () => {
    const ran = await swaks('two', '--to', 'user@example.com,other@example.com');
    assert.equal(ran.code, 0, ran.stdout);
    await server.settled('two@example.net');
    for (const localPart of ['user', 'other']) {
      const found = server.mailbox(localPart).filter((text) => text.includes('Subject: two'));
      assert.equal(found.length, 1, localPart);
    }
  });
});
