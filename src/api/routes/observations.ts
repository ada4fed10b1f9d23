// Observations: a domain looked at from outside, now. The answer is a stream of lines, since it may
// take as long as the slowest mail host.
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { printObservation } from '../../checks/observation.ts';
import { streamOf } from '../line-stream.ts';
import type { ApiParts } from '../parts.ts';
import { problem } from '../problem.ts';
import type { ObservationProgress } from '../types.ts';

const REQUEST_BYTES_MAX = 65_536;

const observationRequest = z.strictObject({
  domain: z.string().min(1).max(1_000),
  purpose: z.enum(['check', 'drill']),
  selectors: z.array(z.string().max(255)).max(100).exactOptional(),
  probeRecipients: z.boolean().exactOptional(),
});

/** `POST /` with an `ObservationRequest`: lines of progress, then the observation as text. */
export function observationRoutes(parts: Pick<ApiParts, 'observe'>): Hono {
  const app = new Hono();
  const tooLarge = () => problem(413, `a request may have ${REQUEST_BYTES_MAX} bytes`);
  app.post('/', bodyLimit({ maxSize: REQUEST_BYTES_MAX, onError: tooLarge }), async (context) => {
    const body: unknown = await context.req.json().catch(() => undefined);
    const request = observationRequest.safeParse(body);
    if (!request.success) {
      return problem(400, z.prettifyError(request.error), { code: 'USAGE' });
    }
    return streamOf<ObservationProgress>(async (tell) =>
      printObservation(await parts.observe(request.data, tell)),
    );
  });
  return app;
}
