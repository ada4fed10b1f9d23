// What happens, as values. An effect is reported once, here; logs, metrics and pages listen. Texts
// from strangers are in events as they came: whoever shows one sends it through `base/show`.

export type FingerpostEvent =
  | { readonly kind: 'server.started'; readonly hostname: string }
  | { readonly kind: 'server.notice'; readonly text: string }
  | { readonly kind: 'listening'; readonly what: string; readonly at: string }
  | { readonly kind: 'worker.died'; readonly worker: string; readonly because: string }
  | {
      readonly kind: 'zone.loaded';
      readonly zone: string;
      readonly serial: number;
      readonly names: number;
    }
  | { readonly kind: 'zone.refused'; readonly zone: string; readonly faults: readonly string[] }
  | {
      readonly kind: 'queue.recovered';
      readonly waiting: number;
      readonly interrupted: number;
      readonly held: number;
    }
  | {
      readonly kind: 'connection.opened' | 'connection.closed';
      readonly client: string;
      readonly because?: string;
    }
  | { readonly kind: 'message.refused'; readonly client: string; readonly reply: string }
  | {
      readonly kind: 'message.accepted';
      readonly id: string;
      readonly client: string;
      readonly sender: string;
      readonly recipients: readonly string[];
      readonly sizeBytes: number;
    }
  | {
      readonly kind: 'target.tried';
      readonly id: string;
      readonly host: string;
      readonly address: string;
      readonly port: number;
      readonly preference?: number;
      /** How it ended, in a sentence. */
      readonly ending: string;
    }
  | {
      readonly kind: 'recipient.delivered' | 'recipient.deferred' | 'recipient.failed';
      readonly id: string;
      readonly recipient: string;
      /** Host and reply, folder, or the reason why not. */
      readonly because: string;
      /** Where it went; for a delivered one. */
      readonly where?: string;
      readonly nextAttemptAt?: number;
    }
  | {
      readonly kind: 'recipient.bounced';
      readonly id: string;
      readonly recipient: string;
      readonly bounceId: string;
    }
  | {
      readonly kind: 'host.bad';
      readonly address: string;
      readonly probeAt: number;
      readonly because: string;
    }
  | { readonly kind: 'host.well'; readonly address: string }
  | {
      readonly kind: 'probe.arrived';
      readonly domain: string;
      /** `mail.example.com[192.0.2.10]`, `normal`. */
      readonly path: string;
      readonly tookMs: number;
    }
  | { readonly kind: 'probe.lost'; readonly domain: string; readonly path: string }
  | { readonly kind: 'watch.looked'; readonly domain: string; readonly notices: number }
  | {
      readonly kind: 'watch.noticed';
      readonly domain: string;
      /** `broken`, `recovered` and so on. */
      readonly notice: string;
      readonly what: string;
    }
  | { readonly kind: 'watch.failed'; readonly domain: string; readonly because: string }
  | { readonly kind: 'storage.failed'; readonly because: string };

export interface Events {
  emit(event: FingerpostEvent): void;
}

/** Passes each event to every listener; a listener that throws harms nobody else. */
export class EventHub implements Events {
  readonly #listeners = new Set<(event: FingerpostEvent) => void>();

  emit(event: FingerpostEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch {
        // A broken page or log must not stop mail.
      }
    }
  }

  /** Returns the function that ends it. */
  listen(listener: (event: FingerpostEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
