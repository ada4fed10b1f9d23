// The watch of a running server: its domains, and what is not as it should be.
import { Hono } from 'hono';
import type { ApiParts } from '../parts.ts';

/** `GET /`: `{ domains }`. */
export function watchRoutes(parts: Pick<ApiParts, 'watched'>): Hono {
  const app = new Hono();
  app.get('/', async (context) => context.json({ domains: await parts.watched() }));
  return app;
}
