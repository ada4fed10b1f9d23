// The id that names a message everywhere: in the ledger, in logs, in our Received field. Ids of one
// lane sort by the time at which they were made; 40 bits of chance keep those of one millisecond
// apart.
import type { Chance } from '../base/random.ts';
import type { Instant } from '../base/time.ts';
import type { MessageId } from './message.ts';

// In ASCII order, and without i, l, o and u, which are misread or make words.
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';
/** Enough for the milliseconds until the year 3084. */
const TIME_DIGITS = 9;
const CHANCE_BYTES = 8;

/** A new id; two lanes never make the same. */
export function newMessageId(lane: number, now: Instant, chance: Chance): MessageId {
  let time = '';
  for (let rest = now as number; time.length < TIME_DIGITS; rest = Math.floor(rest / 32)) {
    time = `${DIGITS[rest % 32]}${time}`;
  }
  const random = Array.from(chance.bytes(CHANCE_BYTES), (byte) => DIGITS[byte & 31]).join('');
  return `${lane}-${time}${random}` as MessageId;
}
