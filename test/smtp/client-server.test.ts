// Our client and our server in one room: what one says, the other understands.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { concat, fromLatin1, latin1 } from '../../src/base/bytes.ts';
import type { Session, TransportEvent } from '../../src/base/session.ts';
import { type ClientEvent, ClientSession } from '../../src/smtp/client-session.ts';
import type { Transaction } from '../../src/smtp/client-transaction.ts';
import { reply } from '../../src/smtp/reply.ts';
import type { ServerEvent } from '../../src/smtp/server-event.ts';
import { ServerSession } from '../../src/smtp/server-session.ts';
import { printEnding, START, transaction } from '../support/smtp-client-dialogue.ts';

const TLS = { protocol: 'TLSv1.3', cipher: 'X' };

interface Mail {
  readonly wanted: Transaction;
  readonly body: readonly string[];
}

/** A client and a server joined by a wire that cuts bytes into pieces of `cut`. */
class Pair {
  readonly kept: string[] = [];
  readonly endings: string[] = [];
  readonly #client: ClientSession;
  readonly #server: ServerSession;
  readonly #mails: Mail[];
  readonly #cut: number;
  #mail: Mail | undefined;
  #body: Uint8Array[] = [];

  constructor(mails: readonly Mail[], { tls, cut }: { tls: boolean; cut: number }) {
    this.#mails = [...mails];
    this.#cut = cut;
    this.#client = new ClientSession({ hello: 'us.example', tls, now: START });
    this.#server = new ServerSession({
      hostname: 'mx.example',
      tls: tls ? 'offered' : 'off',
      now: START,
    });
  }

  run(): this {
    for (let isBusy = true; isBusy; ) {
      const ofServer = this.#pass(this.#server, this.#client, (event) => this.#decide(event));
      const ofClient = this.#pass(this.#client, this.#server, (event) => this.#goOn(event));
      isBusy = ofServer || ofClient;
    }
    return this;
  }

  #pass<Event extends { readonly kind: string }>(
    from: Session<Event>,
    to: Session<unknown>,
    told: (event: Event) => void,
  ): boolean {
    let event = from.next();
    const isBusy = event !== undefined;
    for (; event; event = from.next()) {
      if (isSend(event)) this.#carry(event.bytes, to);
      else if (event.kind === 'start-tls') from.tlsStarted(TLS, START);
      else if (event.kind === 'close') to.closed(undefined, START);
      else told(event as Event);
    }
    return isBusy;
  }

  #carry(bytes: Uint8Array, to: Session<unknown>): void {
    for (let at = 0; at < bytes.length; at += this.#cut) {
      to.receive(bytes.subarray(at, at + this.#cut), START);
    }
  }

  #goOn(event: ClientEvent): void {
    if (event.kind === 'body-wanted') {
      for (const part of this.#mail?.body ?? []) this.#client.body(fromLatin1(part), START);
      this.#client.bodyEnd(START);
      return;
    }
    if (event.kind === 'ended') this.endings.push(printEnding(event.ending));
    this.#mail = this.#mails.shift();
    if (this.#mail) this.#client.begin(this.#mail.wanted, START);
    else this.#client.quit(START);
  }

  #decide(event: ServerEvent): void {
    if (event.kind === 'body') this.#body.push(event.bytes.slice());
    if (event.kind === 'message-ends') this.kept.push(latin1(concat(this.#body.splice(0))));
    if (event.kind === 'recipient' && JSON.stringify(event.path).includes('nobody')) {
      this.#server.refuse(reply(550, '5.1.1', 'Nobody here'));
    } else if (PROPOSALS.has(event.kind)) this.#server.accept();
  }
}

const PROPOSALS = new Set(['sender', 'recipient', 'message-begins', 'message-ends']);

const isSend = (event: {
  readonly kind: string;
}): event is Extract<TransportEvent, { kind: 'send' }> => event.kind === 'send';

describe('client and server', () => {
  for (const tls of [false, true]) {
    for (const cut of [1, 7, 100_000]) {
      it(`mail after mail, ${tls ? 'with' : 'without'} TLS, in pieces of ${cut}`, () => {
        const body = ['Subject: x\r\n\r\n', '.\r\n..\r\n'];
        const nobody = transaction({ recipients: ['nobody@to.example'] });
        const both = transaction({ recipients: ['nobody@to.example', 'b@to.example'], sender: '' });
        const mails = [transaction(), nobody, both].map((wanted) => ({ wanted, body }));
        const pair = new Pair(mails, { tls, cut }).run();
        assert.deepEqual(pair.kept, [body.join(''), body.join('')]);
        assert.equal(pair.endings.length, 3);
        assert.match(pair.endings[0] ?? '', /^ended: mail 250.*; data 354.*; final 250/);
        assert.match(
          pair.endings[1] ?? '',
          /^ended: mail 250.*; nobody@to\.example 550 5\.1\.1[^;]*$/,
        );
        assert.match(
          pair.endings[2] ?? '',
          /nobody@to\.example 550.*; b@to\.example 250.*final 250/,
        );
      });
    }
  }

  it('any body arrives, with its line ends made clean', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '.', '\r', '\n', '\r\n', '\xe9', '\0') });
    fc.assert(
      fc.property(fc.array(text), fc.integer({ min: 1, max: 20 }), (body, cut) => {
        const wanted = transaction({ eightBit: true });
        const pair = new Pair([{ wanted, body }], { tls: false, cut }).run();
        const clean = body.join('').replace(/\r\n|\r|\n/g, '\r\n');
        const whole = clean === '' || clean.endsWith('\r\n') ? clean : `${clean}\r\n`;
        assert.deepEqual(pair.kept, [whole]);
      }),
    );
  });
});
