// One client and the mail it brings: the session asks, policy answers, and `250` after the dot is
// said when the queue has committed and synced, never before (docs/behaviour.md, "The guarantee").
// No failure of ours becomes a 250: it becomes 452 4.3.1 or 451 4.3.0, and the client keeps the
// message.

import { FingerpostError, reasonOf } from '../base/errors.ts';
import type { Events } from '../base/events.ts';
import { printEndpoint } from '../base/ip.ts';
import type { Chance } from '../base/random.ts';
import { type Clock, type Duration, seconds } from '../base/time.ts';
import { receivedField } from '../message/received.ts';
import { type Drive, drive } from '../net/drive.ts';
import type { Connection, TlsIdentity } from '../net/network.ts';
import type { NewMessage, Origin } from '../queue/message.ts';
import { newMessageId } from '../queue/message-id.ts';
import { domainText, type MailAddress, type RecipientPath, type Sender } from '../smtp/address.ts';
import { printReply, type Reply, reply } from '../smtp/reply.ts';
import type { ServerEvent } from '../smtp/server-event.ts';
import { ServerSession } from '../smtp/server-session.ts';
import { type BodyWriter, IncomingMessage } from './incoming.ts';
import { judgeClient, judgeRecipient, type TakingPolicy } from './policy.ts';

export interface ReceptionOptions {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly events: Events;
  readonly hostname: string;
  /** Goes into message ids. */
  readonly lane: number;
  readonly policy: TakingPolicy;
  readonly messageBytesMax: number;
  /** What is shown in a handshake that begins now; absent: STARTTLS is not offered. */
  readonly tls: (() => TlsIdentity) | undefined;
  readonly bodies: BodyWriter;
  /** Is there room for mail on the disk? Asked at each MAIL. */
  readonly hasRoom: () => boolean | Promise<boolean>;
  /** Resolves when the message is committed and synced. */
  readonly put: (message: NewMessage) => Promise<void>;
}

/** RFC 5321 §6.3: a message that passed this many servers goes in a circle. */
const RECEIVED_MAX = 100;
const HANDSHAKE: Duration = seconds(30);

export class Reception {
  readonly #options: ReceptionOptions;
  readonly #connection: Connection;
  readonly #session: ServerSession;
  readonly #drive: Drive;
  readonly #client: string;
  #hello: { readonly name: string; readonly extended: boolean } | undefined;
  #sender: Sender = 'null';
  #recipients = new Map<string, MailAddress>();
  #incoming: IncomingMessage | undefined;
  /** Writing the body failed; said after the dot. */
  #fault: Reply | undefined;

  constructor(
    connection: Connection,
    options: ReceptionOptions,
    ended: (because: string | undefined) => void,
  ) {
    this.#options = options;
    this.#connection = connection;
    this.#client = printEndpoint(connection.remote);
    const { clock, hostname, messageBytesMax, tls, events } = options;
    this.#session = new ServerSession({
      hostname,
      limits: { messageBytesMax },
      tls: tls ? 'offered' : 'off',
      now: clock.now(),
    });
    this.#drive = drive<ServerEvent>(this.#session, connection, {
      clock,
      tls: tls && { role: 'server', identity: tls(), timeout: HANDSHAKE },
      handle: (event) => this.#handle(event),
      ended: (because) => {
        void this.#discard();
        ended(because);
      },
      failed: (error) => {
        events.emit({
          kind: 'server.notice',
          text: `receiving from ${this.#client}: ${String(error)}`,
        });
      },
    });
  }

  /** Says 421 at the next command, and closes. */
  shutdown(): void {
    this.#session.shutdown(this.#options.clock.now());
    this.#drive.poke();
  }

  destroy(): void {
    this.#drive.destroy();
  }

  #handle(event: ServerEvent): void | Promise<void> {
    switch (event.kind) {
      case 'hello':
        this.#hello = event;
        return;
      case 'sender':
        return this.#onSender(event.sender);
      case 'recipient':
        return this.#onRecipient(event.path);
      case 'message-begins':
        return this.#onMessageBegins();
      case 'body':
        return this.#onBody(event.bytes);
      case 'message-ends':
        return this.#onMessageEnds();
      case 'aborted':
        return this.#discard();
      case 'refused-message':
        this.#report(event.reply);
        return this.#discard();
    }
  }

  #onSender(sender: Sender): void | Promise<void> {
    const refusal = judgeClient(this.#options.policy, this.#connection.remote.address);
    if (refusal) return this.#refuse(refusal);
    const hasRoom = this.#options.hasRoom();
    if (typeof hasRoom === 'boolean') return this.#takeSender(sender, hasRoom);
    return hasRoom.then((known) => this.#takeSender(sender, known));
  }

  #takeSender(sender: Sender, hasRoom: boolean): void {
    if (!hasRoom) return this.#refuse(reply(452, '4.3.1', 'The disk is nearly full'));
    this.#sender = sender;
    this.#recipients = new Map();
    this.#session.accept();
  }

  #onRecipient(path: RecipientPath): void {
    const taken = judgeRecipient(this.#options.policy, path);
    if (taken.kind === 'refused') return this.#refuse(taken.reply);
    this.#recipients.set(taken.address.text, taken.address);
    this.#session.accept();
  }

  #onMessageBegins(): void {
    const { clock, chance, lane, bodies } = this.#options;
    const id = newMessageId(lane, clock.now(), chance);
    this.#fault = undefined;
    this.#incoming = new IncomingMessage(id, this.#receivedField(id), bodies);
    this.#session.accept();
  }

  #onBody(bytes: Uint8Array): void | Promise<void> {
    if (this.#fault) return;
    const writing = this.#incoming?.add(bytes);
    return writing?.catch((error: unknown) => this.#onStorageFault(error));
  }

  async #onMessageEnds(): Promise<void> {
    const incoming = this.#incoming;
    if (!incoming) return this.#refuse(reply(451, '4.3.0', 'The message was lost on its way in'));
    try {
      const header = incoming.header();
      if (header.received > RECEIVED_MAX) {
        this.#fault = reply(554, '5.4.6', `More than ${RECEIVED_MAX} Received fields: a mail loop`);
      }
      if (this.#fault) {
        await this.#discard();
        return this.#refuse(this.#fault);
      }
      const message = await this.#compose(incoming, header.messageIdField);
      await this.#options.put(message);
      this.#incoming = undefined;
      this.#announce(message);
      this.#session.accept(`Ok: queued as ${message.id}`);
    } catch (error) {
      this.#onStorageFault(error);
      await this.#discard();
      this.#refuse(this.#fault ?? reply(451, '4.3.0', 'Try again later'));
    }
  }

  async #compose(incoming: IncomingMessage, messageIdField?: string): Promise<NewMessage> {
    const body = await incoming.finish();
    return {
      id: incoming.id,
      sender: this.#sender === 'null' ? '' : this.#sender.text,
      recipients: [...this.#recipients.values()].map(({ text, domain }) => ({
        address: text,
        domain: domainText(domain),
      })),
      receivedAt: this.#options.clock.now(),
      sizeBytes: incoming.sizeBytes,
      eightBit: incoming.eightBit,
      ...(messageIdField === undefined ? {} : { messageIdField }),
      origin: this.#origin(),
      body,
    };
  }

  #origin(): Origin {
    const { tls } = this.#session;
    return {
      kind: this.#options.policy.kind,
      client: this.#client,
      ...(this.#hello ? { hello: this.#hello.name } : {}),
      ...(tls ? { tls: `${tls.protocol} ${tls.cipher}` } : {}),
    };
  }

  #receivedField(id: string): string {
    const { hostname, clock } = this.#options;
    const { tls } = this.#session;
    const [only, ...others] = this.#recipients.keys();
    return receivedField({
      hello: this.#hello?.name ?? 'unknown',
      client: this.#connection.remote.address,
      by: hostname,
      // RFC 3848: the names of the protocol with and without extensions and TLS.
      protocol: this.#hello?.extended ? (tls ? 'ESMTPS' : 'ESMTP') : 'SMTP',
      ...(tls ? { tls } : {}),
      id,
      ...(only !== undefined && others.length === 0 ? { recipient: only } : {}),
      at: clock.now(),
    });
  }

  #announce({ id, sender, recipients, sizeBytes }: NewMessage): void {
    const addresses = recipients.map((recipient) => recipient.address);
    const client = this.#client;
    this.#options.events.emit({
      kind: 'message.accepted',
      id,
      client,
      sender,
      recipients: addresses,
      sizeBytes,
    });
  }

  #onStorageFault(error: unknown): void {
    const isFull = error instanceof FingerpostError && error.code === 'STORAGE_FULL';
    this.#fault = isFull
      ? reply(452, '4.3.1', 'The disk is full')
      : reply(451, '4.3.0', 'The message could not be stored');
    this.#options.events.emit({ kind: 'storage.failed', because: reasonOf(error) });
  }

  async #discard(): Promise<void> {
    const incoming = this.#incoming;
    this.#incoming = undefined;
    try {
      await incoming?.discard();
    } catch (error) {
      // The parts are orphans now; the next start removes them.
      this.#options.events.emit({ kind: 'storage.failed', because: reasonOf(error) });
    }
  }

  #refuse(refusal: Reply): void {
    this.#report(refusal);
    this.#session.refuse(refusal);
  }

  #report(refusal: Reply): void {
    const client = this.#client;
    this.#options.events.emit({ kind: 'message.refused', client, reply: printReply(refusal) });
  }
}
