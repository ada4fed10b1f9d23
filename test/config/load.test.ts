// Which file is read, and what settings it gives.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FingerpostError } from '../../src/base/errors.ts';
import {
  loadSettings,
  loadSettingsOrDefaults,
  parseSettings,
  type SettingsSource,
} from '../../src/config/load.ts';

/** A machine on which these files exist. */
function machine(files: Record<string, string>, more: Partial<SettingsSource> = {}) {
  return { env: {}, cwd: '/home/op', readFile: (path: string) => files[path], ...more };
}

const named = (hostname: string): string => `hostname: ${hostname}.example`;

const EVERYWHERE = {
  '/home/op/given.yaml': named('given'),
  '/srv/env.yaml': named('env'),
  '/home/op/fingerpost.yaml': named('here'),
  '/etc/fingerpost.yaml': named('etc'),
};

test('the first file that is there counts', () => {
  const env = { FINGERPOST_CONFIG: '/srv/env.yaml' };
  const hostnameOf = (source: SettingsSource): string => loadSettings(source).hostname;
  assert.equal(hostnameOf(machine(EVERYWHERE, { path: 'given.yaml', env })), 'given.example');
  assert.equal(hostnameOf(machine(EVERYWHERE, { env })), 'env.example');
  assert.equal(hostnameOf(machine(EVERYWHERE)), 'here.example');
  assert.equal(
    hostnameOf(machine({ '/etc/fingerpost.yaml': EVERYWHERE['/etc/fingerpost.yaml'] })),
    'etc.example',
  );
});

const codeOf = (code: string) => (error: unknown) =>
  error instanceof FingerpostError && error.code === code;

test('a file that was named must be there; without a name one must be somewhere', () => {
  const env = { FINGERPOST_CONFIG: 'gone.yaml' };
  const notFound = codeOf('CONFIG_NOT_FOUND');
  assert.throws(() => loadSettings(machine(EVERYWHERE, { path: 'gone.yaml' })), notFound);
  assert.throws(() => loadSettings(machine(EVERYWHERE, { env })), notFound);
  assert.throws(() => loadSettings(machine({})), notFound);
  assert.throws(() => loadSettingsOrDefaults(machine({}, { path: 'gone.yaml' })), notFound);
});

test('a file that cannot be read is not passed over', () => {
  const readFile = (): string => {
    throw Object.assign(new Error('no'), { code: 'EACCES' });
  };
  assert.throws(() => loadSettings(machine({}, { readFile })), codeOf('CONFIG_INVALID'));
});

test('without a file every key has its default', () => {
  const settings = loadSettingsOrDefaults(machine({}, { machineName: 'box' }));
  assert.deepEqual(settings, {
    hostname: 'box',
    dataFolder: '/home/op/data',
    resolver: {},
    domains: [],
    delivery: {
      giveUpAfter: 432_000_000,
      bounceGiveUpAfter: 86_400_000,
      delayNoticeAfter: 14_400_000,
      badHostProbe: 30_000,
      attemptsMax: 200,
      perSiteMax: 20,
      deferOn4xx: [],
    },
    checks: {
      addressLists: ['zen.spamhaus.org', 'bl.spamcop.net'],
      domainLists: ['dbl.spamhaus.org'],
      reference: ['gmail.com', 'outlook.com', 'yahoo.com'],
    },
    world: { dnsPort: 53, smtpPort: 25, httpsPort: 443, global: [] },
    notices: [],
  });
});

const WHOLE = `
hostname: Mail.Example.COM.
data: ../data
dns: { listen: ["127.0.0.1:5300", "[::1]:5300"], zones: ["zones/*.zone", /srv/x.zone], threads: 2 }
smtp:
  listen: 127.0.0.1:2525
  tls: { cert: a.pem, key: /k.pem }
  messageBytesMax: 1MB
  nat: [192.0.2.1, "2001:DB8::1"]
submission: { listen: ["127.0.0.1:2587"], allowFrom: ["127.0.0.0/8"] }
http: { listen: 127.0.0.1:8025 }
resolver: { servers: [127.0.0.1, "127.0.0.1:54", "::1"] }
domains:
  Example.com: { role: primary, recipients: [User], deliverTo: "maildir:./mail" }
  backup.example: { role: backup, recipients: any }
delivery: { giveUpAfter: 2d, deferOn4xx: [Slow.example] }
world: { dnsPort: 5353, smtpPort: 2525, global: 127.0.0.0/8 }
`;

test('a whole file becomes settings: paths absolute, names in lower case, ports filled in', () => {
  const settings = parseSettings(WHOLE, '/etc/fp/fingerpost.yaml');
  assert.equal(settings.file, '/etc/fp/fingerpost.yaml');
  assert.equal(settings.hostname, 'mail.example.com');
  assert.equal(settings.dataFolder, '/etc/data');
  assert.deepEqual(settings.dns, {
    listen: [
      { address: '127.0.0.1', port: 5300 },
      { address: '::1', port: 5300 },
    ],
    threads: 2,
    zoneFiles: ['/etc/fp/zones/*.zone', '/srv/x.zone'],
  });
  assert.deepEqual(settings.smtp, {
    listen: [{ address: '127.0.0.1', port: 2525 }],
    tls: { certFile: '/etc/fp/a.pem', keyFile: '/k.pem' },
    messageBytesMax: 1_048_576,
    connectionsMax: 1000,
    nat: ['192.0.2.1', '2001:db8::1'],
  });
  assert.deepEqual(settings.submission?.allowFrom, ['127.0.0.0/8']);
  assert.deepEqual(
    settings.resolver.servers?.map(({ port }) => port),
    [5353, 54, 5353],
  );
  assert.deepEqual(settings.domains, [
    {
      role: 'primary',
      name: 'example.com',
      recipients: ['user'],
      deliverTo: { kind: 'maildir', path: '/etc/fp/mail' },
    },
    { role: 'backup', name: 'backup.example', recipients: 'any' },
  ]);
  assert.deepEqual(settings.delivery.deferOn4xx, ['slow.example']);
  assert.deepEqual(settings.notices, []);
  assert.deepEqual(structuredClone(settings), settings);
});

test('what is legal and perhaps not meant is noticed', () => {
  const text = `
smtp: { listen: "127.0.0.1:25" }
submission: { listen: "127.0.0.1:587" }
domains: { example.com: { role: primary, deliverTo: "maildir:m" } }`;
  const { notices } = parseSettings(text, '/f.yaml', 'box');
  assert.equal(notices.length, 3);
  assert.match(notices[0] ?? '', /hostname is absent.*box/);
  assert.match(notices[1] ?? '', /example\.com takes mail for every local part/);
  assert.match(notices[2] ?? '', /submission takes mail from nobody/);
});
