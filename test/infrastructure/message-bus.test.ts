import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryMessageBus } from '../../src/infrastructure/bus/memory-message-bus.js';
import type { BusPayload, MessageBus } from '../../src/infrastructure/bus/message-bus.js';
import { RedisMessageBus } from '../../src/infrastructure/bus/redis-message-bus.js';
import { createLogger } from '../../src/infrastructure/logger.js';
import { redisUrlForTests, TestRedis } from '../support/redis.js';

const logger = createLogger({ level: 'silent' });
const redisUrl = await redisUrlForTests();

interface Harness {
  bus: MessageBus;
  /** A second instance on the same transport; the same bus where there can be only one. */
  other: MessageBus;
  close(): Promise<void>;
}

async function memoryHarness(): Promise<Harness> {
  const bus = new MemoryMessageBus(logger);
  return { bus, other: bus, close: () => bus.close() };
}

async function redisHarness(): Promise<Harness> {
  const first = await TestRedis.open(redisUrl!);
  const second = await TestRedis.open(redisUrl!, first.redis.keyPrefix);
  const bus = new RedisMessageBus(first.redis, first.failures, logger);
  const other = new RedisMessageBus(second.redis, second.failures, logger);
  const close = async (): Promise<void> => {
    await Promise.all([bus.close(), other.close()]);
    await Promise.all([first.close(), second.close()]);
  };
  return { bus, other, close };
}

describe.each([
  { name: 'MemoryMessageBus', open: memoryHarness, skip: false },
  { name: 'RedisMessageBus', open: redisHarness, skip: redisUrl === null },
])('$name', ({ open, skip }) => {
  describe.skipIf(skip)('as any message bus', () => {
    let harness: Harness;
    let bus: MessageBus;

    beforeEach(async () => {
      harness = await open();
      bus = harness.bus;
    });
    afterEach(() => harness.close());

    /** Everything that arrives on a channel; `settled` waits until what was published before has arrived. */
    async function listen(channel: string, on = bus) {
      const received: BusPayload[] = [];
      const stop = await on.subscribe(channel, (payload) => received.push(payload));
      return { received, stop };
    }

    /** One connection keeps the order, so once this message is there everything before it is. */
    async function settle(): Promise<void> {
      for (const listener of new Set([bus, harness.other])) {
        const { received, stop } = await listen('settle', listener);
        await bus.publish('settle', {});
        await vi.waitFor(() => expect(received).not.toHaveLength(0));
        await stop();
      }
    }

    it('delivers to every subscriber of the channel on every instance, and to no other channel', async () => {
      const here = await listen('rt:user:1');
      const hereToo = await listen('rt:user:1');
      const there = await listen('rt:user:1', harness.other);
      const elsewhere = await listen('rt:user:2');
      await bus.publish('rt:user:1', { topic: 'message', ids: ['a', 'b'], at: 5 });
      await settle();
      for (const { received } of [here, hereToo, there]) {
        expect(received).toEqual([{ topic: 'message', ids: ['a', 'b'], at: 5 }]);
      }
      expect(elsewhere.received).toEqual([]);
    });

    it('keeps the order of one publisher', async () => {
      const { received } = await listen('c');
      for (let n = 0; n < 100; n += 1) await bus.publish('c', { n });
      await settle();
      expect(received.map(({ n }) => n)).toEqual(Array.from({ length: 100 }, (_, n) => n));
    });

    it('hands over JSON and nothing of the publisher', async () => {
      const { received } = await listen('c');
      const payload = { at: new Date('2026-01-01T00:00:00.000Z'), nested: { n: 1 }, none: undefined };
      await bus.publish('c', payload);
      payload.nested.n = 2;
      await settle();
      expect(received).toEqual([{ at: '2026-01-01T00:00:00.000Z', nested: { n: 1 } }]);
      expect(received[0]).not.toHaveProperty('none');
    });

    it('stops for one subscriber and goes on for the others', async () => {
      const first = await listen('c');
      const second = await listen('c');
      await first.stop();
      await first.stop();
      await bus.publish('c', { n: 1 });
      await settle();
      expect(first.received).toEqual([]);
      expect(second.received).toEqual([{ n: 1 }]);
    });

    it('lets one handler subscribe twice and stop once', async () => {
      const handler = vi.fn();
      const stop = await bus.subscribe('c', handler);
      await bus.subscribe('c', handler);
      await stop();
      await bus.publish('c', {});
      await settle();
      expect(handler).toHaveBeenCalledTimes(1);
    });

    it('comes through any order of subscribing and stopping', async () => {
      const stopFirst = await bus.subscribe('c', () => undefined);
      const stopping = stopFirst();
      const second = listen('c');
      const third = listen('c');
      await Promise.all([stopping, second, third]);
      await (await second).stop();
      await bus.publish('c', { n: 1 });
      await settle();
      expect((await second).received).toEqual([]);
      expect((await third).received).toEqual([{ n: 1 }]);
    });

    it('calls the other handlers when one throws', async () => {
      await bus.subscribe('c', () => {
        throw new Error('broken handler');
      });
      const { received } = await listen('c');
      await bus.publish('c', { n: 1 });
      await settle();
      expect(received).toEqual([{ n: 1 }]);
    });

    it('runs handlers outside of the transaction of the publisher', async () => {
      const ambient = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      await bus.subscribe('c', () => seen.push(ambient.getStore()));
      await ambient.run('transaction', () => bus.publish('c', {}));
      await settle();
      expect(seen).toEqual([undefined]);
    });

    it('delivers nothing after it was closed', async () => {
      const { received } = await listen('c');
      await bus.close();
      await harness.other.publish('c', {});
      const proof = await listen('settle', harness.other);
      await harness.other.publish('settle', {});
      await vi.waitFor(() => expect(proof.received).not.toHaveLength(0));
      expect(received).toEqual([]);
    });
  });
});

describe.skipIf(redisUrl === null)('RedisMessageBus on the wire', () => {
  let test: TestRedis;
  let bus: RedisMessageBus;

  beforeEach(async () => {
    test = await TestRedis.open(redisUrl!);
    bus = new RedisMessageBus(test.redis, test.failures, logger);
  });
  afterEach(async () => {
    await bus.close();
    await test.close();
  });

  const listeners = async (channel: string): Promise<number> => {
    const name = test.redis.keyPrefix + channel;
    return (await test.raw.pubSubNumSub([name]))[name] ?? 0;
  };

  it('listens to a channel from its first subscriber to its last', async () => {
    expect(await listeners('c')).toBe(0);
    const stopFirst = await bus.subscribe('c', () => undefined);
    const stopSecond = await bus.subscribe('c', () => undefined);
    expect(await listeners('c')).toBe(1);
    await stopFirst();
    expect(await listeners('c')).toBe(1);
    await stopSecond();
    expect(await listeners('c')).toBe(0);
  });

  it('lets no subscriber of a channel go on before Redis has confirmed it', async () => {
    const confirmation = Promise.withResolvers<void>();
    vi.spyOn(test.redis.subscriber, 'run').mockReturnValueOnce(confirmation.promise);
    const listening: string[] = [];
    const first = bus.subscribe('c', () => undefined).then(() => listening.push('first'));
    const second = bus.subscribe('c', () => undefined).then(() => listening.push('second'));
    await setImmediate();
    expect(listening).toEqual([]);
    confirmation.resolve();
    await Promise.all([first, second]);
    expect(listening).toEqual(['first', 'second']);
  });

  it('passes over what is not JSON', async () => {
    const handler = vi.fn();
    await bus.subscribe('c', handler);
    await test.raw.publish(`${test.redis.keyPrefix}c`, 'no json');
    await test.raw.publish(`${test.redis.keyPrefix}c`, '{"n":1}');
    await vi.waitFor(() => expect(handler).toHaveBeenCalled());
    expect(handler.mock.calls).toEqual([[{ n: 1 }]]);
  });
});
