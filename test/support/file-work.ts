// Knows whether work on files is under way in this process, so that a false clock can let it end:
// it runs beside the program, and no timer and no promise tells when.
import { createHook } from 'node:async_hooks';

const underWay = new Set<number>();

createHook({
  trackPromises: false,
  init(id, type) {
    if (type.startsWith('FSREQ') || type === 'FILEHANDLECLOSEREQ') underWay.add(id);
  },
  after(id) {
    underWay.delete(id);
  },
}).enable();

/** Is any request of `node:fs` unanswered at this moment? */
export const isWorkingOnFiles = (): boolean => underWay.size > 0;
