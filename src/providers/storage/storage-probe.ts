import { buffer } from 'node:stream/consumers';
import { newId } from '../../infrastructure/ids.js';
import type { StorageProvider } from './storage-provider.js';

/** Writes, reads and deletes a small private object. @throws Error when it does not come back as it was. */
export async function probeStorage(storage: StorageProvider): Promise<{ bytes: number }> {
  const key = `probes/${newId()}`;
  const body = Buffer.from(key);
  await storage.put(key, body);
  try {
    const stream = await storage.get(key);
    if (!stream || !(await buffer(stream)).equals(body))
      throw new Error('the probe object did not come back as it was');
  } finally {
    await storage.delete(key);
  }
  return { bytes: body.length };
}
