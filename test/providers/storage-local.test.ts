import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Duration, addTime } from '../../src/infrastructure/clock.js';
import { newId } from '../../src/infrastructure/ids.js';
import { LocalFiles } from '../../src/providers/storage/local-files.js';
import { localStorageAdapter } from '../../src/providers/storage/local-storage.js';
import { LocalUrls } from '../../src/providers/storage/local-urls.js';
import type { StorageProvider } from '../../src/providers/storage/storage-provider.js';
import { storageRoutes } from '../../src/rest/storage.routes.js';
import { TestClock } from '../support/test-clock.js';
import { rawRequest, serve } from './http-app.js';
import { PNG, ZIP, storageSuite } from './storage-suite.js';

const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from('not much of a photo')]);

describe('local storage', () => {
  let directory: string;
  let clock: TestClock;
  let storage: StorageProvider;
  let server: Awaited<ReturnType<typeof serve>>;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'storage-'));
    clock = new TestClock();
    const files = new LocalFiles(join(directory, 'storage'), clock);
    const urls = new LocalUrls('', 'a signing key for tests', clock);
    storage = localStorageAdapter(files, urls).create({}, {});
    server = await serve(storageRoutes({ files, urls }));
  });
  afterEach(async () => {
    await server.close();
    await rm(directory, { recursive: true });
  });

  const in5Minutes = () => addTime(clock.now(), Duration.minutes(5));
  const get = (path: string, headers: Record<string, string> = {}) => fetch(server.address + path, { headers });
  const put = (path: string, body: BodyInit, contentType = 'image/png') =>
    fetch(server.address + path, {
      method: 'PUT',
      body,
      headers: { 'content-type': contentType },
      duplex: 'half',
    } as RequestInit);
  const presign = (key: string, { contentType = 'image/png', maxBytes = 1_000 } = {}) =>
    storage.presignUpload(key, { contentType, maxBytes, expiresAt: in5Minutes() });
  const newKey = (prefix = 'avatars', extension = 'png') => `${prefix}/${newId()}/${newId()}.${extension}`;
  const incoming = () => readdir(join(directory, 'storage', 'incoming'));

  describe('as a provider', () => {
    storageSuite(() => storage);

    it('removes what a crash left of an upload, but nothing that may still be coming in', async () => {
      const aside = join(directory, 'storage', 'incoming');
      await mkdir(aside, { recursive: true });
      for (const [name, age] of [
        ['old', Duration.hours(25)],
        ['new', Duration.hours(23)],
      ] as const) {
        await writeFile(join(aside, name), 'half a file');
        await utimes(join(aside, name), clock.now(), addTime(clock.now(), -age));
      }
      await storage.probe();
      expect(await incoming()).toEqual(['new']);
    });
  });

  describe('an upload', () => {
    it('is stored under its key and shown to everybody', async () => {
      const key = newKey();
      const response = await put(await presign(key), PNG);
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ success: true, data: null });
      const download = await get(`/files/${key}`);
      expect(download.status).toBe(200);
      expect(Buffer.from(await download.arrayBuffer())).toEqual(PNG);
      expect(Object.fromEntries(download.headers)).toMatchObject({
        'content-type': 'image/png',
        'content-disposition': 'inline',
        'content-length': String(PNG.length),
        'x-content-type-options': 'nosniff',
        'content-security-policy': "sandbox; default-src 'none'",
        'cache-control': 'public, max-age=300',
      });
      expect(await incoming()).toEqual([]);
    });

    it('may be larger than other bodies and come in pieces', async () => {
      const key = newKey('media', 'mp4');
      const video = Buffer.concat([Buffer.from('\0\0\0\x20ftypisom'), Buffer.alloc(600_000, 7)]);
      const pieces = new ReadableStream({
        start(controller) {
          controller.enqueue(video.subarray(0, 3));
          controller.enqueue(video.subarray(3, 13));
          controller.enqueue(video.subarray(13));
          controller.close();
        },
      });
      const url = await presign(key, { contentType: 'video/mp4', maxBytes: video.length });
      expect((await put(url, pieces, 'video/mp4')).status).toBe(200);
      expect(await storage.stat(key)).toMatchObject({ size: video.length });
    });

    it('is refused without a signature, after the expiry, or when anything of the URL was changed', async () => {
      const key = newKey();
      const url = await presign(key);
      const changed = [
        `/uploads/${key}`,
        url.replace(key, newKey()),
        url.replace('maxBytes=1000', 'maxBytes=9999'),
        url.replace(/expires=\d+/, 'expires=99999999999'),
        url.replace(/expires=\d+/, 'expires=Infinity'),
        url.replace('maxBytes=1000', 'maxBytes=1000&maxBytes=1000'),
        url.replace(/signature=./, 'signature=_'),
        `${url}&signature=again`,
        (await storage.signedGetUrl(key, { expiresAt: in5Minutes() })).replace('/files/', '/uploads/'),
      ];
      for (const target of changed) expect((await put(target, PNG)).status, target).toBe(403);
      expect((await put(url, JPEG, 'image/jpeg')).status).toBe(403);
      expect((await put(url, '<script>', 'text/html')).status).toBe(403);
      clock.advance(Duration.minutes(5));
      expect((await put(url, PNG)).status).toBe(403);
      expect(await storage.stat(key)).toBeNull();
    });

    it('is refused when its bytes are not of the type', async () => {
      for (const body of ['<!doctype html><script>alert(1)</script>', JPEG, PNG.subarray(0, 4), '']) {
        const key = newKey();
        const response = await put(await presign(key), body);
        expect(response.status).toBe(400);
        expect(await response.json()).toMatchObject({ error: { i18nKey: 'error.validation' } });
        expect(await storage.stat(key)).toBeNull();
      }
      expect(await incoming()).toEqual([]);
    });

    it('is refused and thrown away when it is too long, whether it says so or not', async () => {
      const url = await presign(newKey(), { maxBytes: PNG.length - 1 });
      expect((await put(url, PNG)).status).toBe(413);
      const unannounced = new ReadableStream({
        start(controller) {
          controller.enqueue(PNG.subarray(0, 16));
          controller.enqueue(PNG.subarray(16));
          controller.close();
        },
      });
      expect((await put(url, unannounced)).status).toBe(413);
      const key = newKey();
      expect((await put(await presign(key, { maxBytes: PNG.length }), PNG)).status).toBe(200);
      expect(await incoming()).toEqual([]);
    });

    it('never overwrites: a second one answers 409 and the first file stays', async () => {
      const key = newKey();
      const url = await presign(key);
      const other = Buffer.concat([PNG, Buffer.from('another')]);
      const statuses = await Promise.all([PNG, other, PNG, other].map(async (body) => (await put(url, body)).status));
      expect(statuses.sort()).toEqual([200, 409, 409, 409]);
      const first = await (await get(`/files/${key}`)).arrayBuffer();
      expect((await put(url, other)).status).toBe(409);
      expect(await (await get(`/files/${key}`)).arrayBuffer()).toEqual(first);
    });

    it('that breaks off leaves nothing', async () => {
      const key = newKey();
      const url = await presign(key);
      const { port, hostname } = new URL(server.address);
      const socket = connect(Number(port), hostname);
      socket.write(`PUT ${url} HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nContent-Length: 500\r\n\r\n`);
      socket.write(PNG);
      await vi.waitFor(async () => expect(await incoming()).toHaveLength(1));
      socket.destroy();
      await vi.waitFor(async () => expect(await incoming()).toEqual([]));
      expect(await storage.stat(key)).toBeNull();
    });
  });

  describe('a download', () => {
    it('of a private object needs a signature that has not expired', async () => {
      for (const key of [newKey('documents', 'pdf'), 'exports/some.zip', 'other/some.png']) {
        await storage.put(key, ZIP);
        const url = await storage.signedGetUrl(key, { expiresAt: in5Minutes() });
        expect((await get(`/files/${key}`)).status).toBe(403);
        const response = await get(url);
        expect(response.status).toBe(200);
        expect(response.headers.get('cache-control')).toBe('no-store');
      }
      const url = await storage.signedGetUrl('exports/some.zip', { expiresAt: in5Minutes() });
      clock.advance(Duration.minutes(5));
      expect((await get(url)).status).toBe(403);
    });

    it('does not tell whether a private object exists', async () => {
      expect((await get('/files/exports/none.zip')).status).toBe(403);
      expect((await get(await storage.signedGetUrl('exports/none.zip', { expiresAt: in5Minutes() }))).status).toBe(404);
      expect((await get(`/files/${newKey()}`)).status).toBe(404);
    });

    it('is refused when anything of its URL was changed', async () => {
      await storage.put('exports/mine.zip', ZIP);
      await storage.put('exports/other.zip', ZIP);
      const url = await storage.signedGetUrl('exports/mine.zip', { expiresAt: in5Minutes(), filename: 'export.zip' });
      for (const changed of [
        url.replace('mine', 'other'),
        url.replace('export.zip', 'evil.html'),
        url.replace(/filename=[^&]+&/, ''),
        url.replace(/expires=\d+/, 'expires=99999999999'),
        url.replace(/signature=.{3}/, 'signature=abc'),
        (await presign('exports/mine.zip', { contentType: 'application/zip' })).replace('/uploads/', '/files/'),
      ]) {
        expect((await get(changed)).status, changed).toBe(403);
      }
    });

    it('carries the file name it was signed with, and is no page of this origin', async () => {
      await storage.put('exports/mine.zip', ZIP);
      const url = await storage.signedGetUrl('exports/mine.zip', {
        expiresAt: in5Minutes(),
        filename: 'Verilerim ğ.zip',
      });
      const response = await get(url);
      expect(response.headers.get('content-type')).toBe('application/zip');
      expect(response.headers.get('content-disposition')).toBe(
        `attachment; filename="Verilerim _.zip"; filename*=UTF-8''Verilerim%20%C4%9F.zip`,
      );
      expect(Buffer.from(await response.arrayBuffer())).toEqual(ZIP);
    });

    it('offers everything but plain pictures for saving, and never as HTML', async () => {
      for (const [key, type] of [
        ['media/a.gif', 'image/gif'],
        ['media/a.mp4', 'video/mp4'],
        ['media/a.html', 'application/octet-stream'],
        ['media/a.svg', 'application/octet-stream'],
        ['media/noextension', 'application/octet-stream'],
      ] as const) {
        await storage.put(key, Buffer.from('<script>alert(1)</script>'));
        const { headers } = await get(`/files/${key}`);
        expect(headers.get('content-type')).toBe(type);
        expect(headers.get('content-disposition')).toMatch(/^attachment; /);
      }
    });

    it.each([
      '/files/../secret.txt',
      '/files/media/../../secret.txt',
      '/files/%2e%2e/secret.txt',
      '/files/media/%2e%2e%2f%2e%2e%2fsecret.txt',
      '/files/media/..%5c..%5csecret.txt',
      '/files/%2fetc%2fpasswd',
      '/files//etc/passwd',
      '/files/media/%00.png',
      '/files/media',
      '/files/media/',
      '/files/',
    ])('finds nothing at %s', async (path) => {
      await writeFile(join(directory, 'secret.txt'), 'top secret');
      await storage.put('media/a.png', PNG);
      const { status, body } = await rawRequest(server.address, 'GET', path);
      expect([400, 403, 404]).toContain(status);
      expect(body).not.toContain('secret');
      expect(body).not.toContain('root:');
    });

    it('answers the part that a player asks for', async () => {
      await storage.put('media/a.mp4', Buffer.from('0123456789'));
      const part = async (range: string) => {
        const response = await get('/files/media/a.mp4', { range });
        return [response.status, response.headers.get('content-range'), await response.text()];
      };
      expect(await part('bytes=2-4')).toEqual([206, 'bytes 2-4/10', '234']);
      expect(await part('bytes=7-')).toEqual([206, 'bytes 7-9/10', '789']);
      expect(await part('bytes=-2')).toEqual([206, 'bytes 8-9/10', '89']);
      expect(await part('bytes=5-99')).toEqual([206, 'bytes 5-9/10', '56789']);
      expect(await part('bytes=-99')).toEqual([206, 'bytes 0-9/10', '0123456789']);
      expect(await part('bytes=10-')).toEqual([416, 'bytes */10', '']);
      expect(await part('bytes=4-2')).toEqual([200, null, '0123456789']);
      expect(await part('bytes=0-1,3-4')).toEqual([200, null, '0123456789']);
    });

    it('answers HEAD without the bytes', async () => {
      await storage.put('media/a.png', PNG);
      const response = await fetch(`${server.address}/files/media/a.png`, { method: 'HEAD' });
      expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([
        200,
        String(PNG.length),
        '',
      ]);
    });

    it('ends when the object is deleted', async () => {
      const key = newKey();
      await storage.put(key, PNG);
      expect(await text((await storage.get(key))!)).toContain('picture');
      await storage.delete(key);
      expect((await get(`/files/${key}`)).status).toBe(404);
    });
  });
});
