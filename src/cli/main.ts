// What the shell starts: gives the command line the real world, and the shell the exit code.
import { hostname } from 'node:os';
import { onSignals, systemChance, systemClock } from '../system.ts';
import { diskFiles, packageVersion, readAll } from './files.ts';
import { run } from './program.ts';
import { progressLine } from './progress.ts';
import { wantsColour } from './style.ts';

// Whoever reads our output may stop reading, as `head` does: that is no error.
process.stdout.on('error', () => process.exit());

process.exitCode = await run(process.argv.slice(2), {
  out: { write: (text) => void process.stdout.write(text) },
  err: { write: (text) => void process.stderr.write(text) },
  progress: progressLine({ write: (text) => void process.stderr.write(text) }, () =>
    process.stderr.isTTY ? process.stderr.columns : undefined,
  ),
  colour: wantsColour(process.stdout.isTTY === true, process.env),
  env: process.env,
  cwd: process.cwd(),
  machineName: hostname(),
  version: packageVersion(),
  clock: systemClock,
  chance: systemChance,
  files: diskFiles,
  readInput: async () => (process.stdin.isTTY ? undefined : readAll(process.stdin)),
  // Loaded only when it is needed: most commands only ask a server that runs already.
  createApp: async (settings, { listeners }) =>
    (await import('../app.ts')).createApp(settings, { listeners, version: packageVersion() }),
  onSignals,
  exit: (code) => process.exit(code),
});
