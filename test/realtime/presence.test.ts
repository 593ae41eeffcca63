import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryPresenceStore } from '../../src/realtime/presence/memory-presence-store.js';
import { formatConnectionId, type PresenceStore } from '../../src/realtime/presence/presence-store.js';
import { RedisPresenceStore } from '../../src/realtime/presence/redis-presence-store.js';
import { redisUrlForTests, TestRedis } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

const redisUrl = await redisUrlForTests();

interface Harness {
  clock: TestClock;
  /** A new instance of the server; in memory there can be only one, which plays all of them. */
  instance(id: string): Promise<PresenceStore>;
  passTime(seconds: number): Promise<void>;
  close(): Promise<void>;
}

async function memoryHarness(): Promise<Harness> {
  const clock = new TestClock();
  const store = new MemoryPresenceStore(clock);
  return {
    clock,
    instance: async () => store,
    passTime: async (seconds) => clock.advance(seconds * 1_000),
    close: async () => undefined,
  };
}

async function redisHarness(): Promise<Harness> {
  const clock = new TestClock();
  const test = await TestRedis.open(redisUrl!);
  const stores: PresenceStore[] = [];
  return {
    clock,
    instance: async (id) => {
      const store = new RedisPresenceStore(test.redis, test.failures, clock, id);
      await store.start();
      stores.push(store);
      return store;
    },
    passTime: async (seconds) => {
      clock.advance(seconds * 1_000);
      await test.passTime(seconds);
    },
    close: async () => {
      for (const store of stores) await store.shutdown();
      await test.close();
    },
  };
}

const ADA = '0190d0a0-0000-7000-8000-00000000ada0';
const FAN = '0190d0a0-0000-7000-8000-00000000fa00';
const [A1, A2, B1] = [formatConnectionId('a', 1), formatConnectionId('a', 2), formatConnectionId('b', 1)];
const OFFLINE = { isOnline: false, lastSeen: null };

describe.each([
  { name: 'MemoryPresenceStore', open: memoryHarness, skip: false },
  { name: 'RedisPresenceStore', open: redisHarness, skip: redisUrl === null },
])('$name', ({ open, skip }) => {
  describe.skipIf(skip)('as any presence store', () => {
    let harness: Harness;
    let store: PresenceStore;

    beforeEach(async () => {
      harness = await open();
      store = await harness.instance('a');
    });
    afterEach(() => harness.close());

    const presenceOf = async (userId: string) => (await store.read([userId])).get(userId);

    it('answers offline and never seen for a user who was never connected', async () => {
      expect(await presenceOf(ADA)).toEqual(OFFLINE);
    });

    it('stays online until the last of two connections closes, and remembers when that was', async () => {
      expect(await store.connect(ADA, A1)).toBe(1);
      expect(await store.connect(ADA, A2)).toBe(2);
      await store.disconnect(ADA, A1);
      expect(await presenceOf(ADA)).toEqual({ isOnline: true, lastSeen: null });
      await harness.passTime(5);
      const closedAt = harness.clock.now();
      await store.disconnect(ADA, A2);
      await harness.passTime(60);
      expect(await presenceOf(ADA)).toEqual({ isOnline: false, lastSeen: closedAt });
    });

    it('still tells when the user was last seen after a new connection', async () => {
      const closedAt = harness.clock.now();
      await store.connect(ADA, A1);
      await store.disconnect(ADA, A1);
      await store.connect(ADA, A2);
      expect(await presenceOf(ADA)).toEqual({ isOnline: true, lastSeen: closedAt });
    });

    it('reads many users at once and answers for each', async () => {
      await store.connect(ADA, A1);
      const ids = [FAN, ADA, ...Array.from({ length: 98 }, (_, n) => `unknown-${n}`)];
      const presences = await store.read(ids);
      expect([...presences.keys()]).toEqual(ids);
      expect(presences.get(ADA)).toEqual({ isOnline: true, lastSeen: null });
      expect(presences.get(FAN)).toEqual(OFFLINE);
      expect(await store.read([])).toEqual(new Map());
    });

    it('keeps a connection that answers pings online', async () => {
      await store.connect(ADA, A1);
      for (let pong = 0; pong < 4; pong += 1) {
        await harness.passTime(25);
        await store.renew(ADA, A1);
      }
      expect(await presenceOf(ADA)).toEqual({ isOnline: true, lastSeen: null });
    });

    it('shows a user offline a minute after the last sign of life, with the former time', async () => {
      await store.connect(ADA, A1);
      await harness.passTime(61);
      expect(await presenceOf(ADA)).toEqual(OFFLINE);
    });

    it('brings a connection back that was silent for longer and then answers', async () => {
      await store.connect(ADA, A1);
      await harness.passTime(61);
      await store.renew(ADA, A1);
      expect(await presenceOf(ADA)).toEqual({ isOnline: true, lastSeen: null });
    });

    it('does not bring a closed connection back by a late pong', async () => {
      await store.connect(ADA, A1);
      await store.disconnect(ADA, A1);
      await store.renew(ADA, A1);
      expect(await presenceOf(ADA)).toMatchObject({ isOnline: false });
    });

    it('keeps the time of the first close when a connection is closed twice', async () => {
      const closedAt = harness.clock.now();
      await store.connect(ADA, A1);
      await store.disconnect(ADA, A1);
      await harness.passTime(5);
      await store.disconnect(ADA, A1);
      expect(await presenceOf(ADA)).toEqual({ isOnline: false, lastSeen: closedAt });
    });

    it('does not count the connections of an instance that died', async () => {
      const other = await harness.instance('b');
      await store.connect(ADA, A1);
      await other.connect(ADA, B1);
      // Instance a dies without a word: its key runs out, while b goes on.
      await harness.passTime(40);
      await other.renew(ADA, B1);
      await harness.passTime(21);
      expect(await other.connect(ADA, formatConnectionId('b', 2))).toBe(2);
      await other.disconnect(ADA, formatConnectionId('b', 2));
      const closedAt = harness.clock.now();
      await other.disconnect(ADA, B1);
      expect(await presenceOf(ADA)).toEqual({ isOnline: false, lastSeen: closedAt });
    });

    it('forgets after 30 days when a user was last seen', async () => {
      await store.connect(ADA, A1);
      await store.disconnect(ADA, A1);
      await harness.passTime(30 * 86_400 - 60);
      expect(await presenceOf(ADA)).not.toEqual(OFFLINE);
      await harness.passTime(60);
      expect(await presenceOf(ADA)).toEqual(OFFLINE);
    });

    it('closes every connection of the instance at shutdown', async () => {
      const closedAt = harness.clock.now();
      await store.connect(ADA, A1);
      await store.connect(ADA, A2);
      await store.connect(FAN, formatConnectionId('a', 3));
      await store.shutdown();
      const gone = { isOnline: false, lastSeen: closedAt };
      expect(await store.read([ADA, FAN])).toEqual(
        new Map([
          [ADA, gone],
          [FAN, gone],
        ]),
      );
    });

    it('comes through many connections at once', async () => {
      const ids = Array.from({ length: 30 }, (_, n) => formatConnectionId('a', n));
      const counts = await Promise.all(ids.map((id) => store.connect(ADA, id)));
      expect(Math.max(...counts)).toBe(30);
      await Promise.all(ids.slice(1).map((id) => store.disconnect(ADA, id)));
      expect(await presenceOf(ADA)).toEqual({ isOnline: true, lastSeen: null });
    });
  });
});

describe.skipIf(redisUrl === null)('RedisPresenceStore in Redis', () => {
  let test: TestRedis;
  let store: RedisPresenceStore;
  const clock = new TestClock();

  beforeEach(async () => {
    test = await TestRedis.open(redisUrl!);
    store = new RedisPresenceStore(test.redis, test.failures, clock, 'a');
    await store.start();
  });
  afterEach(() => test.close());

  const name = (key: string): string => test.redis.keyPrefix + key;
  const isAbout = (life: number) => (seconds: number) => seconds > life - 10 && seconds <= life;

  it('uses the keys and lives of the contract', async () => {
    await store.connect(ADA, A1);
    expect(await test.raw.sMembers(name(`presence:${ADA}`))).toEqual([A1]);
    expect(await test.raw.ttl(name(`presence:${ADA}`))).toSatisfy(isAbout(60));
    expect(await test.raw.ttl(name('presence:instance:a'))).toSatisfy(isAbout(60));
    await test.passTime(30);
    await store.renew(ADA, A1);
    expect(await test.raw.ttl(name(`presence:${ADA}`))).toSatisfy(isAbout(60));
    await store.disconnect(ADA, A1);
    expect(await test.raw.get(name(`presence:lastseen:${ADA}`))).toBe(clock.now().toISOString());
    expect(await test.raw.ttl(name(`presence:lastseen:${ADA}`))).toSatisfy(isAbout(2_592_000));
    expect((await test.keys()).sort()).toEqual([name('presence:instance:a'), name(`presence:lastseen:${ADA}`)]);
  });

  it('tells the others at shutdown that the instance is gone', async () => {
    await store.connect(ADA, A1);
    await store.shutdown();
    expect(await test.keys()).toEqual([name(`presence:lastseen:${ADA}`)]);
  });

  it('shares presence among instances', async () => {
    const second = await TestRedis.open(redisUrl!, test.redis.keyPrefix);
    const other = new RedisPresenceStore(second.redis, second.failures, clock, 'b');
    await other.start();
    await store.connect(ADA, A1);
    expect(await other.connect(ADA, B1)).toBe(2);
    await store.disconnect(ADA, A1);
    expect((await store.read([ADA])).get(ADA)).toEqual({ isOnline: true, lastSeen: null });
    await other.shutdown();
    expect((await store.read([ADA])).get(ADA)).toEqual({ isOnline: false, lastSeen: clock.now() });
    await second.close();
  });
});
