// We deliver to Postfix and to smtp-sink by MX: past hosts that are dead or fail at any command, and
// in clear to a Postfix whose STARTTLS is broken. The ledger tells every step.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { selfSigned } from '../support/certificate.ts';
import { eventually } from '../support/peers/eventually.ts';
import { type Attempted, Fingerpost } from '../support/peers/fingerpost.ts';
import { type Postfix, startPostfix } from '../support/peers/postfix.ts';
import { type Sink, startSink } from '../support/peers/sink.ts';
import { Stage, whyNot } from '../support/peers/stage.ts';
import { startNames } from '../support/peers/zone.ts';

const NAMES = '127.30.3.53';
const SENDER = '127.30.3.1';
const NOBODY_LISTENS = '127.30.3.9';
const LITERAL = '127.30.3.8';
const POSTFIX = {
  well: '127.30.3.10',
  brokenHandshake: '127.30.3.11',
  noKey: '127.30.3.12',
} as const;

interface SinkCase {
  readonly name: string;
  readonly options: readonly string[];
  /** Who has the message in the end. */
  readonly ends: 'at the sink' | 'at Postfix' | 'bounced' | 'waiting';
  /** What the ledger says of the sink. */
  readonly ending: RegExp;
}

/** A sink is the first exchange of `<name>.example`, Postfix the second. */
const SINKS: readonly SinkCase[] = [
  { name: 'well', options: [], ends: 'at the sink', ending: /^answered 250/ },
  { name: 'no-esmtp', options: ['-e'], ends: 'at the sink', ending: /^answered 250/ },
  { name: 'no-pipelining', options: ['-p'], ends: 'at the sink', ending: /^answered 250/ },
  { name: 'no-8bit', options: ['-8'], ends: 'at the sink', ending: /^answered 250/ },
  {
    name: 'greets-4xx',
    options: ['-r', 'connect'],
    ends: 'at Postfix',
    ending: /greeting.* 4\d\d/,
  },
  {
    name: 'greets-5xx',
    options: ['-f', 'connect'],
    ends: 'at Postfix',
    ending: /greeting.* 5\d\d/,
  },
  { name: 'greets-421', options: ['-Q', 'connect'], ends: 'at Postfix', ending: /greeting.* 421/ },
  {
    name: 'drops-greeting',
    options: ['-q', 'connect'],
    ends: 'at Postfix',
    ending: /broken in greeting/,
  },
  { name: 'ehlo-421', options: ['-Q', 'ehlo'], ends: 'at Postfix', ending: /421/ },
  { name: 'drops-ehlo', options: ['-q', 'ehlo'], ends: 'at Postfix', ending: /broken in/ },
  { name: 'mail-4xx', options: ['-r', 'mail'], ends: 'at Postfix', ending: /answered 45\d/ },
  { name: 'drops-mail', options: ['-q', 'mail'], ends: 'at Postfix', ending: /broken in mail/ },
  { name: 'rcpt-4xx', options: ['-r', 'rcpt'], ends: 'at Postfix', ending: /answered 45\d/ },
  { name: 'drops-rcpt', options: ['-q', 'rcpt'], ends: 'at Postfix', ending: /broken in/ },
  { name: 'data-4xx', options: ['-r', 'data'], ends: 'at Postfix', ending: /answered 45\d/ },
  { name: 'data-421', options: ['-Q', 'data'], ends: 'at Postfix', ending: /421/ },
  { name: 'drops-data', options: ['-q', 'data'], ends: 'at Postfix', ending: /broken in/ },
  { name: 'dot-4xx', options: ['-r', '.'], ends: 'at Postfix', ending: /answered 45\d/ },
  { name: 'rcpt-5xx', options: ['-f', 'rcpt'], ends: 'bounced', ending: /answered 5\d\d/ },
  { name: 'dot-5xx', options: ['-f', '.'], ends: 'bounced', ending: /answered 5\d\d/ },
  { name: 'drops-dot', options: ['-q', '.'], ends: 'waiting', ending: /broken in final/ },
];
const sinkAddress = (index: number): string => `127.30.3.${100 + index}`;

const CONFIGURATION = `hostname: sender.example.net
submission: { listen: ["${SENDER}:2587"], allowFrom: ["127.0.0.0/8"] }
resolver: { servers: ["${NAMES}:53"] }
world: { global: ["127.0.0.0/8"] }
`;

const TEXT = 'From: ann@sender.example.net\nSubject: to you\n\n.\n..dots\nGrüße\n';

const PEERS = ['postfix', 'smtp-sink'];
describe('we deliver', { skip: whyNot(PEERS) }, () => {
  const stage = new Stage();
  const sender = new Fingerpost(stage, 'sender', CONFIGURATION);
  const sinks = new Map<string, Sink>();
  let postfix: Postfix;

  before(async () => {
    await startNames(stage, { address: NAMES, port: 53, zones: zones() });
    await sender.start();
    postfix = await startPostfix(stage, postfixOptions(stage));
    for (const [index, { name, options }] of SINKS.entries()) {
      sinks.set(name, await startSink(stage, sinkAddress(index), options));
    }
  });
  after(() => stage.close());

  /** Gives a message to our queue; its id. */
  const send = async (recipient: string): Promise<string> => {
    const text = `Message-ID: <${recipient}>\n${TEXT}`.replaceAll('\n', '\r\n');
    const message = new TextEncoder().encode(text);
    const envelope = { sender: 'ann@sender.example.net', recipients: [recipient] };
    const submitted = await sender.client.submit({ ...envelope, message });
    assert.ok('id' in submitted);
    return submitted.id;
  };

  /** The first attempt for a message, when its recipients are in this state. */
  const firstAttempt = async (id: string, state: string): Promise<Attempted> => {
    await eventually(`${id} was attempted`, async () => {
      const [history] = await sender.client.messages(id);
      return history?.ledger.some(({ kind }) => kind === 'attempted');
    });
    await sender.settled(id, [state]);
    const [attempt] = await sender.attempts(id);
    assert.ok(attempt);
    return attempt;
  };

  const hosts = (attempt: Attempted): readonly string[] => attempt.tries.map(({ host }) => host);

  /** How many Postfix has, apart from bounces, which quote the header. */
  const copies = (recipient: string): number =>
    postfix.mailbox.filter(
      (text) => !text.startsWith('Return-Path: <>') && text.includes(`Message-ID: <${recipient}>`),
    ).length;

  const isWhole = (text: string): void => {
    // smtp-sink writes an empty line after each message.
    const lines = text.replaceAll('\r\n', '\n').trimEnd();
    assert.ok(lines.endsWith(Buffer.from('\n\n.\n..dots\nGrüße').toString('latin1')), text);
  };

  it('what our command was given', async () => {
    const recipient = 'command@tls.example';
    const args = ['--json', 'send', '--from', 'ann@sender.example.net', '--to', recipient];
    const ran = await sender.command(args, `Message-ID: <${recipient}>\n${TEXT}`);
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    isWhole(await postfix.arrival(`<${recipient}>`));
    await sender.settled((JSON.parse(ran.stdout) as { id: string }).id);
    const listed = await sender.command(['--json', 'queue', 'list']);
    assert.deepEqual(JSON.parse(listed.stdout), { messages: [] });
  });

  it('to Postfix over TLS', async () => {
    const attempt = await firstAttempt(await send('user@tls.example'), 'delivered');
    assert.deepEqual(hosts(attempt), ['mx.tls.example']);
    assert.match(attempt.tries[0]?.tls ?? '', /^TLSv1\.[23] /);
    assert.deepEqual(attempt.tries[0]?.notes, []);
    isWhole(await postfix.arrival('<user@tls.example>'));
  });

  it('to Postfix when a preferred exchange is dead', async () => {
    const attempt = await firstAttempt(await send('user@dead.example'), 'delivered');
    assert.deepEqual(hosts(attempt), ['dead.dead.example', 'mx.dead.example']);
    assert.match(attempt.tries[0]?.ending ?? '', /no connection: connection refused/);
    isWhole(await postfix.arrival('<user@dead.example>'));
  });

  it('to an address literal', async () => {
    const sink = await startSink(stage, LITERAL, []);
    const attempt = await firstAttempt(await send(`user@[${LITERAL}]`), 'delivered');
    assert.deepEqual(
      attempt.tries.map(({ address }) => address),
      [LITERAL],
    );
    assert.equal(sink.taken().length, 1);
  });

  const broken = [
    { name: 'broken-handshake', ending: /^TLS failed: / },
    { name: 'no-key', ending: /^refused at starttls: 454/ },
  ];
  for (const { name, ending } of broken) {
    it(`in clear to a Postfix whose STARTTLS is broken: ${name}`, async () => {
      const attempt = await firstAttempt(await send(`user@${name}.example`), 'delivered');
      assert.deepEqual(hosts(attempt), [`mx.${name}.example`, `mx.${name}.example`]);
      const [first, second] = attempt.tries;
      assert.match(first?.ending ?? '', ending);
      assert.equal(first?.tls, undefined);
      assert.match(second?.ending ?? '', /^answered 250/);
      assert.equal(second?.tls, undefined);
      assert.deepEqual(second?.notes, ['in clear: TLS failed before']);
      assert.equal(second.address, first?.address);
      isWhole(await postfix.arrival(`<user@${name}.example>`));
      const ran = await sender.command(['why', `user@${name}.example`]);
      assert.match(ran.stdout, /in clear/);
    });
  }

  for (const { name, ends, ending } of SINKS) {
    it(`past or to a sink: ${name} ends ${ends}`, async () => {
      const recipient = `user@${name}.example`;
      const state = { bounced: 'bounced', waiting: 'waiting' }[ends as string] ?? 'delivered';
      const attempt = await firstAttempt(await send(recipient), state);
      const arms = [`sink.${name}.example`, `mx.${name}.example`];
      assert.deepEqual(hosts(attempt), ends === 'at Postfix' ? arms : arms.slice(0, 1));
      assert.match(attempt.tries[0]?.ending ?? '', ending);
      assert.equal(attempt.possibleDuplicate, ends === 'waiting');
      if (ends === 'at the sink') {
        const taken = sinks.get(name)?.taken() ?? [];
        assert.equal(taken.length, 1);
        isWhole(taken[0] ?? '');
      }
      if (name === 'no-8bit') assert.match(attempt.tries[0]?.notes.join() ?? '', /8-bit/);
      if (ends === 'at Postfix') isWhole(await postfix.arrival(`<${recipient}>`));
      else assert.equal(copies(recipient), 0);
    });
  }

  it('one bounce each to the sender, by MX too', async () => {
    const about = (name: string): readonly string[] =>
      postfix.mailbox.filter(
        (text) =>
          text.startsWith('Return-Path: <>') && text.includes(`rfc822; user@${name}.example`),
      );
    for (const name of ['rcpt-5xx', 'dot-5xx']) {
      const bounces = await eventually(`a bounce about ${name}`, () => {
        const found = about(name);
        return found.length > 0 && found;
      });
      assert.equal(bounces.length, 1, bounces.join('\n'));
      assert.match(bounces[0] ?? '', /^Action: failed/m);
      assert.match(bounces[0] ?? '', /^Diagnostic-Code: smtp; 500 5\.3\.0/m);
    }
  });
});

/** The zones of the world: one a case, and that of the sender, for bounces. */
function zones(): Record<string, string> {
  const single = (address: string): string => `@ IN MX 10 mx\nmx IN A ${address}\n`;
  const sinks = SINKS.map(({ name }, index) => [
    `${name}.example`,
    `@ IN MX 10 sink\n@ IN MX 20 mx\nsink IN A ${sinkAddress(index)}\nmx IN A ${POSTFIX.well}\n`,
  ]);
  return {
    'sender.example.net': single(POSTFIX.well),
    'tls.example': single(POSTFIX.well),
    'broken-handshake.example': single(POSTFIX.brokenHandshake),
    'no-key.example': single(POSTFIX.noKey),
    'dead.example': `${single(POSTFIX.well)}@ IN MX 5 dead\ndead IN A ${NOBODY_LISTENS}\n`,
    ...Object.fromEntries(sinks),
  };
}

/** One Postfix with three listeners: TLS that works, and two ways in which it does not. */
function postfixOptions(stage: Stage): Parameters<typeof startPostfix>[1] {
  const { cert, key } = selfSigned({ names: ['postfix.example.net'] });
  const other = selfSigned({ names: ['postfix.example.net'] });
  const file = (name: string, text: string): string => {
    writeFileSync(stage.path(name), text, { mode: 0o600 });
    return stage.path(name);
  };
  const certificate = file('cert.pem', cert);
  const tls = { smtpd_tls_cert_file: certificate, smtpd_tls_key_file: file('key.pem', key) };
  return {
    hostname: 'postfix.example.net',
    domains: ['sender.example.net', ...Object.keys(zones())],
    parameters: { smtpd_tls_security_level: 'may' },
    listeners: {
      [POSTFIX.well]: tls,
      // What it offers is too old for everybody: the handshake fails.
      [POSTFIX.brokenHandshake]: { ...tls, smtpd_tls_protocols: 'TLSv1' },
      // A key that is not the certificate's: STARTTLS is offered and answered 454.
      [POSTFIX.noKey]: { ...tls, smtpd_tls_key_file: file('other.pem', other.key) },
    },
  };
}
