// Where mail for an address would go now, and why: the very route that a delivery would take.
import { Hono } from 'hono';
import type { ApiParts } from '../parts.ts';
import { problem } from '../problem.ts';

/**
 * RFC 5321 §4.5.3.1.3: a path has 256 octets at most; this leaves room for a long one to be named.
 */
const ADDRESS_CHARACTERS_MAX = 1_000;

/** `GET /?address=user@example.com`: the question and the route. */
export function routeRoutes(parts: Pick<ApiParts, 'explain'>): Hono {
  const app = new Hono();
  app.get('/', async (context) => {
    const address = context.req.query('address');
    if (address === undefined || address === '' || address.length > ADDRESS_CHARACTERS_MAX) {
      return problem(400, 'address must be a mail address', { code: 'USAGE' });
    }
    return context.json(await parts.explain(address));
  });
  return app;
}
