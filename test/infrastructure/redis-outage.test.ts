import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RedisMessageBus } from '../../src/infrastructure/bus/redis-message-bus.js';
import { GenericErrors } from '../../src/infrastructure/errors.js';
import { RedisKeyValueStore } from '../../src/infrastructure/key-value/redis-key-value-store.js';
import { createLogger } from '../../src/infrastructure/logger.js';
import { RateLimiter } from '../../src/infrastructure/rate-limit/rate-limiter.js';
import { createRedis, RedisUnavailableError } from '../../src/infrastructure/redis.js';
import { redisServerForTests, TestRedis } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

const server = await redisServerForTests();
const logger = createLogger({ level: 'silent' });
/** Far above the half second that a command may take, far below the time after which a client gives up. */
const NOT_LONG = 3_000;

describe.skipIf(server === null)('a Redis that fails', () => {
  let test: TestRedis;

  beforeEach(async () => {
    await server!.start();
    test = await TestRedis.open(server!.url);
  });
  afterEach(async () => {
    server!.resume();
    await test.close();
  });

  const commandsReady = (ready: boolean) =>
    vi.waitFor(() => expect(test.redis.commands.isReady).toBe(ready), { timeout: 15_000 });
  const stop = async (): Promise<void> => {
    await server!.stop();
    await commandsReady(false);
  };
  const restart = async (): Promise<void> => {
    await server!.start();
    await commandsReady(true);
  };
  const elapsed = async (work: () => Promise<unknown>): Promise<number> => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };

  describe('connection', () => {
    it('refuses commands at once while it is lost and serves them when it is back', async () => {
      await stop();
      await expect(test.redis.commands.run((client) => client.ping())).rejects.toThrow(RedisUnavailableError);
      await restart();
      expect(await test.redis.commands.run((client) => client.ping())).toBe('PONG');
    });

    it('gives a hanging command up, refuses the next at once, and goes on when the answer came after all', async () => {
      server!.pause();
      const times = elapsed(() =>
        expect(test.redis.commands.run((client) => client.ping())).rejects.toThrow('took longer'),
      );
      expect(await times).toBeLessThan(NOT_LONG);
      await expect(test.redis.commands.run((client) => client.ping())).rejects.toThrow(RedisUnavailableError);
      server!.resume();
      await commandsReady(true);
      expect(await test.redis.commands.run((client) => client.ping())).toBe('PONG');
    });

    it('drops a connection that stays silent and makes a new one', async () => {
      const lost = vi.fn();
      test.redis.commands.client.on('error', lost);
      server!.pause();
      await vi.waitFor(() => expect(lost).toHaveBeenCalled(), { timeout: 15_000 });
      server!.resume();
      await commandsReady(true);
      expect(await test.redis.commands.run((client) => client.ping())).toBe('PONG');
    });

    it('lets the server start without Redis and finds it later', async () => {
      await stop();
      const late = createRedis(server!.url, logger);
      await late.connect();
      expect(late.commands.isReady).toBe(false);
      await server!.start();
      await vi.waitFor(() => expect(late.commands.isReady).toBe(true), { timeout: 15_000 });
      await late.close();
    });
  });

  describe('RedisKeyValueStore', () => {
    it('answers 503 and counts the failure', async () => {
      const store = new RedisKeyValueStore(test.redis, test.failures);
      await stop();
      await expect(store.get('key')).rejects.toMatchObject({ definition: GenericErrors.unavailable });
      await expect(store.increment('key', 60)).rejects.toMatchObject({ definition: GenericErrors.unavailable });
      expect(await test.countFailures('key-value.get')).toBe(1);
      expect(await test.countFailures('key-value.increment')).toBe(1);
    });
  });

  describe('RateLimiter', () => {
    const policy = { name: 'login', points: 2, windowSeconds: 3_600 };

    it('goes on counting in memory, and in Redis when it is back', async () => {
      const limiter = new RateLimiter(new TestClock(), test);
      await limiter.consume(policy, 'ip:1');
      await stop();
      const outcomes = [1, 2, 3].map(() => limiter.consume(policy, 'ip:1'));
      expect((await Promise.all(outcomes)).map(({ allowed }) => allowed)).toEqual([true, true, false]);
      expect(await test.countFailures('rate-limit')).toBe(3);
      await restart();
      expect(await limiter.consume(policy, 'ip:1')).toMatchObject({ allowed: true, remaining: 1 });
    });

    it('counts in memory when Redis hangs, and does not keep the caller waiting', async () => {
      const limiter = new RateLimiter(new TestClock(), test);
      server!.pause();
      const times = elapsed(async () => {
        for (let n = 1; n <= 3; n += 1) expect((await limiter.consume(policy, 'ip:1')).allowed).toBe(n <= 2);
      });
      expect(await times).toBeLessThan(NOT_LONG);
    });
  });

  describe('RedisMessageBus', () => {
    let bus: RedisMessageBus;

    beforeEach(() => {
      bus = new RedisMessageBus(test.redis, test.failures, logger);
    });
    afterEach(() => bus.close());

    const listeners = async (channel: string): Promise<number> => {
      const name = test.redis.keyPrefix + channel;
      return (await test.redis.subscriber.run((client) => client.pubSubNumSub([name])))[name] ?? 0;
    };

    it('delivers events of its own instance while Redis is away, and counts them', async () => {
      const handler = vi.fn();
      await bus.subscribe('c', handler);
      await stop();
      await bus.publish('c', { n: 1 });
      expect(handler.mock.calls).toEqual([[{ n: 1 }]]);
      expect(await test.countFailures('bus.publish')).toBe(1);
    });

    it('does not keep a publisher or subscriber waiting when Redis hangs', async () => {
      server!.pause();
      const times = elapsed(async () => {
        await bus.publish('c', { n: 1 });
        await bus.publish('c', { n: 2 });
        await bus.subscribe('c', () => undefined);
        await bus.subscribe('d', () => undefined);
      });
      expect(await times).toBeLessThan(NOT_LONG);
    });

    it('listens again and then tells that events may have been missed', async () => {
      const received = vi.fn();
      const heardAtReconnect: number[] = [];
      const reconnected = vi.fn(async () => void heardAtReconnect.push(await listeners('c')));
      await bus.subscribe('c', received);
      bus.onReconnect(reconnected);
      const silenced = vi.fn();
      bus.onReconnect(silenced)();
      await stop();
      await restart();
      await vi.waitFor(() => expect(heardAtReconnect).toEqual([1]), { timeout: 15_000 });
      await bus.publish('c', { n: 1 });
      await vi.waitFor(() => expect(received.mock.calls).toEqual([[{ n: 1 }]]));
      expect(reconnected).toHaveBeenCalledTimes(1);
      expect(silenced).not.toHaveBeenCalled();
    });

    it('listens to channels that came while Redis was away, and no more to those that went', async () => {
      const stopOld = await bus.subscribe('old', () => undefined);
      await stop();
      await stopOld();
      const received = vi.fn();
      await bus.subscribe('new', received);
      await restart();
      await vi.waitFor(async () => expect([await listeners('new'), await listeners('old')]).toEqual([1, 0]), {
        timeout: 15_000,
      });
      await bus.publish('new', { n: 1 });
      await vi.waitFor(() => expect(received).toHaveBeenCalledTimes(1));
    });

    it('listens to channels that came while Redis hung, though the connection was never lost', async () => {
      const reconnected = vi.fn();
      bus.onReconnect(reconnected);
      server!.pause();
      await bus.subscribe('first', () => undefined);
      const received = vi.fn();
      await bus.subscribe('second', received);
      server!.resume();
      await vi.waitFor(async () => expect([await listeners('first'), await listeners('second')]).toEqual([1, 1]), {
        timeout: 15_000,
      });
      expect(reconnected).toHaveBeenCalledTimes(1);
    });
  });
});
