// A message on its way in: nothing is lost or changed however it is cut, parts have their size, and
// what is given up is dropped.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { concat, fromLatin1, latin1 } from '../../src/base/bytes.ts';
import type { BodySource } from '../../src/queue/message.ts';
import { PART_BYTES_MAX } from '../../src/queue/message.ts';
import { IncomingMessage } from '../../src/receiving/incoming.ts';
import { messageId } from '../support/queued-mail.ts';

const RECEIVED = 'Received: from client.example by mx.example.com; now\r\n';

/** A writer that keeps what it was given; `failing` lets it fail. */
function setUp() {
  const parts: Uint8Array[] = [];
  const dropped: string[] = [];
  const state = { failing: false };
  const writer = {
    async writeBodyPart(_: string, index: number, bytes: Uint8Array): Promise<void> {
      await null;
      if (state.failing) throw new Error('the disk is full');
      assert.equal(index, parts.length, 'parts come in order');
      parts.push(bytes.slice());
    },
    async dropBody(id: string): Promise<void> {
      dropped.push(id);
    },
  };
  return { incoming: new IncomingMessage(messageId(1), RECEIVED, writer), parts, dropped, state };
}

async function take(incoming: IncomingMessage, pieces: readonly Uint8Array[]): Promise<BodySource> {
  for (const piece of pieces) await incoming.add(piece);
  return await incoming.finish();
}

const bytesOf = (source: BodySource, parts: readonly Uint8Array[]): Uint8Array =>
  source.kind === 'memory' ? source.bytes : concat([new Uint8Array(0), ...parts]);

describe('a message', () => {
  it('is our Received field, and then what came', async () => {
    const { incoming, parts } = setUp();
    const source = await take(incoming, [fromLatin1('Subject: a\r\n'), fromLatin1('\r\nb\r\n')]);
    assert.deepEqual(parts, [], 'a small one is not written');
    assert.equal(latin1(bytesOf(source, parts)), `${RECEIVED}Subject: a\r\n\r\nb\r\n`);
    assert.equal(incoming.sizeBytes, RECEIVED.length + 17);
  });

  const SIZES: readonly (readonly [what: string, bytes: number, parts: readonly number[]])[] = [
    ['one byte less than a part', PART_BYTES_MAX - 1, []],
    ['a part', PART_BYTES_MAX, [PART_BYTES_MAX]],
    ['one byte more than a part', PART_BYTES_MAX + 1, [PART_BYTES_MAX, 1]],
    ['two parts', 2 * PART_BYTES_MAX, [PART_BYTES_MAX, PART_BYTES_MAX]],
  ];
  for (const [what, size, sizes] of SIZES) {
    it(`of ${what} is kept in rows of ${sizes.join(' and ') || 'none'}`, async () => {
      const { incoming, parts } = setUp();
      const bytes = new Uint8Array(size - RECEIVED.length).fill(65);
      const source = await take(incoming, [bytes]);
      assert.equal(source.kind, sizes.length > 0 ? 'rows' : 'memory');
      assert.deepEqual(
        parts.map((part) => part.length),
        sizes,
      );
      assert.equal(incoming.sizeBytes, size);
    });
  }

  it('is the same in any pieces', async () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 300_000 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(lengths, async (sizes) => {
        const { incoming, parts } = setUp();
        const pieces = sizes.map((size, index) => new Uint8Array(size).fill(97 + index));
        const source = await take(incoming, pieces);
        const expected = concat([fromLatin1(RECEIVED), ...pieces]);
        assert.equal(Buffer.compare(bytesOf(source, parts), expected), 0);
        assert.equal(incoming.sizeBytes, expected.length);
        for (const part of parts.slice(0, -1)) assert.equal(part.length, PART_BYTES_MAX);
        assert.ok((parts.at(-1)?.length ?? 1) <= PART_BYTES_MAX);
      }),
      { numRuns: 30 },
    );
  });

  it('makes the client wait only while something is written', () => {
    const { incoming } = setUp();
    assert.equal(incoming.add(new Uint8Array(10)), undefined);
    assert.ok(incoming.add(new Uint8Array(PART_BYTES_MAX)) instanceof Promise);
  });

  it('with an octet above 127 anywhere is 8-bit', async () => {
    for (const [text, expected] of [
      ['plain', false],
      ['\x7f', false],
      ['caf\xe9', true],
    ] as const) {
      const { incoming } = setUp();
      await take(incoming, [fromLatin1('a\r\n'), fromLatin1(text), fromLatin1('z')]);
      assert.equal(incoming.eightBit, expected, text);
    }
  });
});

describe('its header', () => {
  const headerFor = async (text: string, filler = 0) => {
    const { incoming } = setUp();
    await take(incoming, [fromLatin1(text), new Uint8Array(filler).fill(65)]);
    return incoming.header();
  };

  it('says how often it was received before, without counting us', async () => {
    assert.equal((await headerFor('Subject: a\r\n\r\nb')).received, 0);
    for (const count of [1, 99, 100, 101]) {
      const text = `${'received: by x; then\r\n'.repeat(count)}\r\nReceived: in the body\r\n`;
      assert.equal((await headerFor(text)).received, count);
    }
  });

  it('says its Message-ID', async () => {
    assert.equal((await headerFor('Message-ID: <a@b>\r\n\r\n')).messageIdField, 'a@b');
    assert.equal((await headerFor('MESSAGE-ID:\r\n <a@b>\r\n\r\n')).messageIdField, 'a@b');
    assert.equal((await headerFor('Subject: a\r\n\r\n')).messageIdField, undefined);
    assert.equal((await headerFor('Message-ID:\r\n\r\n')).messageIdField, undefined);
  });

  it('is known of a message that was written already', async () => {
    const header = await headerFor('Received: x\r\nMessage-ID: <a@b>\r\n\r\n', 3 * PART_BYTES_MAX);
    assert.deepEqual(header, { received: 1, messageIdField: 'a@b' });
  });
});

describe('a message that is given up', () => {
  it('leaves nothing where parts were written', async () => {
    const { incoming, dropped } = setUp();
    await incoming.add(new Uint8Array(PART_BYTES_MAX));
    await incoming.discard();
    assert.deepEqual(dropped, [messageId(1)]);
  });
  it('costs nothing where none were', async () => {
    const { incoming, dropped } = setUp();
    await incoming.add(new Uint8Array(10));
    await incoming.discard();
    assert.deepEqual(dropped, []);
  });
  it('says so when the storage failed, at the write or at the end', async () => {
    const early = setUp();
    early.state.failing = true;
    await assert.rejects(async () => early.incoming.add(new Uint8Array(PART_BYTES_MAX)), /full/);
    const late = setUp();
    await late.incoming.add(new Uint8Array(PART_BYTES_MAX));
    late.state.failing = true;
    await assert.rejects(late.incoming.finish(), /full/);
    await late.incoming.discard();
    assert.deepEqual(late.dropped, [messageId(1)]);
  });
});
