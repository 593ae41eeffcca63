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

  /** The successor of a rotated token: the same for the same salt. */
  successorOf(token: string, rotationSalt: Buffer): string {
    return this.sign(createHmac('sha256', this.key).update('rotate').update(token).update(rotationSalt).digest());
  }

  isGenuine(token: string): boolean {
    const [body = '', signature = ''] = token.split('.');
    // Several texts decode to the same bytes; only the canonical one was ever handed out.
    const canonical = Buffer.from(body, 'base64url').toString('base64url') === body;
    return canonical && equalsInConstantTime(signature, this.signature(body));
  }

  private sign(bytes: Buffer): string {
    const body = bytes.toString('base64url');
    return `${body}.${this.signature(body)}`;
  }

  private signature(body: string): string {
    return createHmac('sha256', this.key).update(Buffer.from(body, 'base64url')).digest('base64url');
  }
}
