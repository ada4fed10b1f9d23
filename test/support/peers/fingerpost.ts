// Our own server as a process of its own, from a YAML text in the stage's folder, and our command
// beside it. It may be stopped, killed and started again on the same data.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, createClient } from '../../../src/api/client.ts';
import { askLocal, socketPathOf } from '../../../src/api/local.ts';
import type { LedgerEntry, MessageHistory } from '../../../src/api/types.ts';
import { eventually } from './eventually.ts';
import type { Ran, Running, Stage } from './stage.ts';

const COMMAND = fileURLToPath(new URL('../../../bin/fingerpost.js', import.meta.url));
/** With this, `bin/fingerpost.js` runs the server in its own process: the one that is signalled. */
const QUIET = '--disable-warning=ExperimentalWarning';

export type Attempted = Extract<LedgerEntry, { kind: 'attempted' }>;

export interface FingerpostOptions {
  /** Files beside the configuration, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** A program and its arguments that run the server, such as strace. */
  readonly under?: readonly string[];
}

export class Fingerpost {
  readonly folder: string;
  readonly client: Client;
  readonly #stage: Stage;
  readonly #under: readonly string[];
  #running: Running | undefined;

  constructor(stage: Stage, name: string, yaml: string, options: FingerpostOptions = {}) {
    this.#stage = stage;
    this.#under = options.under ?? [];
    this.folder = stage.path(name);
    mkdirSync(this.folder);
    writeFileSync(join(this.folder, 'fingerpost.yaml'), yaml);
    for (const [file, text] of Object.entries(options.files ?? {})) {
      writeFileSync(join(this.folder, file), text);
    }
    this.client = createClient(askLocal(socketPathOf(join(this.folder, 'data'))));
  }

  /** Resolves when it listens. */
  async start(): Promise<this> {
    const ours = [process.execPath, QUIET, COMMAND, 'serve', '-c', 'fingerpost.yaml'];
    const [program = '', ...args] = [...this.#under, ...ours];
    this.#running = this.#stage.launch(program, args, {
      cwd: this.folder,
      runsAnother: this.#under.length > 0,
    });
    await this.#running.said(/ server\.started /);
    return this;
  }

  /** The id of the process that was started. */
  get pid(): number {
    return this.#running?.pid ?? 0;
  }

  get output(): string {
    return this.#running?.output ?? '';
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
    return (await this.#running?.stop(signal)) ?? 0;
  }

  /** Runs our command with this server's configuration. */
  command(args: readonly string[], input = ''): Promise<Ran> {
    const config = ['-c', join(this.folder, 'fingerpost.yaml')];
    return this.#stage.run(process.execPath, [QUIET, COMMAND, ...config, ...args], input);
  }

  /** `fingerpost why --json`, as one who reads the JSON sees it. */
  async why(message: string): Promise<readonly MessageHistory[]> {
    const ran = await this.command(['--json', 'why', message]);
    if (ran.code > 1) throw new Error(`why ended with ${ran.code}: ${ran.stderr}`);
    return (JSON.parse(ran.stdout) as { messages: MessageHistory[] }).messages;
  }

  /** The attempts of the only message with this id or Message-ID. */
  async attempts(message: string): Promise<readonly Attempted[]> {
    const histories = await this.client.messages(message);
    if (histories.length !== 1) throw new Error(`${histories.length} messages are ${message}`);
    return histories.flatMap(({ ledger }) => ledger.filter((entry) => entry.kind === 'attempted'));
  }

  /** Waits until every recipient of the message is in one of the states. */
  async settled(message: string, states: readonly string[] = ['delivered']): Promise<void> {
    await eventually(`${message} is ${states.join(' or ')}`, async () => {
      const histories = await this.client.messages(message);
      const recipients = histories.flatMap((history) => history.message.recipients);
      return recipients.length > 0 && recipients.every(({ state }) => states.includes(state));
    });
  }

  /** The texts of the messages in a mailbox of `deliverTo: maildir:./mail`. */
  mailbox(localPart: string): readonly string[] {
    return maildir(join(this.folder, 'mail', localPart));
  }
}

/** The texts of the messages in a Maildir. */
export function maildir(folder: string): readonly string[] {
  const fresh = join(folder, 'new');
  if (!existsSync(fresh)) return [];
  return readdirSync(fresh).map((file) => readFileSync(join(fresh, file), 'latin1'));
}
