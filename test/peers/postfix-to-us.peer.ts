// Postfix delivers along our zone: to our primary, to our backup while the primary is stopped, and
// the backup hands over. It finds our nameserver in an /etc/resolv.conf of its own.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { selfSigned } from '../support/certificate.ts';
import { eventually } from '../support/peers/eventually.ts';
import { Fingerpost } from '../support/peers/fingerpost.ts';
import { type Postfix, startPostfix } from '../support/peers/postfix.ts';
import { Stage, whyNot } from '../support/peers/stage.ts';
import { startNames } from '../support/peers/zone.ts';

const NAMES = '127.30.2.53';
const POSTFIX = '127.30.2.1';
const PRIMARY = '127.30.2.10';
const BACKUP = '127.30.2.20';

const RECORDS = `
@ IN MX 10 mail
@ IN MX 20 backup
mail IN A ${PRIMARY}
backup IN A ${BACKUP}
`;

function configuration(hostname: string, address: string, domain: string): string {
  return `hostname: ${hostname}
smtp: { listen: ["${address}:25"], tls: { cert: cert.pem, key: key.pem } }
resolver: { servers: ["${NAMES}:53"] }
world: { global: ["127.0.0.0/8"] }
delivery: { badHostProbe: 1s }
domains: { example.com: ${domain} }
`;
}

function server(stage: Stage, name: string, address: string, domain: string): Fingerpost {
  const hostname = `${name}.example.com`;
  const { cert, key } = selfSigned({ names: [hostname] });
  const files = { 'cert.pem': cert, 'key.pem': key };
  return new Fingerpost(stage, name, configuration(hostname, address, domain), { files });
}

describe('Postfix delivers to us', { skip: whyNot(['postfix', 'swaks', 'unshare']) }, () => {
  const stage = new Stage();
  const deliverTo = 'role: primary, recipients: [user], deliverTo: "maildir:./mail"';
  const primary = server(stage, 'mail', PRIMARY, `{ ${deliverTo} }`);
  const backup = server(stage, 'backup', BACKUP, '{ role: backup, recipients: [user] }');
  let postfix: Postfix;

  before(async () => {
    await startNames(stage, { address: NAMES, port: 53, zones: { 'example.com': RECORDS } });
    await Promise.all([primary.start(), backup.start()]);
    postfix = await startPostfix(stage, {
      hostname: 'postfix.example.net',
      listeners: { [POSTFIX]: {} },
      resolvConf: `nameserver ${NAMES}\n`,
    });
  });
  after(() => stage.close());

  const give = async (name: string): Promise<void> => {
    const ran = await stage.run('swaks', [
      ...['--server', `${POSTFIX}:25`, '--from', 'ann@example.net', '--to', 'user@example.com'],
      ...['--header', `Message-Id: <${name}@example.net>`, '--header', `Subject: ${name}`],
    ]);
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
  };

  const copies = (name: string): readonly string[] =>
    primary.mailbox('user').filter((text) => text.includes(`Message-Id: <${name}@example.net>`));

  /** What Postfix says it did last with mail for us. */
  const relays = (): readonly string[] =>
    [...postfix.log.matchAll(/to=<user@example\.com>, relay=(\S+), .*status=(\w+)/g)].map(
      ([, relay, status]) => `${relay} ${status}`,
    );

  const givesTo = (name: string, relay: string): Promise<boolean> =>
    eventually(`Postfix has given ${name} to ${relay}: ${relays()}`, () =>
      relays().at(-1) === `${relay} sent` ? true : undefined,
    );

  it('to the primary, over TLS', async () => {
    await give('well');
    await givesTo('well', `mail.example.com[${PRIMARY}]:25`);
    await primary.settled('well@example.net');
    const [history] = await primary.why('well@example.net');
    const accepted = history?.ledger.find((entry) => entry.kind === 'accepted');
    assert.equal(accepted?.origin.hello, 'postfix.example.net');
    assert.match(accepted.origin.client ?? '', new RegExp(`^${POSTFIX}:`));
    assert.match(accepted.origin.tls ?? '', /^TLSv1\.[23] /);
    assert.equal(copies('well').length, 1);
  });

  it('to the backup while the primary is stopped, which keeps it', async () => {
    await primary.stop();
    await give('outage');
    await givesTo('outage', `backup.example.com[${BACKUP}]:25`);
    await eventually('the backup has tried the primary', async () => {
      const [history] = await backup.client.messages('outage@example.net');
      return history?.ledger.some((entry) => entry.kind === 'attempted');
    });
    const [attempt] = await backup.attempts('outage@example.net');
    assert.equal(attempt?.outcome, 'deferred');
    assert.deepEqual(
      attempt.tries.map(({ host, address, preference }) => ({ host, address, preference })),
      [{ host: 'mail.example.com', address: PRIMARY, preference: 10 }],
      'only the primary is tried: what is not better than ourselves is left out',
    );
    assert.match(attempt.tries[0]?.ending ?? '', /no connection: connection refused/);
    const ran = await backup.command(['why', 'outage@example.net']);
    assert.match(ran.stdout, /connection refused/);
  });

  it('and the backup hands it over when the primary is back', async () => {
    await primary.start();
    await backup.settled('outage@example.net');
    const attempts = await backup.attempts('outage@example.net');
    const last = attempts.at(-1);
    assert.equal(last?.outcome, 'delivered');
    assert.equal(last.tries.at(-1)?.host, 'mail.example.com');
    assert.equal(last.possibleDuplicate, false);
    await primary.settled('outage@example.net');
    assert.equal(copies('outage').length, 1);
    const fields = copies('outage')[0]?.match(/^Received: from \S+/gm) ?? [];
    assert.deepEqual(fields.slice(0, 2), [
      'Received: from backup.example.com',
      'Received: from postfix.example.net',
    ]);
  });

  it('to the primary again', async () => {
    await give('after');
    await givesTo('after', `mail.example.com[${PRIMARY}]:25`);
    await primary.settled('after@example.net');
    assert.equal(copies('after').length, 1);
    assert.equal((await backup.why('after@example.net')).length, 0);
  });
});
