import { createHash, createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

/** Hex SHA-256, the only form in which tokens are stored. */
export const sha256 = (value: string | Buffer): string => createHash('sha256').update(value).digest('hex');

export const sha256Base64Url = (value: string): string => createHash('sha256').update(value).digest('base64url');

export const hmacSha256 = (key: string | Buffer, value: string | Buffer): string =>
  createHmac('sha256', key).update(value).digest('hex');

/** 32 random bytes in base64url: a mailed capability token. */
export const randomToken = (): string => randomBytes(32).toString('base64url');

/** A uniformly random code of six digits. */
export const randomDigits = (): string => String(randomInt(0, 1_000_000)).padStart(6, '0');

/** Compares without telling by its time where two strings differ. */
export function equalsInConstantTime(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}
