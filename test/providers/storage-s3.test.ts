import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/infrastructure/clock.js';
import { newId } from '../../src/infrastructure/ids.js';
import { OutboundHosts } from '../../src/providers/outbound-hosts.js';
import { s3StorageAdapter } from '../../src/providers/storage/s3-storage.js';
import type { StorageProvider } from '../../src/providers/storage/storage-provider.js';
import { isSignedForS3 } from './signature-v4.js';
import { PNG, ZIP, storageSuite } from './storage-suite.js';
import { closedPort } from './support.js';

// s3rver knows this one account and goes by the real time. It checks no signature of version 4, hence isSignedForS3.
const SECRET = 'S3RVER';
const CREDENTIALS = { accessKeyId: 'S3RVER', secretAccessKey: SECRET };
const inMinutes = (minutes: number) => new Date(systemClock.now().getTime() + minutes * 60_000);

describe('S3 storage', () => {
  let directory: string;
  let service: S3rver;
  let endpoint: string;
  let storage: StorageProvider;

  const create = (settings: Record<string, unknown> = {}, credentials: Record<string, string> = CREDENTIALS) =>
    s3StorageAdapter(new OutboundHosts({ allowPrivateHosts: true }), systemClock).create(
      { bucket: 'biore-test', region: 'us-east-1', endpoint, forcePathStyle: true, ...settings },
      credentials,
    );

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 's3-'));
    service = new S3rver({
      address: '127.0.0.1',
      port: 0,
      silent: true,
      directory,
      configureBuckets: [{ name: 'biore-test', configs: [] }],
    });
    endpoint = `http://127.0.0.1:${(await service.run()).port}`;
    storage = create();
  });
  afterAll(async () => {
    storage.close?.();
    await service.close();
    await rm(directory, { recursive: true });
  });

  storageSuite(() => storage);

  it('signs a download that carries type and file name and needs no header', async () => {
    const key = `exports/${newId()}.zip`;
    await storage.put(key, ZIP);
    const url = await storage.signedGetUrl(key, { expiresAt: inMinutes(5), filename: 'mein "export" ü.zip' });
    const response = await fetch(url);
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(ZIP);
    expect(response.headers.get('content-type')).toBe('application/zip');
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename="mein _export_ _.zip"; filename*=UTF-8''mein%20%22export%22%20%C3%BC.zip`,
    );
    expect(isSignedForS3({ method: 'GET', url }, SECRET)).toBe(true);
    expect(isSignedForS3({ method: 'GET', url: url.replace(key, 'exports/another.zip') }, SECRET)).toBe(false);
    expect(isSignedForS3({ method: 'GET', url: url.replace('export', 'expert') }, SECRET)).toBe(false);
    expect(isSignedForS3({ method: 'PUT', url }, SECRET)).toBe(false);
  });

  it('signs an upload for one key, one content type and a limited time', async () => {
    const key = `avatars/${newId()}/${newId()}.png`;
    const url = await storage.presignUpload(key, {
      contentType: 'image/png',
      maxBytes: 1_000,
      expiresAt: inMinutes(5),
    });
    const signedFor = (contentType: string, target = url) =>
      isSignedForS3({ method: 'PUT', url: target, headers: { 'content-type': contentType } }, SECRET);
    expect(signedFor('image/png')).toBe(true);
    expect(signedFor('text/html')).toBe(false);
    expect(signedFor('image/png', url.replace(key, 'avatars/another.png'))).toBe(false);
    expect(Number(new URL(url).searchParams.get('X-Amz-Expires'))).toBeGreaterThan(295);
    expect(signedFor('image/png', url.replace(/X-Amz-Expires=\d+/, 'X-Amz-Expires=9999'))).toBe(false);
    // A checksum in the URL would be that of an empty body.
    expect(url).not.toMatch(/checksum/i);

    const response = await fetch(url, { method: 'PUT', body: PNG, headers: { 'content-type': 'image/png' } });
    expect(response.status).toBe(200);
    expect(await storage.stat(key)).toMatchObject({ size: PNG.length });
  });

  it('fails its probe with an unknown account, a missing bucket or an unreachable endpoint', async () => {
    await expect(create({}, { accessKeyId: 'NOBODY', secretAccessKey: SECRET }).probe()).rejects.toThrow('Access Key');
    await expect(create({ bucket: 'no-such-bucket' }).probe()).rejects.toThrow(/bucket/i);
    await expect(create({ endpoint: `http://127.0.0.1:${await closedPort()}` }).probe()).rejects.toThrow(
      'ECONNREFUSED',
    );
  });

  it('does not talk to private addresses where they are not allowed', async () => {
    const adapter = s3StorageAdapter(new OutboundHosts({ allowPrivateHosts: false }), systemClock);
    const settings = { bucket: 'biore-test', region: 'us-east-1', forcePathStyle: true };
    expect(() => adapter.create({ ...settings, endpoint: 'https://169.254.169.254' }, CREDENTIALS)).toThrow(
      'not public',
    );
    await expect(adapter.create({ ...settings, endpoint: 'https://localhost:1' }, CREDENTIALS).probe()).rejects.toThrow(
      'not public',
    );
  });
});
