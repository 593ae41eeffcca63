import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { KeyValueStore } from '../../src/infrastructure/key-value/key-value-store.js';
import { MemoryKeyValueStore } from '../../src/infrastructure/key-value/memory-key-value-store.js';
import { RedisKeyValueStore } from '../../src/infrastructure/key-value/redis-key-value-store.js';
import { redisUrlForTests, TestRedis } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

interface Harness {
  store: KeyValueStore;
  passTime(seconds: number): Promise<void>;
  close(): Promise<void>;
}

/** Redis lives in real time: a slow machine may be seconds late. */
const isAbout60 = (seconds: number | null): boolean => seconds !== null && seconds > 50 && seconds <= 60;

const redisUrl = await redisUrlForTests();

async function memoryHarness(): Promise<Harness> {
  const clock = new TestClock();
  return {
    store: new MemoryKeyValueStore(clock),
    passTime: async (seconds) => clock.advance(seconds * 1_000),
    close: async () => undefined,
  };
}

async function redisHarness(): Promise<Harness> {
  const test = await TestRedis.open(redisUrl!);
  return {
    store: new RedisKeyValueStore(test.redis, test.failures),
    passTime: (seconds) => test.passTime(seconds),
    close: () => test.close(),
  };
}

describe.each([
  { name: 'MemoryKeyValueStore', open: memoryHarness, skip: false },
  { name: 'RedisKeyValueStore', open: redisHarness, skip: redisUrl === null },
])('$name', ({ open, skip }) => {
  describe.skipIf(skip)('as any key-value store', () => {
    let harness: Harness;
    let store: KeyValueStore;
    let key: string;
    let count = 0;

    beforeAll(async () => {
      harness = await open();
      store = harness.store;
    });
    afterAll(() => harness.close());
    beforeEach(() => {
      key = `key-${(count += 1)}`;
    });

    it('answers null for a key that was never set', async () => {
      expect(await store.get(key)).toBeNull();
      expect(await store.ttl(key)).toBeNull();
    });

    it('keeps a value for its life and no longer', async () => {
      await store.set(key, 'v', 60);
      expect(await store.ttl(key)).toSatisfy(isAbout60);
      await harness.passTime(50);
      expect(await store.get(key)).toBe('v');
      expect(await store.ttl(key)).toBeLessThanOrEqual(10);
      await harness.passTime(10);
      expect(await store.get(key)).toBeNull();
      expect(await store.ttl(key)).toBeNull();
    });

    it('overwrites value and life', async () => {
      await store.set(key, 'old', 10);
      await store.set(key, 'new', 60);
      await harness.passTime(20);
      expect(await store.get(key)).toBe('new');
    });

    it('lets the first of many set an absent key', async () => {
      const won = await Promise.all(Array.from({ length: 20 }, (_, n) => store.setIfAbsent(key, `${n}`, 60)));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await store.get(key)).toBe(String(won.indexOf(true)));
    });

    it('lets an absent key be set again once its life is over', async () => {
      await store.setIfAbsent(key, 'first', 30);
      await harness.passTime(30);
      expect(await store.setIfAbsent(key, 'second', 30)).toBe(true);
    });

    it('counts every one of many increments', async () => {
      const counts = await Promise.all(Array.from({ length: 50 }, () => store.increment(key, 60)));
      expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
      expect(await store.get(key)).toBe('50');
    });

    it('does not prolong the life of a counter by counting', async () => {
      await store.increment(key, 60);
      await harness.passTime(40);
      expect(await store.increment(key, 60)).toBe(2);
      expect(await store.ttl(key)).toBeLessThanOrEqual(20);
      await harness.passTime(20);
      expect(await store.increment(key, 60)).toBe(1);
      expect(await store.ttl(key)).toSatisfy(isAbout60);
    });

    it('goes on from a number that was set', async () => {
      await store.set(key, '41', 60);
      expect(await store.increment(key, 60)).toBe(42);
    });

    it('refuses to count up what is no number', async () => {
      await store.set(key, 'text', 60);
      await expect(store.increment(key, 60)).rejects.toThrow();
      expect(await store.get(key)).toBe('text');
    });

    it('deletes several keys, known or not, and none', async () => {
      await store.set(key, 'a', 60);
      await store.set(`${key}-b`, 'b', 60);
      await store.delete(key, `${key}-b`, `${key}-unknown`);
      await store.delete();
      expect(await store.get(key)).toBeNull();
      expect(await store.get(`${key}-b`)).toBeNull();
    });
  });
});

describe('MemoryKeyValueStore under hostile keys', () => {
  it('drops the least recently used keys and keeps the one in use', async () => {
    const store = new MemoryKeyValueStore(new TestClock(), 100);
    await store.increment('in-use', 60);
    await store.increment('idle', 60);
    for (let n = 0; n < 1_000; n += 1) {
      await store.increment(`hostile-${n}`, 60);
      if (n % 50 === 0) await store.increment('in-use', 60);
    }
    expect(await store.get('in-use')).toBe('21');
    expect(await store.get('idle')).toBeNull();
  });
});
