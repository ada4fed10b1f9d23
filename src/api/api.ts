// The API: one function shaped like fetch that answers every request about this server. The TCP
// listener, the Unix socket and commands without a server all ask this one function.
import { Hono } from 'hono';
import type { ApiParts } from './parts.ts';
import { problem, problemOf } from './problem.ts';
import { healthRoutes } from './routes/health.ts';
import { messageRoutes } from './routes/messages.ts';
import { observationRoutes } from './routes/observations.ts';
import { queueRoutes } from './routes/queue.ts';
import { routeRoutes } from './routes/route.ts';
import { testRoutes } from './routes/tests.ts';
import { watchRoutes } from './routes/watches.ts';
import { zoneRoutes } from './routes/zones.ts';

export interface Api {
  fetch(request: Request): Promise<Response>;
}

/** Every refusal and every failure is a problem document; nothing is thrown. */
export function createApi(parts: ApiParts): Api {
  const app = new Hono();
  app.route('/', healthRoutes(parts));
  app.route('/api/v1/queue', queueRoutes(parts));
  app.route('/api/v1/messages', messageRoutes(parts));
  app.route('/api/v1/route', routeRoutes(parts));
  app.route('/api/v1/zones', zoneRoutes(parts));
  app.route('/api/v1/watches', watchRoutes(parts));
  app.route('/api/v1/observations', observationRoutes(parts));
  app.route('/api/v1/tests', testRoutes(parts));
  app.notFound(({ req }) => problem(404, `there is no ${req.method} ${req.path}`));
  app.onError((error) => problemOf(error));
  return { fetch: async (request) => app.fetch(request) };
}
