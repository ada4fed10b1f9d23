// A mailbox that cannot be written is mended by its operator: until then mail waits, by the
// schedule and with the reason, and then it is delivered once.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { mailText } from '../support/fingerpost.ts';
import { fingerpost, PRIMARY, world } from '../support/world.ts';

/** What stands in the way, below the folder of the mailboxes. */
const OBSTACLES = {
  'a file in place of all mailboxes': '.',
  'a file in place of the mailbox': 'user',
  'a file in place of its folder of new mail': 'user/new',
};

for (const [what, place] of Object.entries(OBSTACLES)) {
  test(`${what}: mail waits, and comes when it is gone`, async (t) => {
    const { hosts } = await world(t, {
      zones: { 'example.com': '@ MX 10 mail\nmail A 192.0.2.10' },
      hosts: { mail: fingerpost('192.0.2.10', PRIMARY()) },
    });
    const { mail } = hosts;
    const obstacle = join(mail.folder, 'mail', place);
    mkdirSync(dirname(obstacle), { recursive: true });
    writeFileSync(obstacle, 'in the way');

    const id = await mail.submit({ text: mailText('patient') });
    await mail.next('recipient.deferred');
    assert.equal(await mail.states(id), 'waiting');
    const [attempt] = await mail.attempts(id);
    const why = /^451 4\.2\.0 .*mail\/user cannot be written: E[A-Z]+$/;
    assert.match(attempt?.reason ?? '', why);

    rmSync(obstacle);
    await mail.next('recipient.delivered');
    assert.equal(await mail.states(id), 'delivered');
    const [delivered, ...others] = mail.mailbox('user');
    assert.match(delivered ?? '', /^Subject: patient$/m);
    assert.deepEqual(others, []);
    assert.equal((await mail.attempts(id)).length, 2);
  });
}
