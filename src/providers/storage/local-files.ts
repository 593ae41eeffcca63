import { createReadStream, createWriteStream } from 'node:fs';
import { link, mkdir, opendir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../../infrastructure/clock.js';
import { addTime, Duration } from '../../infrastructure/clock.js';
import { newId } from '../../infrastructure/ids.js';
import { requireStorageKey } from './storage-key.js';
import type { StoredObject } from './storage-provider.js';

/** The key is taken. */
export class ObjectExists extends Error {
  override readonly name = 'ObjectExists';
}

const ABANDONED_AFTER = Duration.days(1);
/** Identity papers are among the files. */
const OWNER_ONLY = 0o700;

/**
 * Objects as files below one directory. A file is written aside and moved to its place when it is complete, so a reader
 * never meets half an object and a crash leaves none.
 */
export class LocalFiles {
  private readonly objects: string;
  private readonly incoming: string;

  constructor(
    directory: string,
    private readonly clock: Clock,
  ) {
    this.objects = join(directory, 'objects');
    this.incoming = join(directory, 'incoming');
  }

  /** Stores the object, over an existing one. */
  async put(key: string, body: Buffer | Readable): Promise<void> {
    await this.write(key, Buffer.isBuffer(body) ? Readable.from([body]) : body, rename);
  }

  /**
   * Stores the object unless the key is taken; of two writers at once one wins.
   *
   * @throws ObjectExists, and whatever reading `body` throws; then nothing is stored.
   */
  async create(key: string, body: AsyncIterable<Buffer>): Promise<void> {
    if (await this.stat(key)) throw new ObjectExists();
    await this.write(key, body, async (from, to) => {
      try {
        await link(from, to);
      } catch (error) {
        throw isCode(error, 'EEXIST') ? new ObjectExists() : error;
      }
    });
  }

  async stat(key: string): Promise<StoredObject | null> {
    try {
      const file = await stat(this.pathOf(key));
      return file.isFile() ? { key, size: file.size, lastModified: file.mtime } : null;
    } catch (error) {
      if (isCode(error, 'ENOENT', 'ENOTDIR')) return null;
      throw error;
    }
  }

  /** The bytes from `start` to `end`, both included; all of them without a range. */
  read(key: string, range?: { start: number; end: number }): Readable {
    return createReadStream(this.pathOf(key), range);
  }

  async delete(key: string): Promise<void> {
    await rm(this.pathOf(key), { force: true });
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    for await (const path of filesBelow(this.objects)) {
      const key = relative(this.objects, path).split(sep).join('/');
      const object = key.startsWith(prefix) ? await this.stat(key) : null;
      if (object) yield object;
    }
  }

  /** Removes what uploads left behind when the process died in the middle. */
  async removeAbandoned(): Promise<void> {
    const limit = addTime(this.clock.now(), -ABANDONED_AFTER);
    for await (const path of filesBelow(this.incoming)) {
      if ((await stat(path)).mtime < limit) await rm(path, { force: true });
    }
  }

  private async write(
    key: string,
    body: AsyncIterable<Buffer>,
    moveInto: (from: string, to: string) => Promise<void>,
  ): Promise<void> {
    const target = this.pathOf(key);
    const aside = join(this.incoming, newId());
    for (const directory of [this.incoming, dirname(target)])
      await mkdir(directory, { recursive: true, mode: OWNER_ONLY });
    try {
      await pipeline(body, createWriteStream(aside, { flags: 'wx' }));
      await moveInto(aside, target);
    } finally {
      await rm(aside, { force: true });
    }
  }

  private pathOf(key: string): string {
    requireStorageKey(key);
    return join(this.objects, key);
  }
}

async function* filesBelow(directory: string): AsyncIterable<string> {
  try {
    for await (const entry of await opendir(directory, { recursive: true })) {
      if (entry.isFile()) yield join(entry.parentPath, entry.name);
    }
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error;
  }
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException).code ?? '');
}
