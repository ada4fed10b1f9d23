// Whether the server does its work, and what it has done: for people, for watchers, for Prometheus.
import { Hono } from 'hono';
import { countEvents, METRICS_TYPE } from '../metrics.ts';
import type { ApiParts } from '../parts.ts';

/** `GET /health` (503 in trouble) and `GET /metrics`. */
export function healthRoutes(parts: Pick<ApiParts, 'events' | 'health' | 'gauges'>): Hono {
  const printMetrics = countEvents(parts.events);
  const app = new Hono();
  app.get('/health', async (context) => {
    const health = await parts.health();
    return context.json(health, health.troubles.length === 0 ? 200 : 503);
  });
  app.get('/metrics', (context) =>
    context.body(`${printMetrics()}${parts.gauges?.() ?? ''}`, 200, {
      'content-type': METRICS_TYPE,
    }),
  );
  return app;
}
