import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { EncryptionKey } from './crypto/encryption.js';

const list = z
  .string()
  .default('')
  .transform((text) => text.split(',').map((item) => item.trim()).filter(Boolean));
const onOff = (fallback: 'on' | 'off') => z.enum(['on', 'off']).default(fallback).transform((value) => value === 'on');
const secret = z.string().min(32, 'at least 32 characters');
/** `<version>:<secret>` pairs, newest first. */
const keyRing = z.string().regex(/^[\w-]+:[^,:]{32,}(,[\w-]+:[^,:]{32,})*$/, '<id>:<secret of 32 or more characters>[,…], newest first');

const schema = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  DATA_DIR: z.string().default('.data'),
  DATABASE_URL: z.url().optional(),
  ANALYTICS_DATABASE_URL: z.url().optional(),
  REDIS_URL: z.url().optional(),
  /** Where clients reach this server; signed file links start with it. */
  PUBLIC_URL: z.url().optional(),
  /** The web app; links in mails point there, never at a Host header. */
  WEB_ORIGIN: z.url().default('http://127.0.0.1:3000'),
  ALLOWED_ORIGINS: list,
  /** Addresses or CIDR ranges of load balancers whose forwarding headers are believed. */
  TRUSTED_PROXIES: list,
  COOKIE_DOMAIN: z.string().optional(),
  JWT_ACCESS_KEYS: keyRing.optional(),
  REFRESH_TOKEN_KEY: secret.optional(),
  ENCRYPTION_MASTER_KEY: keyRing.optional(),
  EMAIL_TOMBSTONE_KEY: secret.optional(),
  UNSUBSCRIBE_HMAC_SECRET: secret.optional(),
  TRACKING_HMAC_SECRET: secret.optional(),
  /** Bearer that a scraper of /metrics shows; without it only loopback may read them. */
  METRICS_TOKEN: secret.optional(),
  ADMIN_EMAIL: z.email().optional(),
  ADMIN_PASSWORD: z.string().optional(),
  DEMO: onOff('on'),
  RATE_LIMITS: onOff('on'),
  WORKER: onOff('on'),
  /** Lets provider settings name loopback and private hosts, for a mail or SMS catcher on a laptop. Never in production. */
  PROVIDERS_ON_PRIVATE_HOSTS: onOff('off'),
  GRAPHQL_INTROSPECTION: z.enum(['on', 'off']).optional(),
  OAUTH_GOOGLE_ISSUER: z.url().optional(),
  OAUTH_APPLE_ISSUER: z.url().optional(),
  OAUTH_X_ISSUER: z.url().optional(),
});

type Variables = z.output<typeof schema>;

/** The secrets that a generated file stands in for outside production. */
interface Secrets {
  JWT_ACCESS_KEYS: string;
  REFRESH_TOKEN_KEY: string;
  ENCRYPTION_MASTER_KEY: string;
  EMAIL_TOMBSTONE_KEY: string;
  UNSUBSCRIBE_HMAC_SECRET: string;
  TRACKING_HMAC_SECRET: string;
}

const SECRET_NAMES = [
  'JWT_ACCESS_KEYS', 'REFRESH_TOKEN_KEY', 'ENCRYPTION_MASTER_KEY',
  'EMAIL_TOMBSTONE_KEY', 'UNSUBSCRIBE_HMAC_SECRET', 'TRACKING_HMAC_SECRET',
] as const satisfies ReadonlyArray<keyof Secrets>;

/** A named signing or encryption key. */
export interface NamedKey {
  id: string;
  secret: string;
}

/** The environment, parsed and validated once at start. */
export interface Env extends Omit<Variables, keyof Secrets> {
  production: boolean;
  publicUrl: string;
  webOrigin: string;
  allowedOrigins: string[];
  dataDir: string;
  introspection: boolean;
  /** Newest first: the first signs, all verify. */
  accessTokenKeys: NamedKey[];
  encryptionKeys: EncryptionKey[];
  refreshTokenKey: string;
  emailTombstoneKey: string;
  unsubscribeSecret: string;
  trackingSecret: string;
}

/** The environment is unusable; the message names every variable and what is wrong with it, never its value. */
export class InvalidEnvironment extends Error {}

/**
 * @throws InvalidEnvironment when a variable is malformed, a secret is missing in production, or production is asked to
 *   start with anything of the development surface.
 */
export function loadEnv(source: NodeJS.ProcessEnv): Env {
  const parsed = schema.safeParse(Object.fromEntries(Object.entries(source).filter(([, value]) => value !== '')));
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new InvalidEnvironment(`The environment is not valid:\n${problems.join('\n')}`);
  }
  const variables = parsed.data;
  const production = variables.NODE_ENV === 'production';
  const dataDir = resolve(variables.DATA_DIR);
  if (production) requireForProduction(variables);
  const secrets = production ? (variables as Variables & Secrets) : { ...developmentSecrets(dataDir), ...given(variables) };
  const webOrigin = new URL(variables.WEB_ORIGIN).origin;
  const publicUrl = (variables.PUBLIC_URL ?? `http://127.0.0.1:${variables.PORT}`).replace(/\/$/, '');
  return {
    ...variables,
    production,
    dataDir,
    webOrigin,
    publicUrl,
    allowedOrigins: [...new Set([webOrigin, ...variables.ALLOWED_ORIGINS, ...(production ? [] : [new URL(publicUrl).origin])])],
    introspection: variables.GRAPHQL_INTROSPECTION ? variables.GRAPHQL_INTROSPECTION === 'on' : !production,
    accessTokenKeys: parseKeyRing(secrets.JWT_ACCESS_KEYS),
    encryptionKeys: parseKeyRing(secrets.ENCRYPTION_MASTER_KEY).map(({ id, secret: text }) => ({ version: id, key: encryptionKey(id, text) })),
    refreshTokenKey: secrets.REFRESH_TOKEN_KEY,
    emailTombstoneKey: secrets.EMAIL_TOMBSTONE_KEY,
    unsubscribeSecret: secrets.UNSUBSCRIBE_HMAC_SECRET,
    trackingSecret: secrets.TRACKING_HMAC_SECRET,
  };
}

function requireForProduction(variables: Variables): void {
  const required = ['DATABASE_URL', 'ANALYTICS_DATABASE_URL', 'REDIS_URL', 'PUBLIC_URL', 'COOKIE_DOMAIN', ...SECRET_NAMES] as const;
  const problems = required.filter((name) => !variables[name]).map((name) => `  ${name}: required in production`);
  if (variables.RATE_LIMITS === false) problems.push('  RATE_LIMITS: cannot be off in production');
  if (variables.PROVIDERS_ON_PRIVATE_HOSTS) problems.push('  PROVIDERS_ON_PRIVATE_HOSTS: cannot be on in production');
  if (!variables.WEB_ORIGIN.startsWith('https://')) problems.push('  WEB_ORIGIN: must be https in production');
  if (problems.length > 0) throw new InvalidEnvironment(`The environment is not valid:\n${problems.join('\n')}`);
}

function given(variables: Variables): Partial<Secrets> {
  return Object.fromEntries(SECRET_NAMES.filter((name) => variables[name]).map((name) => [name, variables[name]]));
}

/** Random secrets in the data directory, so that sessions and ciphertexts outlive a restart on a laptop. */
function developmentSecrets(dataDir: string): Secrets {
  const file = join(dataDir, 'secrets.json');
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true });
    const random = () => randomBytes(32).toString('base64url');
    const secrets = Object.fromEntries(SECRET_NAMES.map((name) => [name, name.endsWith('_KEYS') || name === 'ENCRYPTION_MASTER_KEY' ? `dev:${random()}` : random()]));
    writeFileSync(file, JSON.stringify(secrets, null, 2), { flag: 'wx' });
    chmodSync(file, 0o600);
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
}

function parseKeyRing(text: string): NamedKey[] {
  return text.split(',').map((pair) => {
    const colon = pair.indexOf(':');
    return { id: pair.slice(0, colon), secret: pair.slice(colon + 1) };
  });
}

function encryptionKey(id: string, text: string): Buffer {
  const key = Buffer.from(text, 'base64url');
  if (key.length !== 32) throw new InvalidEnvironment(`ENCRYPTION_MASTER_KEY: key ${id} must be 32 bytes in base64url`);
  return key;
}
