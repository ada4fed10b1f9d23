// What every app is built from, with or without listeners.
import type { EventHub } from './base/events.ts';
import type { Endpoint } from './base/ip.ts';
import type { Settings } from './config/settings.ts';

export interface AppParts {
  readonly settings: Settings;
  /** Resolvers to ask. */
  readonly resolvers: readonly Endpoint[];
  readonly events: EventHub;
  /** Of this program. */
  readonly version: string;
}
