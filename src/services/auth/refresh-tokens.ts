import { createHmac, randomBytes } from 'node:crypto';
import { equalsInConstantTime } from '../../infrastructure/crypto/hash.js';

/**
 * Refresh tokens: base64url of 32 bytes, a dot, and the HMAC-SHA-256 of those bytes. A forged token is refused before the
 * database is touched, and a successor can be derived again within the grace without being stored.
 */
export class RefreshTokens {
  constructor(private readonly key: string) {}

  create(): string {
    return this.sign(randomBytes(32));
  }

  newRotationSalt(): Buffer {
    return randomBytes(16);
  }

  /** The successor of a rotated token: the same for the same salt. */
  successorOf(token: string, rotationSalt: Buffer): string {
    return this.sign(createHmac('sha256', this.key).update('rotate').update(token).update(rotationSalt).digest());
  }

  /** Several texts decode to the same bytes; only the one that was handed out is genuine. */
  isGenuine(token: string): boolean {
    const [body = ''] = token.split('.', 1);
    return equalsInConstantTime(token, this.sign(Buffer.from(body, 'base64url')));
  }

  private sign(bytes: Buffer): string {
    const signature = createHmac('sha256', this.key).update(bytes).digest('base64url');
    return `${bytes.toString('base64url')}.${signature}`;
  }
}
