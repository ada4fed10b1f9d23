// Where the demo is played: real servers in this process, each on its own sockets and threads, and
// what they report, kept so that the story can wait for an event that may already have happened.
import { createClient } from '../../api/client.ts';
import type { FingerpostEvent } from '../../base/events.ts';
import { type Clock, type Duration, seconds } from '../../base/time.ts';
import type { Settings } from '../../config/settings.ts';
import type { OwnApp, Surroundings } from '../surroundings.ts';

/** Longer than any step takes on a slow machine. */
const PATIENCE: Duration = seconds(30);

interface Watch {
  readonly fits: (event: FingerpostEvent) => boolean;
  readonly resolve: (event: FingerpostEvent) => void;
}

/** One server of the story; it may be stopped and started again. */
export class Actor {
  readonly #around: Surroundings;
  readonly #settings: Settings;
  readonly #watches = new Set<Watch>();
  #events: FingerpostEvent[] = [];
  #app: OwnApp | undefined;

  constructor(around: Surroundings, settings: Settings) {
    this.#around = around;
    this.#settings = settings;
  }

  async start(): Promise<void> {
    const app = await this.#around.createApp(this.#settings, { listeners: true });
    app.events.listen((event) => this.#note(event));
    await app.start();
    this.#app = app;
  }

  async stop(): Promise<void> {
    const app = this.#app;
    this.#app = undefined;
    await app?.stop();
  }

  /** Hands a message in; its id. */
  async submit(sender: string, recipient: string, message: string): Promise<string> {
    const app = this.#app;
    if (!app) throw new Error('the server is stopped');
    const client = createClient((request) => app.fetch(request));
    const bytes = new TextEncoder().encode(message);
    const submitted = await client.submit({ sender, recipients: [recipient], message: bytes });
    if ('id' in submitted) return submitted.id;
    throw new Error(`the message was refused: ${submitted.reply.code}`);
  }

  /** The first event that fits and was not taken before; nothing when none comes in time. */
  take(fits: (event: FingerpostEvent) => boolean): Promise<FingerpostEvent | undefined> {
    const index = this.#events.findIndex(fits);
    if (index >= 0) return Promise.resolve(this.#events.splice(index, 1)[0]);
    return new Promise((resolve) => {
      const watch: Watch = { fits, resolve: (event) => end(event) };
      const timer = this.#clock.after(PATIENCE, () => end(undefined));
      const end = (event: FingerpostEvent | undefined): void => {
        timer.cancel();
        this.#watches.delete(watch);
        resolve(event);
      };
      this.#watches.add(watch);
    });
  }

  get #clock(): Clock {
    return this.#around.clock;
  }

  #note(event: FingerpostEvent): void {
    const watch = [...this.#watches].find((each) => each.fits(event));
    if (watch) return watch.resolve(event);
    this.#events = [...this.#events.slice(-200), event];
  }
}
