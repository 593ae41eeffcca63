import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  parseRateLimit,
  rateLimitHeaders,
  rateLimitKeyForIp,
  RateLimiter,
  type RateLimitPolicy,
} from '../../src/infrastructure/rate-limit/rate-limiter.js';
import { redisUrlForTests, TestRedis } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

describe('parseRateLimit', () => {
  it.each([
    ['20/hour', 20, 3_600],
    ['3/10minutes', 3, 600],
    ['60/minute', 60, 60],
    ['1/day', 1, 86_400],
    ['300/minute', 300, 60],
    ['5/30s', 5, 30],
    ['1/1second', 1, 1],
  ])('reads %s', (text, points, windowSeconds) => {
    expect(parseRateLimit(text)).toEqual({ points, windowSeconds });
  });

  it.each(['', '20', '/hour', '0/hour', '20/fortnight', '20/0minutes', '-1/day', '20 / hour', '1.5/day', '20/hour!'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseRateLimit(text)).toThrow(TypeError);
    },
  );
});

describe('rateLimitKeyForIp', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7/32'],
    ['::ffff:203.0.113.7', '203.0.113.7/32'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::1', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
  ])('counts %s as %s', (ip, key) => {
    expect(rateLimitKeyForIp(ip)).toBe(key);
  });
});

describe('rateLimitHeaders', () => {
  const policy = { name: 'login', points: 20, windowSeconds: 3_600 };

  it('tells policy and state of an allowed call', () => {
    expect(rateLimitHeaders({ policy, allowed: true, limit: 20, remaining: 19, resetSeconds: 3_599 })).toEqual({
      'RateLimit-Policy': '"login";q=20;w=3600',
      RateLimit: '"login";r=19;t=3599',
    });
  });

  it('adds Retry-After to a refusal', () => {
    expect(rateLimitHeaders({ policy, allowed: false, limit: 20, remaining: 0, resetSeconds: 12 })).toEqual({
      'RateLimit-Policy': '"login";q=20;w=3600',
      RateLimit: '"login";r=0;t=12',
      'Retry-After': '12',
    });
  });
});

const redisUrl = await redisUrlForTests();

interface Harness {
  limiter: RateLimiter;
  passTime(seconds: number): Promise<void>;
  close(): Promise<void>;
}

async function memoryHarness(): Promise<Harness> {
  const clock = new TestClock();
  return {
    limiter: new RateLimiter(clock, null),
    passTime: async (seconds) => clock.advance(seconds * 1_000),
    close: async () => undefined,
  };
}

async function redisHarness(): Promise<Harness> {
  const test = await TestRedis.open(redisUrl!);
  return {
    limiter: new RateLimiter(new TestClock(), test),
    passTime: (seconds) => test.passTime(seconds),
    close: () => test.close(),
  };
}

describe.each([
  { name: 'RateLimiter in memory', open: memoryHarness, skip: false },
  { name: 'RateLimiter over Redis', open: redisHarness, skip: redisUrl === null },
])('$name', ({ open, skip }) => {
  describe.skipIf(skip)('as any rate limiter', () => {
    let harness: Harness;
    let limiter: RateLimiter;
    let policy: RateLimitPolicy;
    let count = 0;

    beforeAll(async () => {
      harness = await open();
      limiter = harness.limiter;
    });
    afterAll(() => harness.close());
    beforeEach(() => {
      policy = { name: `policy-${(count += 1)}`, points: 3, windowSeconds: 600 };
    });

    const consume = (times: number, key = 'user:1') =>
      Promise.all(Array.from({ length: times }, () => limiter.consume(policy, key)));

    it('allows so many calls and refuses the next', async () => {
      const outcomes = await consume(5);
      expect(outcomes.map(({ allowed }) => allowed)).toEqual([true, true, true, false, false]);
      expect(outcomes.map(({ remaining }) => remaining)).toEqual([2, 1, 0, 0, 0]);
      for (const outcome of outcomes) {
        expect(outcome).toMatchObject({ policy, limit: 3 });
        expect(outcome.resetSeconds).toBeGreaterThan(590);
        expect(outcome.resetSeconds).toBeLessThanOrEqual(600);
      }
    });

    it('counts callers and policies apart', async () => {
      await consume(3);
      expect((await consume(1, 'user:2'))[0]).toMatchObject({ allowed: true, remaining: 2 });
      expect(await limiter.consume({ ...policy, name: `${policy.name}-other` }, 'user:1')).toMatchObject({
        remaining: 2,
      });
    });

    it('starts anew after the window, which refused calls do not prolong', async () => {
      await consume(3);
      await harness.passTime(500);
      const [refused] = await consume(1);
      expect(refused).toMatchObject({ allowed: false });
      expect(refused!.resetSeconds).toBeLessThanOrEqual(100);
      await harness.passTime(100);
      expect((await consume(1))[0]).toMatchObject({ allowed: true, remaining: 2 });
    });

    it('goes on counting when the limit of a policy is changed', async () => {
      await consume(3);
      expect(await limiter.consume({ ...policy, points: 10 }, 'user:1')).toMatchObject({
        allowed: true,
        limit: 10,
        remaining: 6,
      });
      expect((await consume(1))[0]).toMatchObject({ allowed: false });
    });
  });
});

describe.skipIf(redisUrl === null)('RateLimiter over Redis', () => {
  it('shares its counters among instances', async () => {
    const first = await TestRedis.open(redisUrl!);
    const second = await TestRedis.open(redisUrl!, first.redis.keyPrefix);
    const policy = { name: 'login', points: 2, windowSeconds: 60 };
    const [here, there] = [new RateLimiter(new TestClock(), first), new RateLimiter(new TestClock(), second)];
    expect(await here.consume(policy, 'ip:1')).toMatchObject({ allowed: true });
    expect(await there.consume(policy, 'ip:1')).toMatchObject({ allowed: true });
    expect(await here.consume(policy, 'ip:1')).toMatchObject({ allowed: false });
    await Promise.all([first.close(), second.close()]);
  });
});

describe('RateLimiter under hostile keys', () => {
  it('keeps the counter of a caller that goes on calling', async () => {
    const limiter = new RateLimiter(new TestClock(), null, 100);
    const policy = { name: 'login', points: 5, windowSeconds: 3_600 };
    for (let n = 0; n < 5; n += 1) await limiter.consume(policy, 'attacker');
    for (let n = 0; n < 1_000; n += 1) {
      await limiter.consume(policy, `made-up-${n}`);
      if (n % 50 === 0) expect(await limiter.consume(policy, 'attacker')).toMatchObject({ allowed: false });
    }
  });
});
