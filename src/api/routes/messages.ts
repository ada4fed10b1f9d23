// Messages: one with its whole history, and a new one handed in.
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ApiParts } from '../parts.ts';
import { problem } from '../problem.ts';
import type { MessageHistory, Submission } from '../types.ts';

const MESSAGE_TYPE = 'message/rfc822';
/** RFC 5321 §4.5.3.1.8 asks for at least 100; a command never needs more than this. */
const RECIPIENTS_MAX = 1_000;
/** A Message-ID many messages share shows the first of them. */
const SAME_ID_MAX = 20;

async function historiesOf(
  queue: ApiParts['queue'],
  idOrField: string,
): Promise<readonly MessageHistory[]> {
  const found = (await queue.find(idOrField)).slice(0, SAME_ID_MAX);
  return Promise.all(
    found.map(async (message) => ({ message, ledger: await queue.ledger(message.id) })),
  );
}

/** The envelope stands in the query string: `from` once, `to` for each recipient. */
function envelopeOf(url: URL): Omit<Submission, 'message'> | string {
  const sender = url.searchParams.get('from');
  const recipients = [...new Set(url.searchParams.getAll('to'))];
  const via = url.searchParams.get('via');
  if (sender === null) return 'from is missing: write from= for the null sender';
  if (recipients.length === 0) return 'to is missing: name at least one recipient';
  if (recipients.length > RECIPIENTS_MAX) return `there may be ${RECIPIENTS_MAX} recipients`;
  return { sender, recipients, ...(via !== null && { via }) };
}

/**
 * `GET /:id` by our id or by Message-ID (`{ messages }`, several may share one);
 * `POST /?from=A&to=B&to=C` with the message as its body: 201 `{ id }`, or 422 with the `reply`.
 */
export function messageRoutes(parts: Pick<ApiParts, 'queue' | 'submit' | 'messageBytesMax'>): Hono {
  const app = new Hono();
  app.get('/:id', async (context) => {
    const id = context.req.param('id').replace(/^<(.*)>$/, '$1');
    const messages = await historiesOf(parts.queue, id);
    return messages.length > 0
      ? context.json({ messages })
      : problem(404, 'there is no message with this id, or it was forgotten');
  });
  const tooLarge = () => problem(413, `a message may have ${parts.messageBytesMax} bytes`);
  app.post(
    '/',
    bodyLimit({ maxSize: parts.messageBytesMax, onError: tooLarge }),
    async (context) => {
      const type = context.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
      if (type !== MESSAGE_TYPE) return problem(415, `the body must be ${MESSAGE_TYPE}`);
      const envelope = envelopeOf(new URL(context.req.url));
      if (typeof envelope === 'string') return problem(400, envelope, { code: 'USAGE' });
      const message = new Uint8Array(await context.req.arrayBuffer());
      const submitted = await parts.submit({ ...envelope, message });
      if ('id' in submitted) {
        return context.json(submitted, 201, { location: `/api/v1/messages/${submitted.id}` });
      }
      const { reply } = submitted;
      if (reply.code < 400) return context.json(submitted, 200);
      return problem(422, 'the message was refused', { reply });
    },
  );
  return app;
}
