// Round trips: probes that are sent now, and looked for. The answer is a stream of lines, since it
// may take as long as the request says.
import { isAbsolute } from 'node:path';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { streamOf } from '../line-stream.ts';
import type { ApiParts } from '../parts.ts';
import { problem } from '../problem.ts';
import type { TestProgress } from '../types.ts';

const REQUEST_BYTES_MAX = 65_536;
const WAIT_MS_MIN = 1_000;
const WAIT_MS_MAX = 3_600_000;

const testRequest = z.strictObject({
  address: z.string().min(1).max(1_000),
  from: z.string().max(1_000).exactOptional(),
  waitMs: z.int().min(WAIT_MS_MIN).max(WAIT_MS_MAX),
  maildir: z.string().min(1).max(4_096).refine(isAbsolute, 'not an absolute path').exactOptional(),
  clean: z.boolean().exactOptional(),
});

/** `POST /` with a `TestRequest`: lines of progress, then the `RoundTrip`. */
export function testRoutes(parts: Pick<ApiParts, 'roundTrip'>): Hono {
  const app = new Hono();
  const tooLarge = () => problem(413, `a request may have ${REQUEST_BYTES_MAX} bytes`);
  app.post('/', bodyLimit({ maxSize: REQUEST_BYTES_MAX, onError: tooLarge }), async (context) => {
    const body: unknown = await context.req.json().catch(() => undefined);
    const request = testRequest.safeParse(body);
    if (!request.success) {
      return problem(400, z.prettifyError(request.error), { code: 'USAGE' });
    }
    return streamOf<TestProgress>(async (tell) =>
      JSON.stringify(await parts.roundTrip(request.data, tell)),
    );
  });
  return app;
}
