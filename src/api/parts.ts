// What the API needs of the server around it. `app.ts` builds these; tests invent them.
import type { EventHub } from '../base/events.ts';
import type { Observation } from '../checks/observation.ts';
import type { QueueReader } from '../queue/store.ts';
import type {
  Health,
  ObservationProgress,
  ObservationRequest,
  RoundTrip,
  RouteExplanation,
  Submission,
  Submitted,
  TestProgress,
  TestRequest,
  WatchedDomain,
  ZonesReloaded,
} from './types.ts';

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
  /** Rejects with `USAGE` for what is no domain name. */
  observe(
    request: ObservationRequest,
    progress: (progress: ObservationProgress) => void,
  ): Promise<Observation>;
  /** Rejects with `USAGE` for what is no address, and for a Maildir that cannot be read. */
  roundTrip(request: TestRequest, progress: (progress: TestProgress) => void): Promise<RoundTrip>;
  /** What is watched; empty where nothing is. */
  watched(): Promise<readonly WatchedDomain[]>;
  /** What is seen now, as Prometheus reads it; absent where nothing is watched. */
  gauges?(): string;
  health(): Health | Promise<Health>;
}
