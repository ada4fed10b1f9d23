// What strace saw, as a list of calls in order: when each began, when it was over, on what, with
// what. `strace -f -yy` names the file or the connection behind each descriptor.

const TRACED = [
  ...['read', 'readv', 'recvfrom', 'recvmsg', 'write', 'writev', 'sendto', 'sendmsg'],
  ...['pwrite64', 'pwritev', 'fsync', 'fdatasync', 'rename', 'link'],
];

/** What strace is told to show. A page of SQLite is shown whole, a body in part. */
export const TRACE_OPTIONS = [
  ...['-f', '-yy', '-s', '4200'],
  ...['-e', 'signal=none', '-e', `trace=${TRACED}`],
];

export interface SystemCall {
  readonly name: string;
  /** The path, or `TCP:[here->there]`; empty for a call on no descriptor. */
  readonly on: string;
  readonly args: string;
  readonly result: number;
  /** Line numbers: it began after all that was over on earlier lines. */
  readonly begin: number;
  readonly end: number;
}

interface Begun {
  readonly text: string;
  readonly line: number;
}

const WHOLE = /^(\d+) +(\w+\(.*)$/;
const RESUMED = /^(\d+) +<\.\.\. \w+ resumed>(.*)$/;
const UNFINISHED = ' <unfinished ...>';

export function readTrace(text: string): readonly SystemCall[] {
  const calls: SystemCall[] = [];
  const begun = new Map<string, Begun>();
  for (const [line, each] of text.split('\n').entries()) {
    const [, resumedBy = '', rest = ''] = RESUMED.exec(each) ?? [];
    const [, thread = '', call = ''] = WHOLE.exec(each) ?? [];
    const before = begun.get(resumedBy);
    if (before) {
      begun.delete(resumedBy);
      calls.push(...callOf(before.text + rest, before.line, line));
    } else if (call.endsWith(UNFINISHED)) {
      begun.set(thread, { text: call.slice(0, -UNFINISHED.length), line });
    } else calls.push(...callOf(call, line, line));
  }
  return calls;
}

/** The call of a line; none for a call that never returned. */
function callOf(text: string, begin: number, end: number): readonly SystemCall[] {
  const [, name, args, result] = /^(\w+)\((.*)\)\s+= (-?\d+)/.exec(text) ?? [];
  if (name === undefined || args === undefined) return [];
  const [, connection, path] = /^\d+<(?:(TCP[^\]]*\])|([^>]*))>/.exec(args) ?? [];
  return [{ name, args, on: connection ?? path ?? '', result: Number(result), begin, end }];
}

const READS: ReadonlySet<string> = new Set(['read', 'readv', 'recvfrom', 'recvmsg']);
const SYNCS: ReadonlySet<string> = new Set(['fsync', 'fdatasync']);

/** A reply that says that a message is kept, and what came before it. */
export interface Promised {
  readonly id: string;
  /**
   * The spool's log was written with the message's id and synced, all after its last bytes came.
   */
  readonly isSynced: boolean;
}

/** The `250 … queued as` replies. The client says nothing between the dot and the reply. */
export function promisesIn(calls: readonly SystemCall[]): readonly Promised[] {
  return calls.flatMap((reply) => {
    const id = /"250 2\.0\.0 Ok: queued as ([\w-]+)/.exec(reply.args)?.[1];
    if (id === undefined || !reply.on.startsWith('TCP')) return [];
    const before = calls.filter(({ end }) => end < reply.begin);
    const lastBytes = before.findLast(
      ({ name, on, result }) => on === reply.on && READS.has(name) && result > 0,
    );
    const since = before.filter(({ begin }) => begin > (lastBytes?.end ?? Number.NaN));
    const log = since.filter(({ on }) => on.endsWith('.db-wal'));
    const written = log.find(({ name, args }) => name.startsWith('pwrite') && args.includes(id));
    const isSynced = log.some(
      ({ name, begin, result }) =>
        SYNCS.has(name) && result === 0 && written !== undefined && begin > written.end,
    );
    return [{ id, isSynced }];
  });
}

/** Was the file synced, then moved to where a mail reader finds it, then the folder synced? */
export function isKeptInMaildir(calls: readonly SystemCall[], file: string): boolean {
  const isSync = ({ name, result }: SystemCall): boolean => SYNCS.has(name) && result === 0;
  const content = calls.find((call) => isSync(call) && call.on.endsWith(`/tmp/${file}`));
  const move = calls.find(({ name, args }) => /^(rename|link)/.test(name) && args.includes(file));
  const folder = calls.find(
    (call) => isSync(call) && call.on.endsWith('/new') && call.begin > (move?.end ?? Number.NaN),
  );
  return content !== undefined && folder !== undefined && content.end < (move?.begin ?? 0);
}
