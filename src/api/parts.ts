// What the API needs of the server around it. `app.ts` builds these; tests invent them.
import type { EventHub } from '../base/events.ts';
import type { QueueReader } from '../queue/store.ts';
import type { Health, RouteExplanation, Submission, Submitted, ZonesReloaded } from './types.ts';

export interface ApiParts {
  readonly queue: QueueReader;
  /** What happens; the counters of `/metrics` are made of it. */
  readonly events: Pick<EventHub, 'listen'>;
  /** The largest message that `submit` is given. */
  readonly messageBytesMax: number;
  /** Rejects with `USAGE` for what is no address. */
  explain(address: string): Promise<RouteExplanation>;
  /** Rejects with `USAGE` for what is no address. */
  submit(submission: Submission): Promise<Submitted>;
  reloadZones(): Promise<ZonesReloaded>;
  health(): Health | Promise<Health>;
}
