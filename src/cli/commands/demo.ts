// `fingerpost demo`: an invented world on this machine, in which a message is followed from sender
// to mailbox. It needs no configuration, no right and no network, and removes what it wrote.
import { join } from 'node:path';
import { parseSettings } from '../../config/load.ts';
import type { Call, CommandSpec } from '../call.ts';
import { Actor } from '../demo/stage.ts';
import { type Cast, play } from '../demo/story.ts';
import { ADDRESS, DNS_PORT, PARTS, SUBMISSION_PORT, ZONE_FILE, ZONE_TEXT } from '../demo/world.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { filesIn, makeTemporaryFolder, removeFolder, writeText } from '../files.ts';

function writeWorld(folder: string): void {
  writeText(join(folder, ZONE_FILE), ZONE_TEXT);
  for (const { file, text } of PARTS) writeText(join(folder, file), text);
}

function castFor(call: Call, folder: string): Cast {
  const actors = Object.fromEntries(
    PARTS.map(({ name, file, text }) => [
      name,
      new Actor(call.around, parseSettings(text, join(folder, file))),
    ]),
  ) as Cast['actors'];
  const delivered = (): number => filesIn(join(folder, 'mail', 'user', 'new')).length;
  return { actors, style: call.style, tell: (text) => call.print(text), delivered };
}

function opening(folder: string): string {
  return `An invented world on this machine: a nameserver, a sender, and two mail servers.

${ZONE_TEXT.replace(/^/gm, '    ').trimEnd()}

Its files are in ${folder}.
To keep the story short, a host that failed is probed again after one second instead of thirty.
`;
}

function invitation(folder: string): string {
  const server = `${ADDRESS.sender}:${SUBMISSION_PORT}`;
  return `
The world stays up until you press Ctrl-C. Try, in another terminal:

    dig @${ADDRESS.names} -p ${DNS_PORT} example.com MX
    swaks --server ${server} --from visitor@example.net --to user@example.com
    npm run --silent fingerpost -- route user@example.com -c ${join(folder, 'sender.yaml')}
    npm run --silent fingerpost -- queue list -c ${join(folder, 'backup.yaml')}
    ls ${join(folder, 'mail', 'user', 'new')}
`;
}

function untilStopped(call: Call): Promise<void> {
  const { exit, onSignals } = call.around;
  return new Promise((resolve) => {
    onSignals({ stop: resolve, hurry: () => exit(EXIT.error), reload: () => {} });
  });
}

async function perform(call: Call): Promise<ExitCode> {
  const folder = makeTemporaryFolder('fingerpost-demo-');
  const cast = castFor(call, folder);
  try {
    writeWorld(folder);
    call.print(opening(folder));
    for (const { name } of PARTS) await cast.actors[name].start();
    const seen = await play(cast);
    if (!call.isSet('once') && seen) {
      const stopped = untilStopped(call);
      call.print(invitation(folder));
      await stopped;
    }
    return seen ? EXIT.ok : EXIT.no;
  } finally {
    for (const { name } of PARTS) await cast.actors[name].stop();
    removeFolder(folder);
  }
}

export const demo: CommandSpec = {
  name: 'demo',
  summary: 'play mail, an outage and its end in an invented world on this machine',
  options: [{ flags: '--once', about: 'end after the story; 0 only when every step was seen' }],
  perform,
};
