// Messages that are larger than what is held in memory: they travel in rows, from the client over
// the backup to the mailbox, and arrive byte for byte.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded } from '../../src/base/random.ts';
import { mailText } from '../support/fingerpost.ts';
import { bring } from '../support/visitor.ts';
import { BACKUP, fingerpost, PRIMARY, world } from '../support/world.ts';

const PLAN = {
  zones: {
    'example.com': '@ MX 10 mail\n@ MX 20 backup\nmail A 192.0.2.10\nbackup A 192.0.2.20',
  },
  hosts: {
    mail: fingerpost('192.0.2.10', PRIMARY()),
    backup: fingerpost('192.0.2.20', BACKUP()),
  },
};

/** Lines of any bytes but CR, LF and NUL, many of which begin with dots. */
function anyLines(sizeBytes: number): string {
  const integer = seeded(25);
  let text = '';
  while (text.length < sizeBytes) {
    const line = Array.from({ length: integer(120) }, () => 14 + integer(242));
    text += `${'.'.repeat(integer(3))}${String.fromCharCode(...line)}\r\n`;
  }
  return text;
}

// Lines end everywhere: wherever a part ends, in one of two texts it ends between CR and LF.
const TEXTS = {
  'of any bytes': anyLines(1_500_000),
  'of line ends': '\r\n'.repeat(300_000),
  'of line ends, one byte further': `x${'\r\n'.repeat(300_000)}`,
};

for (const [what, body] of Object.entries(TEXTS)) {
  test(`a large message ${what} is kept by the backup and arrives as it was`, async (t) => {
    const { hosts, visit } = await world(t, PLAN);
    const { mail, backup } = hosts;
    await mail.stop();
    const text = `${mailText('large')}${body}`;
    assert.match(await bring(await visit('192.0.2.20:25'), { text }), /^250 /);
    await backup.next('recipient.deferred');
    assert.ok((await backup.keptBodyParts()) >= 3, 'in parts');

    await mail.start();
    await mail.next('recipient.delivered');
    const [delivered = ''] = mail.mailbox('user');
    const sent = text.replaceAll('\r\n', '\n');
    const start = delivered.indexOf('From: <ann@example.net>\n');
    // Not `equal`: nobody can read a difference of a megabyte.
    assert.ok(delivered.slice(start) === sent, firstDifference(delivered.slice(start), sent));
    assert.equal(await mail.keptBodyParts(), 0);
    assert.equal(await backup.keptBodyParts(), 0);
  });
}

function firstDifference(a: string, b: string): string {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return `they differ at ${at}: ${JSON.stringify([a.slice(at, at + 40), b.slice(at, at + 40)])}`;
}
