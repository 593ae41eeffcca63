import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** One master key with its version; the version is stored with every ciphertext, so keys can be rotated. */
export interface EncryptionKey {
  version: string;
  /** 32 bytes. */
  key: Buffer;
}

/**
 * Encrypts secrets at rest with AES-256-GCM (NIST SP 800-38D). The first key encrypts, the older ones still decrypt.
 * A ciphertext reads `<version>.<iv>.<tag>.<data>`, each part in base64url.
 */
export class Encryption {
  private readonly keys: Map<string, Buffer>;

  constructor(private readonly ring: readonly EncryptionKey[]) {
    if (ring.length === 0) throw new Error('at least one encryption key is needed');
    this.keys = new Map(ring.map(({ version, key }) => [version, key]));
  }

  encrypt(plaintext: string): string {
    const { version, key } = this.ring[0]!;
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, iv);
    const data = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
    return [version, ...[iv, cipher.getAuthTag(), data].map((part) => part.toString('base64url'))].join('.');
  }

  /** @throws Error when the key version is unknown or the text was tampered with. */
  decrypt(ciphertext: string): string {
    const [version = '', iv = '', tag = '', data = ''] = ciphertext.split('.');
    const key = this.keys.get(version);
    if (!key) throw new Error(`unknown encryption key version ${version}`);
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'), { authTagLength: 16 });
    decipher.setAuthTag(Buffer.from(tag, 'base64url'));
    return Buffer.concat([decipher.update(Buffer.from(data, 'base64url')), decipher.final()]).toString('utf8');
  }

  /** True when the text was encrypted under an older key and should be encrypted anew. */
  isOutdated(ciphertext: string): boolean {
    return !ciphertext.startsWith(`${this.ring[0]!.version}.`);
  }
}
