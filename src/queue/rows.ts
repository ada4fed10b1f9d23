// Rows of the spool as values of the queue.
import { instantAt } from '../base/time.ts';
import type { Row, Value } from '../storage/storage.ts';
import {
  type LeasedMessage,
  type MessageId,
  type Origin,
  RECIPIENT_STATES,
  type Recipient,
  type RecipientState,
} from './message.ts';

/** What a row of `messages` says, but for its recipients. */
export interface MessageRow extends Omit<LeasedMessage, 'recipients' | 'body'> {
  readonly seq: number;
  readonly crashes: number;
}

/** A column that the schema keeps free of NULL, as the number that it is. */
export const numberIn = (row: Row | undefined, column: string): number => Number(row?.[column]);

const optionalText = (value: Value | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

export function messageFrom(row: Row): MessageRow {
  const messageIdField = optionalText(row.message_id_field);
  return {
    seq: numberIn(row, 'seq'),
    id: String(row.id) as MessageId,
    sender: String(row.sender),
    receivedAt: instantAt(numberIn(row, 'received_at')),
    sizeBytes: numberIn(row, 'size_bytes'),
    eightBit: row.eight_bit === 1,
    ...(messageIdField === undefined ? {} : { messageIdField }),
    origin: JSON.parse(String(row.origin)) as Origin,
    crashes: numberIn(row, 'crashes'),
  };
}

export function recipientFrom(row: Row): Recipient {
  const lastReason = optionalText(row.last_reason);
  return {
    number: numberIn(row, 'number'),
    address: String(row.address),
    domain: String(row.domain),
    state: RECIPIENT_STATES[numberIn(row, 'state')] as RecipientState,
    attempts: numberIn(row, 'attempts'),
    nextAttemptAt: instantAt(numberIn(row, 'next_attempt_at')),
    ...(lastReason === undefined ? {} : { lastReason }),
    delayReported: row.delay_reported === 1,
  };
}
