import type { Readable } from 'node:stream';
import { builtInAdapter } from '../built-in-adapter.js';
import type { ProviderTestReport } from '../provider.js';
import type { LocalFiles } from './local-files.js';
import type { LocalUrls } from './local-urls.js';
import { requireStorageKey, requireUploadKey } from './storage-key.js';
import { probeStorage } from './storage-probe.js';
import type { DownloadRules, StorageProvider, StoredObject, UploadRules } from './storage-provider.js';

/** Files on the disk of the server, behind its own signed URLs (`src/rest/storage.routes.ts`). */
class LocalStorage implements StorageProvider {
  constructor(
    private readonly files: LocalFiles,
    private readonly urls: LocalUrls,
  ) {}

  put(key: string, body: Buffer | Readable): Promise<void> {
    return this.files.put(key, body);
  }

  async get(key: string): Promise<Readable | null> {
    return (await this.files.stat(key)) ? this.files.read(key) : null;
  }

  stat(key: string): Promise<StoredObject | null> {
    return this.files.stat(key);
  }

  delete(key: string): Promise<void> {
    return this.files.delete(key);
  }

  list(prefix: string): AsyncIterable<StoredObject> {
    return this.files.list(prefix);
  }

  async signedGetUrl(key: string, rules: DownloadRules): Promise<string> {
    requireStorageKey(key);
    return this.urls.download(key, rules);
  }

  async presignUpload(key: string, rules: UploadRules): Promise<string> {
    requireUploadKey(key, rules.contentType);
    return this.urls.upload(key, rules);
  }

  async probe(): Promise<void> {
    await this.files.removeAbandoned();
    await probeStorage(this);
  }

  async test(): Promise<ProviderTestReport> {
    return { providerReference: null, raw: await probeStorage(this) };
  }
}

export const localStorageAdapter = (files: LocalFiles, urls: LocalUrls) =>
  builtInAdapter('storage', 'local', new LocalStorage(files, urls));
