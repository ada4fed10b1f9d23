// One mail transaction seen from the sender (RFC 5321 §3.3): the commands of its envelope in order,
// and what was answered to each. It knows when nothing more can come of it, and tells its ending.
import type { Extensions } from './client-extensions.ts';
import type { Awaited } from './client-waits.ts';
import type { Ending, RecipientReply } from './ending.ts';
import { isPositive, type Reply, reply } from './reply.ts';

/** What is to be sent. Addresses are as SMTP writes them, without angle brackets. */
export interface Transaction {
  /** `''` is the null sender. */
  readonly sender: string;
  /** Each once. */
  readonly recipients: readonly string[];
  readonly sizeBytes: number;
  readonly eightBit: boolean;
}

export interface EnvelopeCommand {
  readonly kind: 'rset' | 'mail' | 'rcpt' | 'data';
  /** Without its CRLF. */
  readonly line: string;
}

// What has anything else in it is no address of SMTP, and could smuggle a command in.
const SENDABLE = /^[\x20-\x7e]*$/;
const UNSENDABLE_RECIPIENT = reply(
  553,
  '5.1.3',
  'This address cannot be written in SMTP (not sent)',
);
const UNSENDABLE_SENDER = reply(553, '5.1.7', 'This sender cannot be written in SMTP (not sent)');

/** What the server that gets the envelope is like. */
export interface Circumstances {
  readonly extensions: Extensions;
  /** A transaction before this one was left open: RSET goes first. */
  readonly owesReset: boolean;
}

/** Our own answer to a transaction that need not be tried at this server. */
function refusalBeforehand(wanted: Transaction, announced: Extensions): Reply | undefined {
  if (!SENDABLE.test(wanted.sender)) return UNSENDABLE_SENDER;
  const { sizeBytesMax } = announced;
  if (sizeBytesMax === undefined || wanted.sizeBytes <= sizeBytesMax) return undefined;
  // RFC 1870 §6.1: a client that knows the message is too large for the server need not try.
  const sizes = `The message has ${wanted.sizeBytes} bytes, the server takes ${sizeBytesMax}`;
  return reply(552, '5.3.4', `${sizes} (not sent)`);
}

function mailCommand(wanted: Transaction, announced: Extensions): EnvelopeCommand {
  const size = announced.size ? ` SIZE=${wanted.sizeBytes}` : '';
  const body = announced.eightBit && wanted.eightBit ? ' BODY=8BITMIME' : '';
  return { kind: 'mail', line: `MAIL FROM:<${wanted.sender}>${size}${body}` };
}

/** Says one envelope, and collects the answers in the order of its commands. */
export class ClientTransaction {
  readonly #owesReset: boolean;
  readonly #isPipelined: boolean;
  readonly #commands: readonly EnvelopeCommand[];
  readonly #eightBitUnannounced: boolean;
  readonly #recipients: RecipientReply[];
  readonly #unanswered: string[];
  #said = 0;
  #mail: Reply | undefined;
  #data: Reply | undefined;
  #final: Reply | undefined;
  #tookLoneDot = false;

  constructor(wanted: Transaction, { extensions, owesReset }: Circumstances) {
    this.#owesReset = owesReset;
    this.#isPipelined = extensions.pipelining;
    this.#eightBitUnannounced = wanted.eightBit && !extensions.eightBit;
    this.#unanswered = wanted.recipients.filter((address) => SENDABLE.test(address));
    this.#recipients = wanted.recipients
      .filter((address) => !SENDABLE.test(address))
      .map((recipient) => ({ recipient, reply: UNSENDABLE_RECIPIENT }));
    this.#commands = [
      ...(owesReset ? [{ kind: 'rset', line: 'RSET' } as const] : []),
      mailCommand(wanted, extensions),
      ...this.#unanswered.map(
        (address) => ({ kind: 'rcpt', line: `RCPT TO:<${address}>` }) as const,
      ),
      { kind: 'data', line: 'DATA' },
    ];
    this.#mail = refusalBeforehand(wanted, extensions);
  }

  /**
   * What is to be said when all before is answered: one command that is still of use, or the whole
   * envelope where the server takes it at once (RFC 2920 §3.1: RSET, MAIL and RCPT may stand
   * anywhere in a group, DATA ends it).
   */
  nextCommands(): readonly EnvelopeCommand[] {
    if (this.#isDecided) return [];
    const start = this.#said;
    this.#said = this.#isPipelined ? this.#commands.length : start + 1;
    return this.#commands.slice(start, this.#said);
  }

  /** RCPT and DATA mean nothing after a refused MAIL, nor does DATA without a recipient. */
  answered(awaited: Awaited, given: Reply): void {
    if (awaited === 'mail') this.#mail = given;
    else if (awaited === 'lone-dot') this.#tookLoneDot = true;
    else if (this.#isDecided) return;
    else if (awaited === 'data') this.#data = given;
    else if (awaited === 'final') this.#final = given;
    else if (awaited === 'rcpt') {
      this.#recipients.push({ recipient: this.#unanswered.shift() ?? '', reply: given });
    }
  }

  /** The dialogue ends with this reply: it answers all that had no answer yet. */
  shutDown(given: Reply): void {
    if (this.#isDecided) return;
    if (!this.#mail) this.#mail = given;
    else if (this.#unanswered.length > 0) {
      for (const recipient of this.#unanswered.splice(0)) {
        this.#recipients.push({ recipient, reply: given });
      }
      // Those that were accepted before have lost their message just the same.
      if (this.hasAccepted) this.#data = given;
    } else if (!this.#data) this.#data = given;
    else this.#final = given;
  }

  /** The replies to RCPT so far. */
  get recipients(): readonly RecipientReply[] {
    return this.#recipients;
  }

  get hasAccepted(): boolean {
    return this.#isMailAccepted && this.#recipients.some(({ reply: given }) => isPositive(given));
  }

  /** Does the server hold an envelope that a later MAIL would meet? */
  get leavesOpen(): boolean {
    if (this.#said === 0) return this.#owesReset;
    return this.#isMailAccepted && !this.#final && !this.#tookLoneDot;
  }

  /** How it ended, as soon as nothing that comes could change it for any recipient. */
  ending(): Ending | undefined {
    if (!this.#mail || !this.#isDecided) return undefined;
    return {
      kind: 'transaction',
      mail: this.#mail,
      recipients: this.#isMailAccepted ? this.#recipients : [],
      ...(this.#data && { data: this.#data }),
      ...(this.#final && { final: this.#final }),
      eightBitUnannounced: this.#eightBitUnannounced,
    };
  }

  get #isMailAccepted(): boolean {
    return this.#mail !== undefined && isPositive(this.#mail);
  }

  get #isDecided(): boolean {
    if (!this.#mail) return false;
    if (this.#final || !this.#isMailAccepted) return true;
    if (this.#unanswered.length > 0) return false;
    return !this.hasAccepted || (this.#data !== undefined && !isPositive(this.#data));
  }
}
