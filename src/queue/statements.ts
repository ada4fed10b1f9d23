// The SQL of the queue, in one place so that a test can ask the planner about each: whatever runs
// for every message must find its rows by an index, however many wait.

const MESSAGE_COLUMNS =
  'seq, id, sender, received_at, size_bytes, eight_bit, message_id_field, origin, crashes';

const RECIPIENT_COLUMNS =
  'number, address, domain, state, attempts, next_attempt_at, last_reason, delay_reported';

/** For each message. */
export const HOT = {
  putMessage: `
    INSERT INTO messages
      (seq, id, sender, received_at, size_bytes, eight_bit, message_id_field, origin)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  putRecipient: `
    INSERT INTO recipients (message, number, address, domain, state, next_attempt_at)
    VALUES (?, ?, ?, ?, ?, ?)`,
  putPart: 'INSERT INTO bodies (place, bytes) VALUES (?, ?)',
  putUpload: 'INSERT OR IGNORE INTO uploads (seq, id) VALUES (?, ?)',
  forgetUpload: 'DELETE FROM uploads WHERE seq = ?',
  seqOf: 'SELECT seq FROM messages WHERE id = ?',
  settleRecipient: `
    UPDATE recipients SET state = ?3, attempts = attempts + ?4,
      next_attempt_at = coalesce(?5, next_attempt_at), last_reason = ?6,
      delay_reported = max(delay_reported, ?7)
    WHERE message = ?1 AND number = ?2 AND state < 3`,
  openLeft: 'SELECT 1 FROM recipients WHERE message = ? AND state < 3 LIMIT 1',
  addEntry: `
    INSERT INTO ledger (message, number, entry)
    VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM ledger WHERE message = ?1), ?2)`,
  addShared: `
    INSERT INTO shared (hash, used_at, json) VALUES (?1, ?2, ?3)
    ON CONFLICT (hash) DO UPDATE SET used_at = ?2 WHERE used_at < ?2 - 86400000`,
  dropParts: 'DELETE FROM bodies WHERE place >= ? AND place < ?',
  done: 'INSERT INTO done (at, message) VALUES (?, ?)',
  partOf: 'SELECT bytes FROM bodies WHERE place = ?',
  dueMessages: `
    SELECT DISTINCT message FROM (
      SELECT message FROM recipients WHERE state = 0 AND next_attempt_at <= ?
      ORDER BY next_attempt_at, message LIMIT ?)`,
  leaseRecipients: `
    UPDATE recipients SET state = 1
    WHERE message = ? AND state = 0 AND +next_attempt_at <= ?
    RETURNING ${RECIPIENT_COLUMNS}`,
  message: `SELECT ${MESSAGE_COLUMNS} FROM messages WHERE seq = ?`,
  nextDue: `
    SELECT next_attempt_at FROM recipients WHERE state = 0 ORDER BY next_attempt_at LIMIT 1`,
  wakeSlice: `
    UPDATE recipients SET next_attempt_at = ?2 WHERE (message, number) IN (
      SELECT message, number FROM recipients
      WHERE state = 0 AND domain = ?1 AND next_attempt_at > ?2 LIMIT ?3)`,
} as const;

/** At start, and now and then. */
export const UPKEEP = {
  lastSeq: `
    SELECT max(coalesce((SELECT max(seq) FROM messages), 0),
               coalesce((SELECT max(seq) FROM uploads), 0)) AS seq`,
  attempting: `
    SELECT message, number FROM recipients INDEXED BY open_recipients
    WHERE state < 3 AND state = 1 ORDER BY message, number`,
  crashed: 'UPDATE messages SET crashes = crashes + 1 WHERE seq = ? RETURNING crashes',
  release: `
    UPDATE recipients SET state = ?2, next_attempt_at = ?3
    WHERE message = ?1 AND state < 3 AND state = 1`,
  countWaiting: 'SELECT count(*) AS count FROM recipients WHERE state = 0',
  upload: 'SELECT seq FROM uploads ORDER BY seq LIMIT 1',
  dropPartsSlice: `
    DELETE FROM bodies WHERE place IN (
      SELECT place FROM bodies WHERE place >= ? AND place < ? LIMIT ?)`,
  doneBefore: 'SELECT at, message FROM done WHERE at < ? ORDER BY at, message LIMIT ?',
  forgetDone: 'DELETE FROM done WHERE at = ? AND message = ?',
  forgetLedger: 'DELETE FROM ledger WHERE message = ?',
  forgetRecipients: 'DELETE FROM recipients WHERE message = ?',
  forgetMessage: 'DELETE FROM messages WHERE seq = ?',
  oldestReceived: 'SELECT received_at FROM messages ORDER BY seq LIMIT 1',
  forgetShared: `
    DELETE FROM shared WHERE hash IN (
      SELECT hash FROM shared WHERE used_at < ? ORDER BY used_at LIMIT ?)`,
} as const;

/** For listings and `why`. */
export const READING = {
  listOpen: `
    SELECT DISTINCT message FROM recipients
    WHERE state < 3 AND message > ? AND state IN (SELECT value FROM json_each(?))
    ORDER BY message LIMIT ?`,
  listAny: `
    SELECT DISTINCT message FROM recipients
    WHERE message > ? AND state IN (SELECT value FROM json_each(?)) ORDER BY message LIMIT ?`,
  seqUpTo: 'SELECT seq FROM messages WHERE id <= ? ORDER BY id DESC LIMIT 1',
  message: HOT.message,
  recipients: `SELECT ${RECIPIENT_COLUMNS} FROM recipients WHERE message = ? ORDER BY number`,
  find: `
    SELECT seq FROM messages WHERE id = ?1
    UNION SELECT seq FROM messages WHERE message_id_field = ?1 ORDER BY seq LIMIT ?2`,
  messageOf: `SELECT ${MESSAGE_COLUMNS} FROM messages WHERE id = ?`,
  countRecipients: 'SELECT count(*) AS count FROM recipients WHERE message = ?',
  entries: 'SELECT entry FROM ledger WHERE message = ? ORDER BY number',
  shared: 'SELECT json FROM shared WHERE hash = ?',
} as const;
