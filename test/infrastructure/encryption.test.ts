import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Encryption } from '../../src/infrastructure/crypto/encryption.js';

describe('encryption at rest', () => {
  const older = { version: 'v1', key: randomBytes(32) };
  const newer = { version: 'v2', key: randomBytes(32) };

  it('reads what it wrote and never writes the plain text', () => {
    const encryption = new Encryption([newer]);
    const ciphertext = encryption.encrypt('JBSWY3DPEHPK3PXP');
    expect(ciphertext).not.toContain('JBSWY3DPEHPK3PXP');
    expect(encryption.decrypt(ciphertext)).toBe('JBSWY3DPEHPK3PXP');
  });

  it('still reads texts of an older key and tells that they are outdated', () => {
    const ciphertext = new Encryption([older]).encrypt('secret');
    const rotated = new Encryption([newer, older]);
    expect(rotated.decrypt(ciphertext)).toBe('secret');
    expect(rotated.isOutdated(ciphertext)).toBe(true);
    expect(rotated.isOutdated(rotated.encrypt('secret'))).toBe(false);
  });

  it('refuses a text that was tampered with', () => {
    const encryption = new Encryption([newer]);
    const [version, iv, tag, data] = encryption.encrypt('pay 5').split('.') as [string, string, string, string];
    const flipped = Buffer.from(data, 'base64url');
    flipped[0]! ^= 1;
    expect(() => encryption.decrypt([version, iv, tag, flipped.toString('base64url')].join('.'))).toThrow();
  });
});
