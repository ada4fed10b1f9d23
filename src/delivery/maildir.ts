// Delivery into a Maildir: PATH/<local part>/{tmp,new,cur}. A message is written to tmp, synced,
// moved to new, and the folder synced; only then it counts as delivered. The file's name is made
// from the message's id, so that an attempt that a crash repeats replaces the file instead of
// adding one.
import { constants } from 'node:fs';
import { access, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { concat, fromUtf8 } from '../base/bytes.ts';
import { reasonOf } from '../base/errors.ts';
import type { LeasedMessage, MessageId, Recipient } from '../queue/message.ts';
import type { DeliverTo } from '../routing/domains.ts';
import type { Outcome } from '../routing/outcome.ts';
import { parseAddress } from '../smtp/address.ts';
import { reply } from '../smtp/reply.ts';
import { crlfToLf } from './line-ends.ts';

/** Delivery to the mailboxes of this machine. Never rejects. */
export interface LocalDelivery {
  deliver(message: LeasedMessage, recipient: Recipient, deliverTo: DeliverTo): Promise<Outcome>;
}

export interface MaildirOptions {
  readonly hostname: string;
  readonly readBodyPart: (id: MessageId, index: number) => Promise<Uint8Array | undefined>;
}

const LOCAL_BYTES_MAX = 200;
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/**
 * The folder of a local part: lower case, each byte outside `a-z 0-9 _ + - .` and a leading dot as
 * %XX, so that no address can name a folder outside (docs/behaviour.md). Nothing where it is too
 * long.
 */
export function folderOf(localPart: string): string | undefined {
  const bytes = fromUtf8(localPart.toLowerCase());
  const folder = Array.from(bytes, (byte, index) => {
    const character = String.fromCharCode(byte);
    const isPlain = /[a-z0-9_+.-]/.test(character) && !(index === 0 && character === '.');
    return isPlain ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
  return folder === '' || folder.length > LOCAL_BYTES_MAX ? undefined : folder;
}

export class Maildir implements LocalDelivery {
  readonly #options: MaildirOptions;
  readonly #made = new Set<string>();

  constructor(options: MaildirOptions) {
    this.#options = options;
  }

  async deliver(
    message: LeasedMessage,
    recipient: Recipient,
    { path }: DeliverTo,
  ): Promise<Outcome> {
    const address = parseAddress(recipient.address);
    const folder = 'local' in address ? folderOf(address.local) : undefined;
    if (folder === undefined) {
      const text = `${recipient.address} cannot name a mailbox here`;
      return { kind: 'failed', reply: reply(550, '5.1.3', text) };
    }
    const mailbox = join(path, folder);
    try {
      await this.#write(mailbox, message, recipient);
      return { kind: 'delivered', reply: reply(250, '2.0.0', `in ${mailbox}`) };
    } catch (error) {
      // RFC 3463 §3.3: what the operator can mend is not the sender's loss.
      this.#made.delete(mailbox);
      const isFull = ['ENOSPC', 'EDQUOT'].includes(reasonOf(error));
      const text = `${mailbox} cannot be written: ${reasonOf(error)}`;
      const given = isFull ? reply(452, '4.3.1', text) : reply(451, '4.2.0', text);
      return { kind: 'deferred', reply: given, possibleDuplicate: false };
    }
  }

  async #write(mailbox: string, message: LeasedMessage, recipient: Recipient): Promise<void> {
    await this.#makeFolders(mailbox);
    const seconds = Math.floor(message.receivedAt / 1_000);
    const name = `${seconds}.${message.id}_${recipient.number}.${this.#options.hostname}`;
    const draft = join(mailbox, 'tmp', name);
    try {
      await this.#writeSynced(draft, message, recipient);
      await rename(draft, join(mailbox, 'new', name));
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
    await syncFolder(join(mailbox, 'new'));
  }

  async #makeFolders(mailbox: string): Promise<void> {
    if (this.#made.has(mailbox)) return;
    for (const part of ['tmp', 'new', 'cur']) {
      await mkdir(join(mailbox, part), { recursive: true, mode: FOLDER_MODE });
    }
    await access(join(mailbox, 'new'), constants.W_OK);
    await syncFolder(mailbox);
    await syncFolder(join(mailbox, '..'));
    if (this.#made.size >= 10_000) this.#made.clear();
    this.#made.add(mailbox);
  }

  async #writeSynced(file: string, message: LeasedMessage, recipient: Recipient): Promise<void> {
    const handle = await open(file, 'w', FILE_MODE);
    try {
      // RFC 5321 §4.4: the final delivery says who the sender was.
      const head = fromUtf8(
        `Return-Path: <${message.sender}>\nDelivered-To: ${recipient.address}\n`,
      );
      if (message.body.kind === 'memory') {
        await handle.writeFile(concat([head, crlfToLf(message.body.bytes)]));
      } else await this.#writeRows(handle, head, message.id);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  async #writeRows(
    handle: { writeFile(bytes: Uint8Array): Promise<void> },
    head: Uint8Array,
    id: MessageId,
  ): Promise<void> {
    await handle.writeFile(head);
    let carried: Uint8Array = new Uint8Array(0);
    for (let index = 0; ; index += 1) {
      const part = await this.#options.readBodyPart(id, index);
      if (!part) break;
      const bytes = concat([carried, part]);
      // A CR at the end of a part waits for the LF that may open the next.
      const isSplit = bytes.at(-1) === 13;
      carried = isSplit ? bytes.subarray(bytes.length - 1) : new Uint8Array(0);
      await handle.writeFile(crlfToLf(isSplit ? bytes.subarray(0, -1) : bytes));
    }
    if (carried.length > 0) await handle.writeFile(carried);
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
