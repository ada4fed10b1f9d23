// `fingerpost serve`: runs the server until it is told to stop.
import { createClient } from '../../api/client.ts';
import { reasonOf } from '../../base/errors.ts';
import type { Call, CommandSpec } from '../call.ts';
import { EXIT } from '../exit.ts';
import { printEvent } from '../log.ts';
import type { OwnApp } from '../surroundings.ts';

function log(call: Call, app: OwnApp): void {
  const { clock, err } = call.around;
  // Events come in batches; so do the lines, since each write is a call of the system.
  let lines = '';
  const flush = (): void => {
    err.write(lines);
    lines = '';
  };
  app.events.listen((event) => {
    if (lines === '') queueMicrotask(flush);
    lines += printEvent(event, clock.now(), call.json);
  });
}

/** Resolves at the first request to stop. SIGHUP reads the zones again meanwhile. */
function untilStopped(call: Call, app: OwnApp): Promise<void> {
  const client = createClient((request) => app.fetch(request));
  const { err, exit, onSignals } = call.around;
  const reload = (): void => {
    client.reloadZones().catch((error) => err.write(`zones were not read: ${reasonOf(error)}\n`));
  };
  return new Promise((resolve) => {
    onSignals({ stop: resolve, hurry: () => exit(EXIT.error), reload });
  });
}

export const serve: CommandSpec = {
  name: 'serve',
  summary: 'run the server in the foreground; SIGHUP reads zones again, SIGTERM stops it',
  perform: async (call) => {
    const settings = call.settings();
    const app = await call.around.createApp(settings, { listeners: true });
    log(call, app);
    const now = call.around.clock.now();
    for (const text of settings.notices) {
      call.around.err.write(printEvent({ kind: 'server.notice', text }, now, call.json));
    }
    const stopped = untilStopped(call, app);
    await app.start();
    await stopped;
    await app.stop();
    return EXIT.ok;
  },
};
