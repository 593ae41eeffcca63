import { RateLimiterRedis, type RateLimiterAbstract } from 'rate-limiter-flexible';
import type { Clock } from '../clock.js';
import { ExpiringMap } from '../expiring-map.js';
import { networkOf } from '../ip-address.js';
import type { Redis } from '../redis.js';
import type { RedisFailures } from '../redis-failures.js';
import { MemoryLimiter } from './memory-limiter.js';

/** So many calls in so long a time, counted under a name. */
export interface RateLimitPolicy {
  name: string;
  points: number;
  windowSeconds: number;
}

/** Where a caller stands under a policy after a call was counted. */
export interface RateLimitOutcome {
  policy: RateLimitPolicy;
  allowed: boolean;
  /** Calls in a window. */
  limit: number;
  /** Calls left in this window. */
  remaining: number;
  /** Seconds until the window starts anew, at least 1. */
  resetSeconds: number;
}

/** Some 20 MB. Beyond it the callers that have been quiet for longest start anew. */
const MAX_COUNTERS = 100_000;

/**
 * Counts calls in fixed windows, by policy and caller; the counters are shared by all instances through Redis.
 *
 * A call is never let through uncounted: without Redis, and while it is away, each process counts in its own memory.
 */
export class RateLimiter {
  private readonly counters: ExpiringMap<number>;
  private readonly limiters = new Map<string, RateLimiterAbstract>();

  /** @param shared Redis and where its failures go; null counts in this process alone. */
  constructor(
    private readonly clock: Clock,
    private readonly shared: { redis: Redis; failures: RedisFailures } | null,
    maxCounters = MAX_COUNTERS,
  ) {
    this.counters = new ExpiringMap(clock, maxCounters);
  }

  /** Counts one call of `key`, allowed or not, and tells where that leaves the caller. */
  async consume(policy: RateLimitPolicy, key: string): Promise<RateLimitOutcome> {
    // The library's `consume` throws its answer once the limit is reached; `penalty` counts alike and returns it.
    const { consumedPoints, msBeforeNext } = await this.limiterOf(policy).penalty(key, 1);
    return {
      policy,
      allowed: consumedPoints <= policy.points,
      limit: policy.points,
      remaining: Math.max(policy.points - consumedPoints, 0),
      resetSeconds: Math.max(Math.ceil(msBeforeNext / 1_000), 1),
    };
  }

  private limiterOf(policy: RateLimitPolicy): RateLimiterAbstract {
    const id = `${policy.name} ${policy.points}/${policy.windowSeconds}`;
    let limiter = this.limiters.get(id);
    if (!limiter) {
      limiter = this.createLimiter(policy);
      this.limiters.set(id, limiter);
    }
    return limiter;
  }

  private createLimiter({ name, points, windowSeconds }: RateLimitPolicy): RateLimiterAbstract {
    const options = { keyPrefix: `rl:${name}`, points, duration: windowSeconds };
    const memoryLimiter = new MemoryLimiter(options, this.counters, this.clock);
    if (!this.shared) return memoryLimiter;
    const { redis, failures } = this.shared;
    return new RateLimiterRedis({
      ...options,
      useRedisPackage: true,
      insuranceLimiter: memoryLimiter,
      // All that counting uses of the client, under the time limit of our connection.
      storeClient: {
        eval: async (script: string, call: { keys: string[]; arguments: string[] }) => {
          try {
            return await redis.commands.run((client) => client.eval(script, call));
          } catch (error) {
            failures.report('rate-limit', error);
            throw error;
          }
        },
      },
    });
  }
}

const SECONDS = { s: 1, second: 1, minute: 60, hour: 3_600, day: 86_400 } as const;
const FORMAT = /^([1-9]\d*)\/([1-9]\d*)?(s|second|minute|hour|day)s?$/;

/**
 * Reads a limit such as `20/hour`, `3/10minutes` or `5/30s`.
 *
 * @throws TypeError when the text is no limit.
 */
export function parseRateLimit(text: string): Pick<RateLimitPolicy, 'points' | 'windowSeconds'> {
  const match = FORMAT.exec(text);
  if (!match) throw new TypeError(`"${text}" is not a rate limit such as 20/hour or 3/10minutes`);
  const [, points, count = '1', unit] = match;
  return { points: Number(points), windowSeconds: Number(count) * SECONDS[unit as keyof typeof SECONDS] };
}

/**
 * What an anonymous caller is counted by: its IPv4 address, or the /64 of its IPv6 address, of which one household has
 * a whole network.
 */
export function rateLimitKeyForIp(ip: string): string {
  return networkOf(ip, { v4: 32, v6: 64 });
}

/**
 * Answer headers of draft-ietf-httpapi-ratelimit-headers, and `Retry-After` (RFC 9110, 10.2.3) with a refusal.
 *
 * @example RateLimit-Policy: "login";q=20;w=3600
 * @example RateLimit: "login";r=19;t=3600
 */
export function rateLimitHeaders({
  policy,
  allowed,
  limit,
  remaining,
  resetSeconds,
}: RateLimitOutcome): Record<string, string> {
  return {
    'RateLimit-Policy': `"${policy.name}";q=${limit};w=${policy.windowSeconds}`,
    RateLimit: `"${policy.name}";r=${remaining};t=${resetSeconds}`,
    ...(allowed ? {} : { 'Retry-After': String(resetSeconds) }),
  };
}
