import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { newId } from '../../src/infrastructure/ids.js';
import type { StorageProvider } from '../../src/providers/storage/storage-provider.js';

export const PNG = Buffer.concat([
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  Buffer.from('not much of a picture'),
]);
export const ZIP = Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.from('not much of an archive')]);

/** What every storage provider does. */
export function storageSuite(current: () => StorageProvider): void {
  const read = async (key: string) => {
    const stream = await current().get(key);
    return stream && buffer(stream);
  };
  const keysBelow = async (prefix: string) => {
    const keys: string[] = [];
    for await (const { key } of current().list(prefix)) keys.push(key);
    return keys.sort();
  };

  it('gives back what was put, from memory and from a stream, and overwrites', async () => {
    const key = `exports/${newId()}.zip`;
    await current().put(key, ZIP);
    expect(await read(key)).toEqual(ZIP);
    await current().put(key, Readable.from([ZIP, ZIP]));
    expect(await read(key)).toEqual(Buffer.concat([ZIP, ZIP]));
    expect(await current().stat(key)).toMatchObject({ key, size: 2 * ZIP.length, lastModified: expect.any(Date) });
  });

  it('has nothing under a key that was never stored or was deleted', async () => {
    const key = `media/${newId()}.png`;
    expect(await read(key)).toBeNull();
    expect(await current().stat(key)).toBeNull();
    await current().delete(key);
    await current().put(key, PNG);
    await current().delete(key);
    expect(await read(key)).toBeNull();
  });

  it('lists by prefix', async () => {
    const [user, other] = [newId(), newId()];
    for (const key of [`avatars/${user}/a.png`, `avatars/${user}/b.png`, `avatars/${other}/c.png`])
      await current().put(key, PNG);
    expect(await keysBelow(`avatars/${user}/`)).toEqual([`avatars/${user}/a.png`, `avatars/${user}/b.png`]);
    expect(await keysBelow('nothing/')).toEqual([]);
  });

  it.each([
    '',
    '/etc/passwd',
    '../secret.zip',
    'media/../../secret.zip',
    'media//a.png',
    'media/.hidden',
    'media/a\\b.png',
    'media/a b.png',
  ])('refuses the key "%s"', async (key) => {
    await expect(current().put(key, PNG)).rejects.toThrow('not a storage key');
    await expect((async () => current().get(key))()).rejects.toThrow('not a storage key');
    await expect((async () => current().signedGetUrl(key, { expiresAt: new Date() }))()).rejects.toThrow(
      'not a storage key',
    );
  });

  it('signs no upload whose content type is not that of the key', async () => {
    const rules = { maxBytes: 1_000, expiresAt: new Date('2100-01-01') };
    for (const contentType of ['text/html', 'image/svg+xml', 'image/jpeg']) {
      await expect(current().presignUpload(`media/${newId()}.png`, { ...rules, contentType })).rejects.toThrow(
        'does not stand for',
      );
    }
    await expect(
      current().presignUpload(`media/${newId()}.html`, { ...rules, contentType: 'text/html' }),
    ).rejects.toThrow();
  });

  it('passes its own probe and leaves nothing behind', async () => {
    await current().probe();
    expect((await current().test(null, {})).raw).toMatchObject({ bytes: expect.any(Number) });
    expect(await keysBelow('probes/')).toEqual([]);
  });
}
