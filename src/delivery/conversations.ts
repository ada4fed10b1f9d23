// Conversations with mail hosts: a connection is opened where none is idle, serves one transaction
// after another, and is kept a few seconds for the next. An idle connection that the server closed
// meanwhile costs nothing: the transaction is begun once more on a new one.
import type { Chance } from '../base/random.ts';
import { type Clock, type Duration, seconds, type Timer } from '../base/time.ts';
import type { Network } from '../net/network.ts';
import type { MessageId } from '../queue/message.ts';
import type { Target } from '../routing/target.ts';
import type { Ending } from '../smtp/ending.ts';
import { MailConnection, type MailConnectionOptions, type Said } from './mail-connection.ts';
import type { Transaction } from './transaction.ts';

export interface ConversationOptions {
  readonly network: Network;
  readonly clock: Clock;
  readonly chance: Chance;
  /** The name we say in EHLO. */
  readonly hello: string;
  readonly connectTimeout: Duration;
  readonly readBodyPart: (id: MessageId, index: number) => Promise<Uint8Array | undefined>;
}

/** How a conversation went. */
export interface Conversation extends Said {
  readonly ending: Ending;
  readonly reused: boolean;
}

const IDLE: Duration = seconds(5);
const IDLE_MAX = 200;
const TRANSACTIONS_MAX = 100;
const STOPPING = 'this server is stopping';

interface Idle {
  readonly connection: MailConnection;
  readonly timer: Timer;
}

export class Conversations {
  readonly #options: ConversationOptions;
  readonly #idle = new Map<string, Idle[]>();
  #idleCount = 0;
  readonly #active = new Set<MailConnection>();
  #isStopping = false;

  constructor(options: ConversationOptions) {
    this.#options = options;
  }

  /** `tls` false: in clear even where STARTTLS is offered. Never rejects. */
  async converse(target: Target, tls: boolean, transaction: Transaction): Promise<Conversation> {
    const key = keyOf(target, tls);
    const idle = this.#takeIdle(key);
    if (idle) {
      const conversation = await this.#transact(idle, key, transaction);
      if (!wasGone(conversation.ending)) return { ...conversation, reused: true };
    }
    const connection = await this.#open(target, tls);
    if (!(connection instanceof MailConnection)) return connection;
    return { ...(await this.#transact(connection, key, transaction)), reused: false };
  }

  /** Greets, says EHLO and takes leave; why that failed, or nothing. */
  async probe(target: Target): Promise<string | undefined> {
    const connection = await this.#open(target, false);
    if (connection instanceof MailConnection) {
      connection.quit();
      return undefined;
    }
    return printEnding(connection.ending);
  }

  /** Idle connections take leave, those at work are broken off, and none is opened any more. */
  stop(): void {
    this.#isStopping = true;
    for (const connection of this.#active) connection.abort(STOPPING);
    for (const list of this.#idle.values()) {
      for (const { connection, timer } of list) {
        timer.cancel();
        connection.quit();
      }
    }
    this.#idle.clear();
    this.#idleCount = 0;
  }

  async #transact(
    connection: MailConnection,
    key: string,
    transaction: Transaction,
  ): Promise<Omit<Conversation, 'reused'>> {
    this.#active.add(connection);
    const ending = await connection.transact(transaction);
    this.#active.delete(connection);
    const said = connection.said();
    const mayGoOn = connection.transactions < TRANSACTIONS_MAX && !this.#isStopping;
    if (mayGoOn && connection.isIdle && !isClosing(ending)) this.#keepIdle(key, connection);
    else connection.quit();
    return { ending, ...said };
  }

  async #open(target: Target, tls: boolean): Promise<MailConnection | Conversation> {
    if (this.#isStopping) return unconnected(STOPPING, false);
    const { network, connectTimeout } = this.#options;
    const connected = await network.connect(target, { timeout: connectTimeout });
    if (connected.kind === 'failed') return unconnected(connected.because, connected.timeout);
    if (this.#isStopping) {
      connected.connection.destroy();
      return unconnected(STOPPING, false);
    }
    const options: MailConnectionOptions = { ...this.#options, tls, serverName: target.host };
    const connection = new MailConnection(connected.connection, options);
    this.#active.add(connection);
    const ending = await connection.ready();
    this.#active.delete(connection);
    if (!ending) return connection;
    return { ending, ...connection.said(), reused: false };
  }

  #takeIdle(key: string): MailConnection | undefined {
    const list = this.#idle.get(key);
    for (let idle = list?.pop(); idle; idle = list?.pop()) {
      idle.timer.cancel();
      this.#idleCount -= 1;
      if (list?.length === 0) this.#idle.delete(key);
      if (idle.connection.isIdle) return idle.connection;
    }
    return undefined;
  }

  #keepIdle(key: string, connection: MailConnection): void {
    if (this.#idleCount >= IDLE_MAX) return connection.quit();
    const list = this.#idle.get(key) ?? [];
    this.#idle.set(key, list);
    const timer = this.#options.clock.after(IDLE, () => {
      const index = list.findIndex((idle) => idle.connection === connection);
      if (index >= 0) list.splice(index, 1);
      this.#idleCount -= 1;
      if (list.length === 0) this.#idle.delete(key);
      connection.quit();
    });
    list.push({ connection, timer });
    this.#idleCount += 1;
  }
}

function unconnected(because: string, timeout: boolean): Conversation {
  const ending: Ending = { kind: 'broken', phase: 'connect', because, timeout, recipients: [] };
  return { ending, replies: [], reused: false };
}

/** Never shared between hosts, nor between clear and TLS (docs/behaviour.md). */
const keyOf = (target: Target, tls: boolean): string =>
  `${target.address} ${target.port} ${target.host} ${target.security.kind} ${tls}`;

/** Did the server leave before it saw the transaction? Then nothing of it can have happened. */
function wasGone(ending: Ending): boolean {
  if (ending.kind === 'transaction') return ending.mail.code === 421;
  return ending.kind === 'broken' && ending.phase === 'mail' && !ending.timeout;
}

/** RFC 5321 §3.8: 421 says that the channel closes. */
function isClosing(ending: Ending): boolean {
  if (ending.kind !== 'transaction') return true;
  const replies = [
    ending.mail,
    ...ending.recipients.map((each) => each.reply),
    ending.data,
    ending.final,
  ];
  return replies.some((reply) => reply?.code === 421);
}

/**
 * An ending in a sentence, for the ledger and for a person. Foreign text: show it through
 * `base/show`.
 */
export function printEnding(ending: Ending): string {
  switch (ending.kind) {
    case 'refused':
      return `refused at ${ending.phase}: ${ending.reply.code} ${ending.reply.lines.join(' ')}`;
    case 'tls-failed':
      return `TLS failed: ${ending.because}`;
    case 'broken':
      return ending.phase === 'connect'
        ? `no connection: ${ending.because}`
        : `broken in ${ending.phase}: ${ending.because}`;
    case 'transaction': {
      const last = ending.final ?? ending.data ?? ending.recipients.at(-1)?.reply ?? ending.mail;
      return `answered ${last.code} ${last.enhanced ?? ''} ${last.lines.join(' ')}`.replace(
        '  ',
        ' ',
      );
    }
  }
}
