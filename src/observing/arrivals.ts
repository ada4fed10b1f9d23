// Watches Maildirs for mail that comes from now on. What was there before is never opened, files
// that move from new/ to cur/ are read once, only headers are read, and a look costs a few `stat`
// while nothing changes. Nothing in a mailbox is touched, unless `remove` is called.
import { constants } from 'node:fs';
import { open, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOf } from '../base/errors.ts';

/** A file that came, as far as its header may reach. */
export interface Letter {
  readonly file: string;
  readonly bytes: Uint8Array;
}

const HEADER_BYTES_MAX = 65_536;
/** Files that are read at one look; the others wait for the next. */
const READ_MAX = 100;
/** Names in one folder; listing more would take longer than the pause between two looks. */
const NAMES_MAX = 200_000;
/** Folders of a mailbox (`.Junk` and so on) that are watched besides its inbox. */
const FOLDERS_MAX = 50;
/** Looks that list a folder again after it changed: file systems keep coarse times. */
const LISTINGS_AFTER_CHANGE = 8;

interface Place {
  readonly folder: string;
  changedAt: number | undefined;
  listingsLeft: number;
}

export class Arrivals {
  readonly #mailboxes: readonly string[];
  readonly #places: Place[] = [];
  /** Names that were met, without the flags that a reader adds. */
  readonly #met = new Set<string>();
  #unread: string[] = [];

  /** Each mailbox holds new/ and cur/; it may come to be while it is watched. */
  constructor(mailboxes: readonly string[]) {
    this.#mailboxes = mailboxes;
  }

  /**
   * Notes what is there. Returns why nothing can be watched, if so. `named` is a folder that
   * somebody named: it has to be there.
   */
  async begin(named?: string): Promise<string | undefined> {
    try {
      if (named !== undefined && !(await stat(named)).isDirectory()) return `${named} is no folder`;
      for (const mailbox of this.#mailboxes) {
        for (const folder of [mailbox, ...(await foldersOf(mailbox))]) {
          for (const part of ['new', 'cur']) {
            this.#places.push({
              folder: join(folder, part),
              changedAt: undefined,
              listingsLeft: 0,
            });
          }
        }
      }
      await this.#list();
    } catch (error) {
      return `${named ?? this.#mailboxes[0]} cannot be watched: ${reasonOf(error)}`;
    }
    this.#unread = [];
    return undefined;
  }

  /** What came since the last look. A folder that cannot be read any more has nothing new. */
  async look(): Promise<readonly Letter[]> {
    await this.#list().catch(() => undefined);
    const letters: Letter[] = [];
    for (const file of this.#unread.splice(0, READ_MAX)) {
      const bytes = await readStart(file);
      // Moved meanwhile: it is met again where it is now.
      if (bytes === 'gone') this.#met.delete(keyOf(file));
      else if (bytes) letters.push({ file, bytes });
    }
    return letters;
  }

  /** Whether there was something to remove. */
  async remove({ file }: Letter): Promise<boolean> {
    return unlink(file).then(
      () => true,
      () => false,
    );
  }

  async #list(): Promise<void> {
    for (const place of this.#places) {
      const changedAt = await changeOf(place.folder);
      if (changedAt === undefined) continue;
      if (changedAt !== place.changedAt) place.listingsLeft = LISTINGS_AFTER_CHANGE;
      if (place.listingsLeft === 0) continue;
      place.changedAt = changedAt;
      place.listingsLeft -= 1;
      const names = await readdir(place.folder);
      if (names.length > NAMES_MAX) throw new RangeError(`${names.length} files in one folder`);
      for (const name of names) this.#meet(join(place.folder, name));
    }
  }

  #meet(file: string): void {
    const key = keyOf(file);
    if (this.#met.has(key)) return;
    this.#met.add(key);
    this.#unread.push(file);
  }
}

/** `/mail/user/cur/1.abc.host:2,S` → `/mail/user 1.abc.host`: flags and new/ or cur/ may change. */
function keyOf(file: string): string {
  const [folder, name = ''] = [join(file, '..', '..'), file.split('/').at(-1)];
  return `${folder} ${name.split(':')[0]}`;
}

const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(reasonOf(error));

/** Folders beside the inbox (Maildir++): their names begin with a dot. */
async function foldersOf(mailbox: string): Promise<readonly string[]> {
  const names = await readdir(mailbox).catch(emptyWhereMissing);
  const dotted = names.filter((name) => name.startsWith('.')).sort();
  return dotted.slice(0, FOLDERS_MAX).map((name) => join(mailbox, name));
}

function emptyWhereMissing(error: unknown): readonly string[] {
  if (isMissing(error)) return [];
  throw error;
}

/** When the folder changed last; nothing where there is none. */
async function changeOf(folder: string): Promise<number | undefined> {
  try {
    return (await stat(folder)).mtimeMs;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Only of plain files: a link or a pipe in a mailbox may lead anywhere, or nowhere. */
async function readStart(file: string): Promise<Uint8Array | 'gone' | undefined> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  try {
    const handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      if (!(await handle.stat()).isFile()) return undefined;
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(HEADER_BYTES_MAX), 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    return isMissing(error) ? 'gone' : undefined;
  }
}
