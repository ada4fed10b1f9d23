// `fingerpost queue show ID`: one message and where each of its recipients stands.
import type { KeptMessage } from '../../api/types.ts';
import { showOctets, showText } from '../../base/show.ts';
import type { Instant } from '../../base/time.ts';
import type { CommandSpec } from '../call.ts';
import { EXIT } from '../exit.ts';
import { columns, counted, printAddress, printFromNow, printSize, printTime } from '../words.ts';

function printMessage(message: KeptMessage, now: Instant): string {
  const facts = [
    ['message', message.id],
    ['from', printAddress(message.sender)],
    ['received', `${printTime(message.receivedAt)}, ${printFromNow(message.receivedAt, now)}`],
    ['size', printSize(message.sizeBytes)],
    ...(message.messageIdField ? [['Message-ID', `<${showText(message.messageIdField)}>`]] : []),
    ...(message.crashes > 0 ? [['crashes', `${message.crashes} while it was in attempt`]] : []),
  ];
  const recipients = message.recipients.map((recipient) => [
    `  → ${printAddress(recipient.address)}`,
    recipient.state,
    counted(recipient.attempts, 'attempt'),
    recipient.state === 'waiting' ? `next ${printFromNow(recipient.nextAttemptAt, now)}` : '',
    showOctets(recipient.lastReason ?? ''),
  ]);
  return `${columns(facts)}${columns(recipients)}`;
}

export const queueShow: CommandSpec = {
  name: 'queue show',
  operands: ['<id>'],
  summary: 'show one message and where each recipient stands',
  perform: async (call) => {
    const histories = await call.server().messages(call.operand(0));
    const messages = histories.map(({ message }) => message);
    const code = messages.length > 0 ? EXIT.ok : EXIT.no;
    if (call.printedJson({ messages })) return code;
    const now = call.around.clock.now();
    if (messages.length === 0) call.print('there is no such message, or it was forgotten\n');
    call.print(messages.map((message) => printMessage(message, now)).join('\n'));
    return code;
  },
};
