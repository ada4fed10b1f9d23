// `fingerpost why MESSAGE`: all that happened to a message, and why.
import type { CommandSpec } from '../call.ts';
import { EXIT } from '../exit.ts';
import { tellStory } from '../story.ts';

export const why: CommandSpec = {
  name: 'why',
  operands: ['<message>'],
  summary: 'tell what happened to a message, by our id or its Message-ID',
  perform: async (call) => {
    const messages = await call.server().messages(call.operand(0));
    const code = messages.length > 0 ? EXIT.ok : EXIT.no;
    if (call.printedJson({ messages })) return code;
    const now = call.around.clock.now();
    if (messages.length === 0) call.print('there is no such message, or it was forgotten\n');
    call.print(messages.map((history) => tellStory(history, now, call.style)).join('\n'));
    return code;
  },
};
