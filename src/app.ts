// Builds the parts from the settings, and nothing else: a server, or, for commands that need none,
// an app without listeners. Both are asked by the same API.
import { EventHub } from './base/events.ts';
import { readResolvConf } from './config/resolv-conf-text.ts';
import type { Settings } from './config/settings.ts';
import { parseResolvConf } from './resolver/resolv-conf.ts';
import { Server } from './server.ts';
import { withoutServer } from './without-server.ts';

export interface App {
  start(): Promise<void>;
  stop(): Promise<void>;
  fetch(request: Request): Promise<Response>;
  readonly events: EventHub;
}

export interface AppOptions {
  /** False: nothing listens, nothing is kept. */
  readonly listeners: boolean;
}

export async function createApp(settings: Settings, { listeners }: AppOptions): Promise<App> {
  const events = new EventHub();
  const resolvers = settings.resolver.servers ?? parseResolvConf(readResolvConf());
  if (listeners) return new Server(settings, resolvers, events);
  const api = withoutServer(settings, resolvers, events);
  return { events, fetch: api.fetch, start: async () => {}, stop: async () => {} };
}
