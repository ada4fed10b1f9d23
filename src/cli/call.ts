// One call of one command: what the user gave, and whom the command may ask. Commands speak only
// through a client of the API: to the running server, or to an app of their own in memory.
import { type Client, createClient } from '../api/client.ts';
import { askLocal, socketPathOf } from '../api/local.ts';
import { FingerpostError } from '../base/errors.ts';
import { showJson } from '../base/show.ts';
import { loadSettings, loadSettingsOrDefaults, type SettingsSource } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import type { ExitCode } from './exit.ts';
import { makeStyle, type Style } from './style.ts';
import type { Surroundings } from './surroundings.ts';

/** An option's value as it was given on the command line. */
export type OptionValue = string | readonly string[] | boolean | undefined;

export interface OptionSpec {
  /** As commander reads it: `--to <address...>`. */
  readonly flags: string;
  readonly about: string;
}

/** A command as data: what it is called, what it takes, what it does. */
export interface CommandSpec {
  /** With its group: `queue list`. */
  readonly name: string;
  /** `<id>`, `[file]`. */
  readonly operands?: readonly string[];
  readonly summary: string;
  readonly options?: readonly OptionSpec[];
  perform(call: Call): Promise<ExitCode>;
}

export interface CallOptions {
  readonly config?: string | undefined;
  readonly json: boolean;
  readonly operands: readonly string[];
  readonly options: Readonly<Record<string, OptionValue>>;
}

/** Who was asked: the running server, or an app of this command alone. */
export type Asked = 'server' | 'own';

export class Call {
  readonly around: Surroundings;
  readonly style: Style;
  readonly json: boolean;
  readonly operands: readonly string[];
  readonly #config: string | undefined;
  readonly #options: Readonly<Record<string, OptionValue>>;

  constructor(around: Surroundings, { config, json, operands, options }: CallOptions) {
    this.around = around;
    this.style = makeStyle(around.colour && !json);
    this.json = json;
    this.operands = operands;
    this.#config = config;
    this.#options = options;
  }

  /** An operand that the command's own form requires. */
  operand(index: number): string {
    return this.operands[index] ?? '';
  }

  text(name: string): string | undefined {
    const value = this.#options[name];
    return typeof value === 'string' ? value : undefined;
  }

  texts(name: string): readonly string[] {
    const value = this.#options[name];
    return Array.isArray(value) ? value : typeof value === 'string' ? [value] : [];
  }

  isSet(name: string): boolean {
    return this.#options[name] === true;
  }

  print(text: string): void {
    this.around.out.write(text);
  }

  /** A value for programs, when `--json` asks for it; says whether it did. */
  printedJson(value: unknown): boolean {
    if (this.json) this.around.out.write(`${showJson(value, 2)}\n`);
    return this.json;
  }

  settings(): Settings {
    return loadSettings(this.#source());
  }

  settingsOrDefaults(): Settings {
    return loadSettingsOrDefaults(this.#source());
  }

  /** The running server. */
  server(): Client {
    return createClient(askLocal(socketPathOf(this.settingsOrDefaults().dataFolder)));
  }

  /** Asks the running server, else an app without listeners that lives as long as the question. */
  async ask<T>(question: (client: Client) => Promise<T>): Promise<readonly [T, Asked]> {
    try {
      return [await question(this.server()), 'server'];
    } catch (error) {
      if (!(error instanceof FingerpostError) || error.code !== 'NOT_RUNNING') throw error;
    }
    return [await this.askOwn(question), 'own'];
  }

  /** Asks an app without listeners, as this user on this machine would see the world. */
  async askOwn<T>(question: (client: Client) => Promise<T>): Promise<T> {
    const app = await this.around.createApp(this.settingsOrDefaults(), { listeners: false });
    await app.start();
    try {
      return await question(createClient((request) => app.fetch(request)));
    } finally {
      await app.stop();
    }
  }

  #source(): SettingsSource {
    const { env, cwd, files, machineName } = this.around;
    const readFile = (path: string): string | undefined => files.readText(path);
    return { path: this.#config, env, cwd, readFile, machineName };
  }
}
