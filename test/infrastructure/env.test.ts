import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { InvalidEnvironment, loadEnv } from '../../src/infrastructure/env.js';

const DATA_DIR = mkdtempSync(join(tmpdir(), 'biore-env-'));
afterAll(() => rmSync(DATA_DIR, { recursive: true, force: true }));

const secret = () => randomBytes(32).toString('base64url');
const production = {
  NODE_ENV: 'production',
  DATA_DIR,
  DATABASE_URL: 'postgres://db/main',
  ANALYTICS_DATABASE_URL: 'postgres://db/analytics',
  REDIS_URL: 'redis://cache',
  PUBLIC_URL: 'https://api.bio.re',
  WEB_ORIGIN: 'https://bio.re',
  COOKIE_DOMAIN: '.bio.re',
  JWT_ACCESS_KEYS: `k1:${secret()}`,
  ENCRYPTION_MASTER_KEY: `v1:${secret()}`,
  REFRESH_TOKEN_KEY: secret(),
  EMAIL_TOMBSTONE_KEY: secret(),
  UNSUBSCRIBE_HMAC_SECRET: secret(),
  TRACKING_HMAC_SECRET: secret(),
};

describe('the environment', () => {
  it('is complete without any variable outside production, and keeps its secrets over a restart', () => {
    const first = loadEnv({ DATA_DIR });
    expect(first.refreshTokenKey).toBe(loadEnv({ DATA_DIR }).refreshTokenKey);
    expect(first.PROVIDERS_ON_PRIVATE_HOSTS).toBe(false);
  });

  it('starts production with everything that it needs', () => {
    expect(loadEnv(production)).toMatchObject({ production: true, introspection: false });
  });

  it.each(['DATABASE_URL', 'REDIS_URL', 'JWT_ACCESS_KEYS', 'ENCRYPTION_MASTER_KEY', 'REFRESH_TOKEN_KEY'] as const)(
    'refuses production without %s and names it',
    (name) => {
      expect(() => loadEnv({ ...production, [name]: undefined })).toThrow(new RegExp(`${name}: required in production`));
    },
  );

  it.each([
    ['RATE_LIMITS', 'off'],
    ['PROVIDERS_ON_PRIVATE_HOSTS', 'on'],
    ['WEB_ORIGIN', 'http://bio.re'],
  ])('refuses production with %s=%s', (name, value) => {
    expect(() => loadEnv({ ...production, [name]: value })).toThrow(name);
  });

  it('names a malformed variable and never its value', () => {
    const refused = () => loadEnv({ DATA_DIR, REFRESH_TOKEN_KEY: 'too-short-secret' });
    expect(refused).toThrow(InvalidEnvironment);
    expect(refused).toThrow(/REFRESH_TOKEN_KEY/);
    expect(refused).not.toThrow(/too-short-secret/);
  });
});
