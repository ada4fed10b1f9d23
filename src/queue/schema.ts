// The tables of a spool, `spool-N.db`. Steps are only ever added: a file of any earlier version
// opens.
//
//   messages    one row each, gone 7 days after its last recipient was done
//   recipients  where each one stands, under its message
//   bodies      parts of at most 256 KB; `place` is seq * 65,536 + index; gone when all are done
//   uploads     bodies whose message is not yet put; what is here after a crash is an orphan
//   ledger      what happened, in order, under its message
//   shared      big parts of ledger entries that many have in common, by the hash of their content
//   done        messages whose last recipient is done, since when
//
// `seq` is the order of arrival. Small rows lie beside each other by it, so that the work on young
// messages touches few pages whatever the size of the queue.
import { RECIPIENT_STATES, type RecipientState } from './message.ts';

/** A state as it is stored: by its place in the list, whose order therefore stays. */
export const stateNumber = (state: RecipientState): number => RECIPIENT_STATES.indexOf(state);

/** Parts that one body may have. */
export const PARTS_MAX = 65_536;

// `open_recipients` is all that a message delivered at once touches; the two `waiting_` ones are
// only for those that must wait, and answer lease, wake and the next time due from their ends.
const VERSION_1 = `
  CREATE TABLE messages (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    sender TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    eight_bit INTEGER NOT NULL,
    message_id_field TEXT,
    origin TEXT NOT NULL,
    crashes INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX messages_by_field ON messages (message_id_field)
    WHERE message_id_field IS NOT NULL;

  CREATE TABLE recipients (
    message INTEGER NOT NULL,
    number INTEGER NOT NULL,
    address TEXT NOT NULL,
    domain TEXT NOT NULL,
    state INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER NOT NULL,
    last_reason TEXT,
    delay_reported INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (message, number)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX open_recipients ON recipients (message, state) WHERE state < 3;
  CREATE INDEX waiting_by_time ON recipients (next_attempt_at) WHERE state = 0;
  CREATE INDEX waiting_by_domain ON recipients (domain, next_attempt_at) WHERE state = 0;

  CREATE TABLE bodies (place INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
  CREATE TABLE uploads (seq INTEGER PRIMARY KEY, id TEXT NOT NULL) STRICT;

  CREATE TABLE ledger (
    message INTEGER NOT NULL,
    number INTEGER NOT NULL,
    entry TEXT NOT NULL,
    PRIMARY KEY (message, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE shared (
    hash TEXT PRIMARY KEY,
    used_at INTEGER NOT NULL,
    json TEXT NOT NULL
  ) STRICT;
  CREATE INDEX shared_by_use ON shared (used_at);

  CREATE TABLE done (
    at INTEGER NOT NULL,
    message INTEGER NOT NULL,
    PRIMARY KEY (at, message)
  ) STRICT, WITHOUT ROWID;
`;

export const SPOOL_MIGRATIONS: readonly string[] = [VERSION_1];
