// `fingerpost queue list`: the messages that are not done, oldest first.
import { type KeptMessage, RECIPIENT_STATES, type RecipientState } from '../../api/types.ts';
import { FingerpostError } from '../../base/errors.ts';
import { showOctets } from '../../base/show.ts';
import { between, type Instant, printDuration } from '../../base/time.ts';
import type { Call, CommandSpec } from '../call.ts';
import { EXIT } from '../exit.ts';
import { columns, counted, printAddress, printFromNow, printSize } from '../words.ts';

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1_000;

function stateOf(text: string): RecipientState {
  const state = RECIPIENT_STATES.find((each) => each === text);
  if (state !== undefined) return state;
  throw new FingerpostError('USAGE', `a state is one of ${RECIPIENT_STATES.join(', ')}`);
}

function limitOf(text: string | undefined): number {
  const limit = Number(text ?? LIMIT_DEFAULT);
  if (Number.isInteger(limit) && limit >= 1 && limit <= LIMIT_MAX) return limit;
  throw new FingerpostError('USAGE', `--limit is a whole number from 1 to ${LIMIT_MAX}`);
}

/** A line for the message, one for each recipient. */
function rowsOf(message: KeptMessage, now: Instant): readonly (readonly string[])[] {
  const age = printDuration(between(message.receivedAt, now));
  const head = [message.id, age, printSize(message.sizeBytes), printAddress(message.sender)];
  const recipients = message.recipients.map((recipient) => {
    const next = recipient.state === 'waiting' ? printFromNow(recipient.nextAttemptAt, now) : '';
    const reason = showOctets(recipient.lastReason ?? '');
    return ['', recipient.state, next, `→ ${printAddress(recipient.address)}`, reason];
  });
  return [head, ...recipients];
}

function print(call: Call, messages: readonly KeptMessage[], limit: number): void {
  const now = call.around.clock.now();
  call.print(columns(messages.flatMap((message) => rowsOf(message, now))));
  call.print(`${counted(messages.length, 'message')}\n`);
  const last = messages.at(-1);
  if (messages.length === limit && last) call.print(`perhaps more: --after ${last.id}\n`);
}

export const queueList: CommandSpec = {
  name: 'queue list',
  summary: 'list the messages that are not done, oldest first',
  options: [
    {
      flags: '--state <state...>',
      about: `only recipients that are ${RECIPIENT_STATES.join(', ')}`,
    },
    { flags: '--limit <count>', about: `at most so many messages (${LIMIT_DEFAULT})` },
    { flags: '--after <id>', about: 'only messages after this one' },
  ],
  perform: async (call) => {
    const states = call.texts('state').map(stateOf);
    const limit = limitOf(call.text('limit'));
    const after = call.text('after');
    const messages = await call.server().queue({
      limit,
      ...(states.length > 0 && { states }),
      ...(after !== undefined && { after }),
    });
    if (call.printedJson({ messages })) return EXIT.ok;
    if (messages.length === 0) call.print('there are none\n');
    else print(call, messages, limit);
    return EXIT.ok;
  },
};
