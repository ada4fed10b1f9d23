// Connections to mail hosts, over a network in memory: kept a few seconds for the next message,
// shared with nobody else, and begun again where the server left meanwhile.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fromLatin1, latin1 } from '../../src/base/bytes.ts';
import { seconds } from '../../src/base/time.ts';
import { type Conversation, Conversations } from '../../src/delivery/conversations.ts';
import type { Connection } from '../../src/net/network.ts';
import type { Target } from '../../src/routing/target.ts';
import { type FalseClock, falseClock } from '../support/false-clock.ts';
import { falseNetwork } from '../support/false-network.ts';
import { messageId } from '../support/queued-mail.ts';
import { ip } from '../support/routing.ts';

const HOST = '198.51.100.7';

const target = (host = 'mail.example.com'): Target => ({
  host,
  address: ip(HOST),
  port: 25,
  security: { kind: 'opportunistic' },
  because: 'MX 10',
});

const transaction = () => ({
  id: messageId(1),
  sender: 'sender@example.org',
  recipients: ['user@example.com'],
  sizeBytes: 10,
  eightBit: false,
  body: { kind: 'memory', bytes: fromLatin1('A: b\r\n\r\nc\r\n') } as const,
});

/** What the server says to the first word of a line; `message` is what it says after the dot. */
type Says = Record<string, string>;

const USUAL: Says = {
  EHLO: '250 ok',
  MAIL: '250 ok',
  RCPT: '250 ok',
  DATA: '354 go on',
  QUIT: '221 bye',
  greeting: '220 ready',
  message: '250 taken',
};

function serve(connection: Connection, says: Says, log: string[]): void {
  let text = '';
  let isMessage = false;
  const say = (line: string): void => void connection.write(fromLatin1(`${line}\r\n`));
  connection.open({
    data(bytes) {
      const lines = (text + latin1(bytes)).split('\r\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const word = line.split(' ')[0] ?? '';
        if (isMessage && line !== '.') continue;
        log.push(word);
        say((isMessage ? says.message : says[word]) ?? '500 what?');
        isMessage = word === 'DATA';
        if (word === 'QUIT') connection.end();
      }
    },
    drained() {},
    closed: () => void log.push('closed'),
  });
  say(says.greeting ?? '');
}

async function setUp() {
  const clock = falseClock();
  const network = falseNetwork(clock, { addresses: ['192.0.2.1'] });
  const says: Says = { ...USUAL };
  const log: string[] = [];
  const connections: Connection[] = [];
  await network
    .host([HOST])
    .listen({ address: ip(HOST), port: 25 }, { connectionsMax: 99 }, (connection) => {
      connections.push(connection);
      log.push(`connection ${connections.length}`);
      serve(connection, says, log);
    });
  const conversations = new Conversations({
    network,
    clock,
    chance: { bytes: (length) => new Uint8Array(length), integer: () => 0 },
    hello: 'us.example.net',
    connectTimeout: seconds(30),
    readBodyPart: async () => undefined,
  });
  const converse = (given: { readonly to?: Target; readonly tls?: boolean } = {}) =>
    finish(clock, conversations.converse(given.to ?? target(), given.tls ?? false, transaction()));
  const commands = (): string => log.splice(0).join(' ');
  return { clock, network, says, connections, conversations, converse, commands };
}

/** Lets a conversation come to its end; time passes only where it must. */
async function finish<T>(clock: FalseClock, promise: Promise<T>): Promise<T> {
  let isOver = false;
  void promise.finally(() => {
    isOver = true;
  });
  await clock.until(() => isOver, seconds(600));
  return await promise;
}

const isTaken = ({ ending }: Conversation): boolean =>
  ending.kind === 'transaction' && ending.final?.code === 250;

const FIRST = 'connection 1 EHLO MAIL RCPT DATA .';

describe('a connection', () => {
  it('serves the next message too', async () => {
    const { converse, commands, clock } = await setUp();
    const first = await converse();
    assert.ok(isTaken(first) && !first.reused);
    assert.equal(commands(), FIRST);
    await clock.advance(seconds(4));
    const second = await converse();
    assert.ok(isTaken(second) && second.reused);
    assert.equal(commands(), 'MAIL RCPT DATA .');
  });

  it('ends with QUIT after 5 idle seconds, and leaves nothing behind', async () => {
    const { converse, commands, clock, network } = await setUp();
    await converse();
    await clock.advance(seconds(4.9));
    assert.equal(commands(), FIRST);
    await clock.advance(seconds(0.2));
    assert.equal(commands(), 'QUIT closed');
    await clock.advance(seconds(20));
    assert.deepEqual([network.open, clock.pending], [0, 0]);
  });

  it('is not shared with another host at the same address, nor between clear and TLS', async () => {
    const { converse, connections } = await setUp();
    await converse();
    await converse({ to: target('other.example.com') });
    await converse({ tls: true });
    assert.equal(connections.length, 3);
  });

  it('that two want at once is two', async () => {
    const { converse, connections } = await setUp();
    const both = await Promise.all([converse(), converse()]);
    assert.ok(both.every(isTaken));
    assert.equal(connections.length, 2);
  });

  it('serves 100 messages and no more', async () => {
    const { converse, connections } = await setUp();
    for (let message = 0; message < 101; message += 1) assert.ok(isTaken(await converse()));
    assert.equal(connections.length, 2);
  });

  it('is not kept after a 421', async () => {
    const { converse, says, connections } = await setUp();
    says.message = '421 closing';
    await converse();
    says.message = '250 taken';
    assert.equal((await converse()).reused, false);
    assert.equal(connections.length, 2);
  });

  it('is kept after a refusal', async () => {
    const { converse, says, connections } = await setUp();
    says.RCPT = '550 no';
    assert.equal((await converse()).ending.kind, 'transaction');
    says.RCPT = '250 ok';
    says.RSET = '250 ok';
    const second = await converse();
    assert.ok(second.reused && isTaken(second));
    assert.equal(connections.length, 1);
  });
});

describe('a server that left meanwhile costs nothing', () => {
  it('where it closed the idle connection', async () => {
    const { converse, connections, clock } = await setUp();
    await converse();
    connections[0]?.end();
    await clock.settle();
    const second = await converse();
    assert.ok(isTaken(second) && !second.reused);
  });

  it('where it says 421 to MAIL', async () => {
    const { converse, says, connections } = await setUp();
    await converse();
    says.MAIL = '421 idle too long';
    assert.equal((await converse()).reused, false);
    assert.equal(connections.length, 2, 'it is tried once more, and no more than once');
  });

  it('but a fresh connection that breaks is what it is', async () => {
    const { converse, says, connections } = await setUp();
    says.MAIL = '421 go away';
    const { ending } = await converse();
    assert.equal(ending.kind === 'transaction' && ending.mail.code, 421);
    assert.equal(connections.length, 1);
  });
});

describe('endings', () => {
  it('no connection, at once or in time', async () => {
    const { converse, network, clock } = await setUp();
    network.set(HOST, { kind: 'refuse' });
    const start = clock.now();
    const { ending } = await converse();
    assert.ok(ending.kind === 'broken' && ending.phase === 'connect' && !ending.timeout);
    network.set(HOST, { kind: 'hang' });
    const late = await converse();
    assert.ok(late.ending.kind === 'broken' && late.ending.timeout);
    assert.equal(clock.now() - start, 30_000);
  });

  it('refused in the greeting', async () => {
    const { converse, says, network, clock } = await setUp();
    says.greeting = '554 no service';
    const { ending, replies } = await converse();
    assert.ok(ending.kind === 'refused' && ending.phase === 'greeting');
    assert.deepEqual(
      replies.map(({ reply }) => reply.code),
      [554],
    );
    await clock.advance(seconds(30));
    assert.equal(network.open, 0);
  });
});

describe('a probe', () => {
  it('greets and takes leave, and brings no mail', async () => {
    const { conversations, commands, clock } = await setUp();
    assert.equal(await finish(clock, conversations.probe(target())), undefined);
    await clock.settle();
    assert.equal(commands(), 'connection 1 EHLO QUIT closed');
  });

  it('says why the host is still bad', async () => {
    const { conversations, says, network, clock } = await setUp();
    says.greeting = '421 not now';
    assert.equal(
      await finish(clock, conversations.probe(target())),
      'refused at greeting: 421 not now',
    );
    network.set(HOST, { kind: 'refuse' });
    const because = await finish(clock, conversations.probe(target()));
    assert.equal(because, 'no connection: connection refused');
  });
});

it('the stop takes leave of every idle connection', async () => {
  const { converse, conversations, commands, clock } = await setUp();
  await converse();
  commands();
  conversations.stop();
  await clock.settle();
  assert.equal(commands(), 'QUIT closed');
});
