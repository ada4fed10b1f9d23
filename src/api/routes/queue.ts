// The queue as a list: what waits, and where it stands.
import { Hono } from 'hono';
import type { MessageId, RecipientState } from '../../queue/message.ts';
import type { ListQuery } from '../../queue/store.ts';
import type { ApiParts } from '../parts.ts';
import { problem } from '../problem.ts';
import { RECIPIENT_STATES } from '../types.ts';

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1_000;

const isState = (text: string): text is RecipientState =>
  (RECIPIENT_STATES as readonly string[]).includes(text);

/** What the query string asks for, or a sentence that says what is wrong with it. */
function listQuery(query: Readonly<Record<string, string>>): ListQuery | string {
  const limit = query.limit === undefined ? LIMIT_DEFAULT : Number(query.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX) {
    return `limit must be a whole number from 1 to ${LIMIT_MAX}`;
  }
  const states = query.states?.split(',') ?? [];
  if (!states.every(isState)) return `states are ${RECIPIENT_STATES.join(', ')}`;
  const after = query.after as MessageId | undefined;
  return {
    limit,
    ...(states.length > 0 && { states }),
    ...(after !== undefined && { after }),
  };
}

/** `GET /?states=waiting,held&limit=100&after=ID`: `{ messages }`, oldest first. */
export function queueRoutes({ queue }: Pick<ApiParts, 'queue'>): Hono {
  const app = new Hono();
  app.get('/', async (context) => {
    const query = listQuery(context.req.query());
    if (typeof query === 'string') return problem(400, query, { code: 'USAGE' });
    return context.json({ messages: await queue.list(query) });
  });
  return app;
}
