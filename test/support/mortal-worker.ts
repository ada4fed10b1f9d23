// A thread for tests: it says what it was told, and dies when it is asked to.
import { parentPort, workerData } from 'node:worker_threads';
import { FingerpostError } from '../../src/base/errors.ts';
import { ThreadLink } from '../../src/threads/link.ts';

if (parentPort) {
  const said: unknown[] = [];
  const link = new ThreadLink(parentPort, {
    handlers: {
      start: () => {
        if (workerData === 'refuse')
          throw new FingerpostError('LISTEN_FAILED', 'taken', { port: 1 });
        link.tell([{ kind: 'server.notice', text: 'begun' }]);
      },
      say: (word: string) => said.push(word),
      told: () => ({ data: workerData, said }),
      die: () => {
        setImmediate(() => {
          throw new Error('struck by lightning');
        });
        return new Promise(() => {});
      },
      stop: () => {},
    },
  });
}
