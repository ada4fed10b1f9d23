// Two threads that ask each other: a question with a number, an answer with the same number, and
// events that want no answer. Errors of ours keep their code and context on the way.
import { type ErrorCode, type ErrorContext, FingerpostError } from '../base/errors.ts';

/** The half of a message channel that a worker thread and its parent both have. */
export interface Port {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
}

type Handler = (payload: never) => unknown;

interface Failure {
  readonly code?: ErrorCode;
  readonly message: string;
  readonly context?: ErrorContext;
}

type Parcel =
  | { readonly kind: 'ask'; readonly id: number; readonly what: string; readonly payload: unknown }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly failure: Failure }
  | { readonly kind: 'event'; readonly payload: unknown };

export interface LinkOptions {
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly onEvent?: (payload: never) => void;
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

export class ThreadLink {
  readonly #port: Port;
  readonly #options: LinkOptions;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #end: FingerpostError | undefined;

  constructor(port: Port, options: LinkOptions) {
    this.#port = port;
    this.#options = options;
    port.on('message', (message) => this.#receive(message as Parcel));
  }

  /** Rejects with what the other side threw, or when the other side is gone. */
  ask<T>(what: string, payload: unknown): Promise<T> {
    if (this.#end) return Promise.reject(this.#end);
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: never) => void, reject });
      this.#port.postMessage({ kind: 'ask', id, what, payload } satisfies Parcel);
    });
  }

  tell(payload: unknown): void {
    this.#port.postMessage({ kind: 'event', payload } satisfies Parcel);
  }

  /** The other side is gone: whoever waits for it is told. */
  close(because: string): void {
    this.#end = new FingerpostError('WORKER_DIED', because);
    for (const { reject } of this.#waiting.values()) reject(this.#end);
    this.#waiting.clear();
  }

  #receive(parcel: Parcel): void {
    switch (parcel.kind) {
      case 'ask':
        void this.#answer(parcel.id, parcel.what, parcel.payload);
        return;
      case 'event':
        this.#options.onEvent?.(parcel.payload as never);
        return;
      case 'answer':
        this.#take(parcel.id)?.resolve(parcel.value as never);
        return;
      case 'failure':
        this.#take(parcel.id)?.reject(revive(parcel.failure));
    }
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  async #answer(id: number, what: string, payload: unknown): Promise<void> {
    try {
      const value = await this.#options.handlers[what]?.(payload as never);
      this.#port.postMessage({ kind: 'answer', id, value } satisfies Parcel);
    } catch (error) {
      this.#port.postMessage({ kind: 'failure', id, failure: failureOf(error) } satisfies Parcel);
    }
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof FingerpostError) {
    return { code: error.code, message: error.message, context: error.context };
  }
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

function revive({ code, message, context }: Failure): Error {
  return code ? new FingerpostError(code, message, context) : new Error(message);
}
