import type { Readable } from 'node:stream';
import type { Provider } from '../provider.js';

export interface StoredObject {
  key: string;
  /** Bytes. */
  size: number;
  lastModified: Date;
}

/** What a signed upload URL allows. */
export interface UploadRules {
  /** Exactly this Content-Type. It must be the one that the extension of the key stands for. */
  contentType: string;
  maxBytes: number;
  expiresAt: Date;
}

export interface DownloadRules {
  expiresAt: Date;
  /** Name under which browsers save the file; absent, the browser may show images in place. */
  filename?: string;
}

/**
 * Keeps files under keys such as `avatars/<user>/<uuid>.png`. The extension of a key says its content type
 * ({@link contentTypeOfKey}), with every provider.
 */
export interface StorageProvider extends Provider {
  /** Stores the object, over an existing one. */
  put(key: string, body: Buffer | Readable): Promise<void>;
  /** The bytes, null when there is no such object. */
  get(key: string): Promise<Readable | null>;
  stat(key: string): Promise<StoredObject | null>;
  /** A missing object counts as deleted. */
  delete(key: string): Promise<void>;
  /** The objects whose keys start with `prefix`, in no particular order. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /** A URL that reads a private object without further credentials until `expiresAt`. */
  signedGetUrl(key: string, rules: DownloadRules): Promise<string>;
  /**
   * A URL for one HTTP PUT with `contentType`. The local provider refuses a longer or different body and never overwrites
   * an object. S3 signs key, type and expiry only, which is why an upload is inspected before it is put to use.
   */
  presignUpload(key: string, rules: UploadRules): Promise<string>;
}
