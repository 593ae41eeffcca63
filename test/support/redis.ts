import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { createClient, type RedisClientType } from 'redis';
import { afterAll } from 'vitest';
import { systemClock } from '../../src/infrastructure/clock.js';
import { createLogger } from '../../src/infrastructure/logger.js';
import { RedisFailures } from '../../src/infrastructure/redis-failures.js';
import { createRedis, type Redis } from '../../src/infrastructure/redis.js';
import { RedisServer } from './redis-server.js';

/**
 * A Redis for tests: `REDIS_URL`, else one on 127.0.0.1:6379, else a `redis-server` of our own, which ends with the file.
 * Null, and a loud line, when there is none. Call it at the top level of a test file:
 *
 * @example
 * const redisUrl = await redisUrlForTests();
 * describe.skipIf(redisUrl === null)('with Redis', () => { … });
 */
export async function redisUrlForTests(): Promise<string | null> {
  for (const url of [process.env.REDIS_URL, 'redis://127.0.0.1:6379']) {
    if (url && (await answers(url))) return url;
  }
  return (await redisServerForTests())?.url ?? null;
}

/** A Redis of our own, for tests that stop it. Null, and a loud line, without `redis-server` on the PATH. */
export async function redisServerForTests(): Promise<RedisServer | null> {
  const server = await RedisServer.create();
  if (server) afterAll(() => server.stop());
  else
    process.stderr.write(
      '\n*** NO REDIS: no redis-server on the PATH either. REDIS-BACKED SUITES DID NOT RUN. ***\n\n',
    );
  return server;
}

/** Connections under a key prefix of their own. */
export class TestRedis {
  readonly failures: RedisFailures;
  readonly registry = new Registry();

  private constructor(
    readonly redis: Redis,
    /** Sees keys and channels as they are, prefix included. */
    readonly raw: RedisClientType,
  ) {
    this.failures = new RedisFailures(systemClock, createLogger({ level: 'silent' }), this.registry);
  }

  /** @param keyPrefix that of another instance, to share its keys */
  static async open(url: string, keyPrefix = `test:${randomUUID()}:`): Promise<TestRedis> {
    const redis = createRedis(url, createLogger({ level: 'silent' }), { keyPrefix });
    const raw: RedisClientType = createClient({ url });
    raw.on('error', () => undefined);
    const test = new TestRedis(redis, raw);
    await Promise.all([redis.connect(), raw.connect()]);
    return test;
  }

  /** How many failures of an operation were counted. */
  async countFailures(operation: string): Promise<number> {
    const metric = await this.registry.getSingleMetric('redis_failures_total')!.get();
    return metric.values.find(({ labels }) => labels.operation === operation)?.value ?? 0;
  }

  /** Takes so many seconds from the life of every key, as if they had passed. */
  async passTime(seconds: number): Promise<void> {
    for (const key of await this.keys()) {
      const left = await this.raw.pTTL(key);
      if (left >= 0) await this.raw.pExpire(key, left - seconds * 1_000);
    }
  }

  async keys(): Promise<string[]> {
    const keys: string[] = [];
    for await (const page of this.raw.scanIterator({ MATCH: `${this.redis.keyPrefix}*`, COUNT: 1_000 }))
      keys.push(...page);
    return keys;
  }

  async close(): Promise<void> {
    if (this.raw.isReady) {
      const keys = await this.keys();
      if (keys.length > 0) await this.raw.del(keys);
    }
    this.raw.destroy();
    await this.redis.close();
  }
}

async function answers(url: string): Promise<boolean> {
  const client = createClient({ url, socket: { connectTimeout: 1_000, reconnectStrategy: false } });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    client.destroy();
  }
}
