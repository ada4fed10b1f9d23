// Builds the parts from the settings, and nothing else: a server, or, for commands that need none,
// an app without listeners. Both are asked by the same API.
import { EventHub } from './base/events.ts';
import { readResolvConf } from './config/resolv-conf-text.ts';
import type { Settings } from './config/settings.ts';
import { parseResolvConf } from './resolver/resolv-conf.ts';

export interface App {
  start(): Promise<void>;
  stop(): Promise<void>;
  fetch(request: Request): Promise<Response>;
  readonly events: EventHub;
}

export interface AppOptions {
  /** False: nothing listens, nothing is kept. */
  readonly listeners: boolean;
  /** Of this program, for observations. */
  readonly version: string;
}

export async function createApp(settings: Settings, options: AppOptions): Promise<App> {
  const { listeners, version } = options;
  const events = new EventHub();
  const resolvers = settings.resolver.servers ?? parseResolvConf(readResolvConf());
  // Only the one that is needed is loaded: a command should not wait for a server's parts.
  if (listeners) {
    const { Server } = await import('./server.ts');
    return new Server({ settings, resolvers, events, version });
  }
  const { withoutServer } = await import('./without-server.ts');
  const api = withoutServer({ settings, resolvers, events, version });
  return { events, fetch: api.fetch, start: async () => {}, stop: async () => {} };
}
