import { contentTypeOfKey } from './content-types.js';

/** Segments never start with a dot, so a key cannot climb out of its folder. */
const KEY = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;
const MAX_LENGTH = 300;

/** What everybody may read without a signature. The rest is private. */
const PUBLIC_PREFIXES = ['avatars/', 'media/'];

export const isStorageKey = (key: string): boolean => key.length <= MAX_LENGTH && KEY.test(key);

export const isPublicKey = (key: string): boolean => PUBLIC_PREFIXES.some((prefix) => key.startsWith(prefix));

/** @throws Error for a key that no object can have; keys are made by us, so this is a mistake in the code. */
export function requireStorageKey(key: string): void {
  if (!isStorageKey(key)) throw new Error('not a storage key');
}

/** @throws Error when the extension of the key stands for another type: the object would be served as that. */
export function requireUploadKey(key: string, contentType: string): void {
  requireStorageKey(key);
  if (contentTypeOfKey(key) !== contentType) throw new Error(`the key does not stand for ${contentType}`);
}
