// The drawing of a route: what it says without any colour.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawFingerpost } from '../../src/cli/fingerpost.ts';
import { makeStyle, wantsColour } from '../../src/cli/style.ts';
import type { Route } from '../../src/routing/route.ts';
import { explanation, HOSTS, ip, target } from '../support/api-parts.ts';

const plain = makeStyle(false);
const draw = (route: Route): string => drawFingerpost(explanation('example.com', route), plain);

test('arms hang in the order of preference; the one that mail takes is lit', () => {
  assert.equal(
    draw(HOSTS),
    `    ┃
    ┣━▶ 10  mail.example.com    takes the mail
    ┃         192.0.2.1:25
    ┃         [2001:db8::1]:25
    ┃
    ┣━━ 20  backup.example.com  stands by
    ┃         192.0.2.2:25
    ┃
    ┣╌╌ 30  old.example.com     out of service
    ┃         ✗ it has no address
    ┃
  ▔▔▔▔▔ example.com
`,
  );
});

test('an arm that is out stays where its preference puts it, and says why', () => {
  const address = ip('192.0.2.1');
  const route: Route = {
    kind: 'hosts',
    targets: [target('backup.example.com', '192.0.2.2', 20)],
    left: [
      {
        kind: 'memory',
        host: 'mail.example.com',
        preference: 10,
        address,
        because: 'refused \u001b[2Ja minute ago',
      },
      { kind: 'self', host: 'box.example.com', preference: 30, because: 'it is this server' },
    ],
  };
  assert.equal(
    draw(route),
    `    ┃
    ┣╌╌ 10  mail.example.com    out of service
    ┃         ✗ 192.0.2.1  refused \\x1b[2Ja minute ago
    ┃
    ┣━▶ 20  backup.example.com  takes the mail
    ┃         192.0.2.2:25
    ┃
    ┣╌╌ 30  box.example.com     this server
    ┃         ✗ it is this server
    ┃
  ▔▔▔▔▔ example.com
`,
  );
});

test('decisions without hosts are boards of their own', () => {
  const here = draw({
    kind: 'here',
    deliverTo: { kind: 'maildir', path: '/srv/mail' },
    because: 'we are its primary',
  });
  assert.match(here, /┣━▶ · {2}here {2}takes the mail\n {4}┃ +maildir:\/srv\/mail\n/);
  const reply = { code: 556, enhanced: '5.1.10', lines: ['no mail'] };
  const never = draw({ kind: 'never', reply, because: 'it takes no mail', left: [] });
  assert.match(never, /┣╌╌ · {2}nowhere {2}it takes no mail\n {4}┃ +556 5\.1\.10 no mail\n/);
  const later = draw({ kind: 'later', reply, because: 'the DNS failed', left: [] });
  assert.match(later, /nowhere now {2}the DNS failed/);
});

test('colour only repeats what the words say', () => {
  const route = explanation('example.com', HOSTS);
  const coloured = drawFingerpost(route, makeStyle(true));
  const on = '\u001b[33m';
  assert.ok(coloured.includes(`${on}┣━▶`));
  const marks = [on, ...[39, 1, 22, 2].map((mark) => `\u001b[${mark}m`)];
  const bare = marks.reduce((text, mark) => text.replaceAll(mark, ''), coloured);
  assert.equal(bare, drawFingerpost(route, plain));
});

test('colour is for terminals that want it', () => {
  assert.equal(wantsColour(true, {}), true);
  assert.equal(wantsColour(false, {}), false);
  assert.equal(wantsColour(true, { NO_COLOR: '1' }), false);
  assert.equal(wantsColour(true, { NO_COLOR: '' }), true);
  assert.equal(wantsColour(true, { TERM: 'dumb' }), false);
});
