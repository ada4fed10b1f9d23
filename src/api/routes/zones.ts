// Zones: reading their files again.
import { Hono } from 'hono';
import type { ApiParts } from '../parts.ts';

/** `POST /reload`: what was loaded and what was refused. */
export function zoneRoutes(parts: Pick<ApiParts, 'reloadZones'>): Hono {
  const app = new Hono();
  app.post('/reload', async (context) => context.json(await parts.reloadZones()));
  return app;
}
