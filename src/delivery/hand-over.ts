// Gives one message to one server now, by SMTP, and brings back what it said: `fingerpost send
// --server`. Nothing is kept and nothing is tried again.
import { fromLatin1 } from '../base/bytes.ts';
import type { Endpoint } from '../base/ip.ts';
import { has8bit } from '../message/header.ts';
import { newMessageId } from '../queue/message-id.ts';
import { type Reply, reply } from '../smtp/reply.ts';
import { type ConversationOptions, Conversations, printEnding } from './conversations.ts';

export interface HandedOver {
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly message: Uint8Array;
}

/** The reply that decided; negative where the server could not be talked to. */
export async function handOver(
  options: Omit<ConversationOptions, 'readBodyPart'>,
  server: Endpoint,
  { sender, recipients, message }: HandedOver,
): Promise<Reply> {
  const conversations = new Conversations({ ...options, readBodyPart: async () => undefined });
  const target = {
    ...server,
    host: server.address,
    security: { kind: 'opportunistic' },
    because: 'named by the command',
  } as const;
  const { ending } = await conversations.converse(target, true, {
    id: newMessageId(0, options.clock.now(), options.chance),
    sender,
    recipients,
    sizeBytes: message.length,
    eightBit: has8bit(message),
    body: { kind: 'memory', bytes: message.length > 0 ? message : fromLatin1('\r\n') },
  });
  conversations.stop();
  if (ending.kind === 'refused') return ending.reply;
  if (ending.kind !== 'transaction') return reply(451, '4.4.2', printEnding(ending));
  const refused = ending.recipients.find((each) => each.reply.code >= 400)?.reply;
  return ending.final ?? ending.data ?? refused ?? ending.mail;
}
