import { Registry, collectDefaultMetrics } from 'prom-client';
import type { DataSource } from 'typeorm';
import { AuditLog } from '../infrastructure/audit/audit-log.js';
import { MemoryMessageBus } from '../infrastructure/bus/memory-message-bus.js';
import { RedisMessageBus } from '../infrastructure/bus/redis-message-bus.js';
import { ClientIpResolver } from '../infrastructure/client-ip.js';
import type { Clock } from '../infrastructure/clock.js';
import { Encryption } from '../infrastructure/crypto/encryption.js';
import { Database } from '../infrastructure/database/database.js';
import type { Env } from '../infrastructure/env.js';
import { DomainEvents } from '../infrastructure/events/domain-events.js';
import { GeoIp } from '../infrastructure/geo-ip.js';
import { Translations } from '../infrastructure/i18n/translations.js';
import { MemoryKeyValueStore } from '../infrastructure/key-value/memory-key-value-store.js';
import { RedisKeyValueStore } from '../infrastructure/key-value/redis-key-value-store.js';
import type { Logger } from '../infrastructure/logger.js';
import { RateLimiter } from '../infrastructure/rate-limit/rate-limiter.js';
import { createRedis } from '../infrastructure/redis.js';
import { RedisFailures } from '../infrastructure/redis-failures.js';
import { Settings } from '../infrastructure/settings/settings.js';
import { settingDefinitions } from './settings.js';

/** What the process was given: configuration, databases, time. */
export interface Foundation {
  env: Env;
  clock: Clock;
  logger: Logger;
  main: DataSource;
  analytics: DataSource;
  /** Connection string of the main database, for the job queue. */
  mainUrl: string;
  /** Stands before every Redis key and channel; tests share one Redis. */
  redisKeyPrefix?: string;
}

/** Everything technical that services stand on. With Redis the state is shared by all instances, else it is this process's. */
export async function buildInfrastructure({ env, clock, logger, main, redisKeyPrefix }: Foundation) {
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  const redis = env.REDIS_URL ? createRedis(env.REDIS_URL, logger, { keyPrefix: redisKeyPrefix }) : null;
  const failures = new RedisFailures(clock, logger, metrics);
  const database = new Database(main, logger);
  const bus = redis ? new RedisMessageBus(redis, failures, logger) : new MemoryMessageBus(logger);
  const store = redis ? new RedisKeyValueStore(redis, failures) : new MemoryKeyValueStore(clock);
  return {
    metrics,
    redis,
    failures,
    database,
    bus,
    store,
    events: new DomainEvents(bus, database),
    settings: new Settings(settingDefinitions, database, bus, logger),
    rateLimiter: new RateLimiter(clock, redis && { redis, failures }),
    encryption: new Encryption(env.encryptionKeys),
    translations: Translations.load(),
    audit: new AuditLog(database, clock),
    clientIps: new ClientIpResolver(env.TRUSTED_PROXIES),
    geoIp: await GeoIp.open(),
  };
}

export type Infrastructure = Awaited<ReturnType<typeof buildInfrastructure>>;
