// How much a disk can still take, for those who must refuse mail before it is full.
import { statfs } from 'node:fs/promises';

/** Free bytes of the file system that holds `path`, for a user who is not root. */
export async function freeDiskBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}
