// `fingerpost test ADDRESS`: sends a signed probe to every address of every exchange, and one the
// normal way, and looks for them in the mailbox. Exit: 0 all is well, 1 some are missing, 2 none
// was taken, 3 there was no way to test.
import { resolve } from 'node:path';
import type { Client } from '../../api/client.ts';
import type { RoundTrip, TestRequest } from '../../api/types.ts';
import { FingerpostError } from '../../base/errors.ts';
import { hours, seconds } from '../../base/time.ts';
import { parseDuration } from '../../config/units.ts';
import type { Call, CommandSpec } from '../call.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { printProgress, printRoundTrip } from '../round-trip-text.ts';

const WAIT = '60s';
const WAIT_MIN = seconds(1);
const WAIT_MAX = hours(1);

function waitOf(call: Call): number {
  const wait = parseDuration(call.text('wait') ?? WAIT);
  if (wait !== undefined && wait >= WAIT_MIN && wait <= WAIT_MAX) return wait;
  throw new FingerpostError('USAGE', '--wait is a time from 1s to 1h, such as 60s or 10min');
}

function requestOf(call: Call): TestRequest {
  const from = call.text('from');
  const maildir = call.text('maildir');
  return {
    address: call.operand(0),
    waitMs: waitOf(call),
    ...(from === undefined ? {} : { from }),
    ...(maildir === undefined ? {} : { maildir: resolve(call.around.cwd, maildir) }),
    ...(call.isSet('clean') ? { clean: true } : {}),
  };
}

async function tested(client: Client, call: Call): Promise<RoundTrip> {
  const line = call.around.progress;
  try {
    return await client.test(requestOf(call), (progress) => line.show(printProgress(progress)));
  } finally {
    line.clear();
  }
}

function exitOf({ paths, watched, untestable }: RoundTrip): ExitCode {
  if (untestable !== undefined) return EXIT.untestable;
  const aim = watched.length > 0 ? ['arrived'] : ['arrived', 'accepted'];
  if (paths.every(({ state }) => aim.includes(state))) return EXIT.ok;
  const isDead = paths.every(({ state }) => state === 'refused' || state === 'unreachable');
  return isDead ? EXIT.error : EXIT.no;
}

export const test: CommandSpec = {
  name: 'test',
  operands: ['<address>'],
  summary: 'send a probe to every exchange and address, and see each arrive',
  options: [
    { flags: '--from <address>', about: 'the sender (default: nobody, so that nothing bounces)' },
    { flags: '--wait <time>', about: 'how long to wait for all of it (default: 60s)' },
    { flags: '--maildir <folder>', about: 'the Maildir in which probes arrive' },
    { flags: '--clean', about: 'take the probes out of the Maildir when they were seen' },
  ],
  perform: async (call) => {
    const trip = await call.askOwn((client) => tested(client, call));
    if (!call.printedJson(trip)) call.print(printRoundTrip(trip, call.style));
    return exitOf(trip);
  },
};
