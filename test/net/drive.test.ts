// The drive on a connection that takes notes: order, back pressure, deadlines, ends and faults.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromLatin1, latin1 } from '../../src/base/bytes.ts';
import type { Endpoint, IpAddress } from '../../src/base/ip.ts';
import { instantAt, milliseconds, seconds } from '../../src/base/time.ts';
import { type DriveOptions, drive } from '../../src/net/drive.ts';
import type { Connection, ConnectionListener, TlsStarted } from '../../src/net/network.ts';
import { type FalseClock, falseClock } from '../support/false-clock.ts';
import { falseIdentity } from '../support/false-network.ts';
import { ScriptedSession, send, type Told, tell } from '../support/scripted-session.ts';

const HERE: Endpoint = { address: '192.0.2.1' as IpAddress, port: 25 };

/** A connection that only remembers what was asked of it. */
class SpyConnection implements Connection {
  readonly local = HERE;
  readonly remote = HERE;
  readonly log: string[] = [];
  takes = true;
  handshake: TlsStarted = { kind: 'failed', because: 'nobody there' };
  #listener: ConnectionListener | undefined;

  get listener(): ConnectionListener {
    assert.ok(this.#listener);
    return this.#listener;
  }

  open(listener: ConnectionListener): void {
    this.#listener = listener;
  }

  write(bytes: Uint8Array): boolean {
    this.log.push(bytes.length > 100 ? `${bytes.length} bytes` : latin1(bytes));
    return this.takes;
  }

  pause(): void {
    this.log.push('pause');
  }

  resume(): void {
    this.log.push('resume');
  }

  startTls(): Promise<TlsStarted> {
    this.log.push('start tls');
    return Promise.resolve(this.handshake);
  }

  end(): void {
    this.log.push('end');
  }

  destroy(): void {
    this.log.push('destroy');
  }

  hears(text: string): void {
    this.listener.data(fromLatin1(text));
  }
}

interface Stage {
  readonly clock: FalseClock;
  readonly session: ScriptedSession;
  readonly connection: SpyConnection;
  readonly told: string[];
  readonly ended: (string | undefined)[];
  readonly failures: unknown[];
  readonly drive: ReturnType<typeof drive>;
}

/** A session that answers each line with `ok LINE` and tells it, on a connection that is ready. */
async function staged(options: Partial<DriveOptions<Told>> = {}): Promise<Stage> {
  const clock = falseClock(instantAt(0));
  const session = new ScriptedSession((line) => [tell(line), send(`ok ${line}\n`)]);
  const connection = new SpyConnection();
  const told: string[] = [];
  const ended: (string | undefined)[] = [];
  const failures: unknown[] = [];
  const driven = drive(session, connection, {
    clock,
    tls: undefined,
    handle: ({ text }) => {
      told.push(text);
    },
    ended: (because) => {
      ended.push(because);
    },
    failed: (error) => {
      failures.push(error);
    },
    ...options,
  });
  await clock.settle();
  return { clock, session, connection, told, ended, failures, drive: driven };
}

describe('sending', () => {
  test('begins without being asked, and not before drive returns', async () => {
    const session = new ScriptedSession(() => []);
    session.events.push(send('220\n'));
    const connection = new SpyConnection();
    const clock = falseClock();
    drive(session, connection, { clock, tls: undefined, handle() {}, failed() {} });
    assert.deepEqual(connection.log, []);
    await clock.settle();
    assert.deepEqual(connection.log, ['220\n']);
  });

  test('a pipelined round is one write, made before `data` returns', async () => {
    const { connection, told } = await staged();
    connection.hears('a\nb\nc\n');
    assert.deepEqual(told, ['a', 'b', 'c']);
    assert.deepEqual(connection.log, ['ok a\nok b\nok c\n']);
  });

  test('joins what is small and leaves what is large as it is', async () => {
    const { connection, session, drive: driven } = await staged();
    const large = 'x'.repeat(20_000);
    session.events.push(send('a'), send('b'), send(large), send('c'));
    driven.poke();
    assert.deepEqual(connection.log, ['ab', '20000 bytes', 'c']);
  });

  test('stops the session while the peer does not read', async () => {
    const { connection, told } = await staged();
    connection.takes = false;
    connection.hears('a\n');
    connection.hears('b\n');
    assert.deepEqual(told, ['a']);
    connection.takes = true;
    connection.listener.drained();
    assert.deepEqual(told, ['a', 'b']);
    assert.deepEqual(connection.log, ['ok a\n', 'ok b\n']);
  });

  test('does not read on either from a peer that does not read', async () => {
    const { connection } = await staged();
    connection.takes = false;
    connection.hears('a\n');
    connection.hears('b'.repeat(70_000));
    assert.deepEqual(connection.log, ['ok a\n', 'pause']);
    connection.takes = true;
    connection.listener.drained();
    assert.deepEqual(connection.log, ['ok a\n', 'pause', 'resume']);
  });
});

describe('an application that takes its time', () => {
  test('gets one event at a time, and what came before is sent meanwhile', async () => {
    const gates: (() => void)[] = [];
    const told: string[] = [];
    const {
      clock,
      connection,
      drive: driven,
    } = await staged({
      handle: ({ text }) => {
        told.push(text);
        if (text === 'a') return;
        return new Promise<void>((resolve) => gates.push(resolve));
      },
    });
    connection.hears('a\nb\nc\n');
    connection.hears('d\n');
    driven.poke();
    await clock.settle();
    assert.deepEqual([told, connection.log], [['a', 'b'], ['ok a\n']]);
    gates.shift()?.();
    await clock.settle();
    assert.deepEqual(
      [told, connection.log],
      [
        ['a', 'b', 'c'],
        ['ok a\n', 'ok b\n'],
      ],
    );
  });

  test('makes the peer wait when too much has come', async () => {
    const gate = Promise.withResolvers<void>();
    const { clock, connection } = await staged({ handle: () => gate.promise });
    connection.hears('a\n');
    connection.hears('b'.repeat(65_536));
    assert.deepEqual(connection.log, []);
    connection.hears('c');
    connection.hears('c');
    assert.deepEqual(connection.log, ['pause']);
    gate.resolve();
    await clock.settle();
    assert.deepEqual(connection.log, ['pause', 'ok a\n', 'resume']);
  });

  test('may decide later and poke', async () => {
    const stage = await staged({
      handle: () => {
        stage.session.undecided = true;
      },
    });
    stage.connection.hears('a\nb\n');
    assert.deepEqual(stage.connection.log, ['ok a\n']);
    stage.session.undecided = false;
    stage.drive.poke();
    assert.deepEqual(stage.connection.log, ['ok a\n', 'ok b\n']);
  });

  test('is not hurried by the deadline of the peer', async () => {
    const gate = Promise.withResolvers<void>();
    const { clock, connection, session } = await staged({ handle: () => gate.promise });
    session.due = instantAt(1_000);
    connection.hears('a\n');
    await clock.advance(seconds(5));
    assert.deepEqual(session.log, []);
    gate.resolve();
    await clock.advance(milliseconds(0));
    assert.deepEqual(session.log, ['expired 5000']);
    assert.deepEqual(connection.log, ['ok a\n', '421\n', 'end']);
  });
});

test('a session that wants no more is not read for', async () => {
  const { connection, session, drive: driven } = await staged();
  session.more = false;
  connection.hears('a\n');
  connection.hears('b\n');
  session.more = true;
  driven.poke();
  assert.deepEqual(connection.log, ['ok a\n', 'pause', 'ok b\n', 'resume']);
});

describe('deadlines', () => {
  test('one timer serves a deadline that moves away', async () => {
    const { clock, connection, session } = await staged();
    for (let second = 1; second <= 20; second += 1) {
      session.due = instantAt(second * 1_000 + 9_000);
      connection.hears('a\n');
      assert.equal(clock.pending, 1);
      await clock.advance(seconds(1));
    }
    assert.deepEqual(session.log, []);
    await clock.advance(seconds(10));
    assert.deepEqual(session.log, ['expired 29000']);
    assert.equal(clock.pending, 0);
  });

  test('one that comes nearer is kept', async () => {
    const { clock, connection, session } = await staged();
    session.due = instantAt(60_000);
    connection.hears('a\n');
    session.due = instantAt(1_000);
    connection.hears('b\n');
    assert.equal(clock.pending, 1);
    await clock.advance(seconds(1));
    assert.deepEqual(session.log, ['expired 1000']);
  });

  test('holds for a peer that does not read as well', async () => {
    const { clock, connection, session } = await staged();
    connection.takes = false;
    session.due = instantAt(1_000);
    connection.hears('a\n');
    await clock.advance(seconds(1));
    assert.deepEqual(connection.log, ['ok a\n', '421\n', 'end']);
  });
});

describe('TLS', () => {
  const tls = { role: 'server', identity: falseIdentity, timeout: seconds(5) } as const;
  const facts = { protocol: 'TLSv1.3', cipher: 'any' };

  test('begins after what was said before, and the session goes on', async () => {
    const { clock, connection, session } = await staged({ tls });
    connection.handshake = { kind: 'started', facts };
    session.events.push(send('220\n'), { kind: 'start-tls' });
    connection.hears('a\n');
    await clock.settle();
    assert.deepEqual(connection.log, ['220\n', 'start tls']);
    assert.deepEqual(session.log, ['tls TLSv1.3']);
    connection.hears('b\n');
    assert.deepEqual(connection.log.slice(2), ['ok b\n']);
  });

  test('that fails is told', async () => {
    const { clock, connection, session } = await staged({ tls });
    session.events.push({ kind: 'start-tls' });
    connection.hears('');
    await clock.settle();
    assert.deepEqual(session.log, ['no tls: nobody there']);
    assert.deepEqual(connection.log, ['start tls', 'end']);
  });

  test('that nobody set up fails', async () => {
    const { connection, session } = await staged();
    session.events.push({ kind: 'start-tls' });
    connection.hears('');
    assert.deepEqual(session.log, ['no tls: TLS is not set up here']);
    assert.deepEqual(connection.log, ['end']);
  });

  test('a connection lost in the handshake: first the failure, then the end', async () => {
    const { clock, connection, session, ended } = await staged({ tls });
    session.tlsFailed = (because) => session.log.push(`no tls: ${because}`);
    session.events.push({ kind: 'start-tls' });
    connection.hears('');
    connection.listener.closed('reset');
    await clock.settle();
    assert.deepEqual(session.log, ['no tls: nobody there', 'closed: reset']);
    assert.deepEqual(ended, ['reset']);
  });
});

describe('ends', () => {
  test('a session that closes is asked no more, and `ended` waits for the connection', async () => {
    const { connection, session, told, ended, drive: driven } = await staged();
    session.events.push(send('221\n'), { kind: 'close' }, tell('never'));
    connection.hears('a\n');
    driven.poke();
    assert.deepEqual([connection.log, told, ended], [['221\n', 'end'], [], []]);
    connection.listener.closed('reset after the end is nobody’s loss');
    assert.deepEqual([told, ended], [[], [undefined]]);
  });

  test('what a peer said before it ended its half is answered', async () => {
    const gates: (() => void)[] = [];
    const told: string[] = [];
    const { clock, connection, session, ended } = await staged({
      handle: ({ text }) => {
        told.push(text);
        return new Promise<void>((resolve) => gates.push(resolve));
      },
    });
    connection.hears('a\nb\n');
    connection.listener.halfClosed?.();
    assert.deepEqual(session.log, []);
    for (let turn = 0; turn < 3; turn += 1) {
      gates.shift()?.();
      await clock.settle();
    }
    assert.deepEqual(told, ['a', 'b', 'the end']);
    assert.deepEqual(connection.log, ['ok a\n', 'ok b\n', 'end']);
    assert.deepEqual([session.log, ended], [['closed: undefined'], []]);
    connection.listener.closed(undefined);
    assert.deepEqual(ended, [undefined]);
  });

  test('what a peer said before the connection broke is not acted upon', async () => {
    const gate = Promise.withResolvers<void>();
    const told: string[] = [];
    const { clock, connection, session, ended } = await staged({
      handle: ({ text }) => {
        told.push(text);
        return gate.promise;
      },
    });
    session.closed = (because) => {
      session.log.push(`closed: ${because}`);
      session.undecided = true;
    };
    connection.hears('a\nb\n');
    connection.listener.closed('reset');
    assert.deepEqual(ended, [], 'the application is still at work');
    gate.resolve();
    await clock.settle();
    assert.deepEqual([told, session.log, ended], [['a'], ['closed: reset'], ['reset']]);
    assert.ok(!connection.log.some((entry) => entry.startsWith('ok')));
  });

  test('events after a broken end all reach the application, one at a time', async () => {
    const told: string[] = [];
    const { clock, connection, session, ended } = await staged({
      handle: async ({ text }) => {
        told.push(text);
      },
    });
    session.closed = () => session.events.push(tell('first'), tell('second'));
    connection.listener.closed('reset');
    await clock.settle();
    assert.deepEqual([told, ended], [['first', 'second'], ['reset']]);
  });

  test('`ended` waits for an application at work, even after destroy', async () => {
    const gate = Promise.withResolvers<void>();
    const {
      clock,
      connection,
      ended,
      drive: driven,
    } = await staged({
      handle: () => gate.promise,
    });
    connection.hears('a\n');
    driven.destroy();
    connection.listener.closed(undefined);
    assert.deepEqual(ended, []);
    gate.resolve();
    await clock.settle();
    assert.deepEqual([ended, connection.log], [[undefined], ['destroy']]);
  });

  test('destroy tells nobody but `ended`', async () => {
    const { clock, connection, session, told, ended, drive: driven } = await staged();
    session.due = instantAt(1_000);
    connection.hears('a\n');
    driven.destroy();
    connection.hears('b\n');
    connection.listener.closed(undefined);
    assert.deepEqual([connection.log, told], [['ok a\n', 'destroy'], ['a']]);
    assert.deepEqual([session.log, ended, clock.pending], [[], [undefined], 0]);
  });
});

describe('a fault', () => {
  const fault = new Error('a fault');
  const faults: readonly (readonly [string, DriveOptions<Told>['handle']])[] = [
    [
      'thrown',
      () => {
        throw fault;
      },
    ],
    ['rejected', () => Promise.reject(fault)],
  ];
  for (const [how, handle] of faults) {
    test(`of the application, ${how}, ends this connection and is reported`, async () => {
      const { clock, connection, session, failures, ended } = await staged({ handle });
      session.due = instantAt(1_000);
      connection.hears('a\nb\n');
      await clock.settle();
      assert.deepEqual(failures, [fault]);
      assert.deepEqual(connection.log, ['destroy']);
      connection.listener.closed(undefined);
      assert.deepEqual(ended, ['a fault in this program']);
      assert.equal(clock.pending, 0);
    });
  }

  test('of the session is one as well', async () => {
    const { connection, session, failures } = await staged();
    session.receive = () => {
      throw fault;
    };
    connection.hears('a\n');
    assert.deepEqual([failures, connection.log], [[fault], ['destroy']]);
  });

  test('in the report of a fault goes no further', async () => {
    const { clock, connection } = await staged({
      handle: () => Promise.reject(fault),
      failed: () => {
        throw new Error('another');
      },
    });
    connection.hears('a\n');
    await clock.settle();
    assert.deepEqual(connection.log, ['destroy']);
  });

  test('in `ended` is reported', async () => {
    const { connection, failures } = await staged({
      ended: () => {
        throw fault;
      },
    });
    connection.listener.closed('reset');
    assert.deepEqual(failures, [fault]);
  });
});
