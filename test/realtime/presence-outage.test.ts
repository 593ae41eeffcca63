import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { formatConnectionId } from '../../src/realtime/presence/presence-store.js';
import { RedisPresenceStore } from '../../src/realtime/presence/redis-presence-store.js';
import { redisServerForTests, TestRedis } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

const server = await redisServerForTests();
const [USER, A1, A2] = ['user', formatConnectionId('a', 1), formatConnectionId('a', 2)];
const OFFLINE = new Map([[USER, { isOnline: false, lastSeen: null }]]);

describe.skipIf(server === null)('presence while Redis fails', () => {
  let test: TestRedis;
  let store: RedisPresenceStore;

  beforeEach(async () => {
    await server!.start();
    test = await TestRedis.open(server!.url);
    store = new RedisPresenceStore(test.redis, test.failures, new TestClock(), 'a');
    await store.start();
  });
  afterEach(async () => {
    server!.resume();
    await store.shutdown();
    await test.close();
  });

  const commandsReady = (ready: boolean) =>
    vi.waitFor(() => expect(test.redis.commands.isReady).toBe(ready), { timeout: 15_000 });

  it('answers offline when Redis is down, fails no connection, and counts what failed', async () => {
    await store.connect(USER, A1);
    await server!.stop();
    await commandsReady(false);
    expect(await store.read([USER])).toEqual(OFFLINE);
    expect(await store.connect(USER, A2)).toBe(2);
    await store.renew(USER, A2);
    await store.disconnect(USER, A1);
    for (const operation of ['read', 'connect', 'renew', 'disconnect']) {
      expect(await test.countFailures(`presence.${operation}`)).toBe(1);
    }
  });

  it('shows a connection that was opened meanwhile once it answers a ping', async () => {
    await server!.stop();
    await commandsReady(false);
    await store.connect(USER, A1);
    await server!.start();
    await commandsReady(true);
    expect(await store.read([USER])).toEqual(OFFLINE);
    await store.renew(USER, A1);
    expect(await store.read([USER])).toEqual(new Map([[USER, { isOnline: true, lastSeen: null }]]));
  });

  it('answers offline when Redis has not answered within 200 ms', async () => {
    await store.connect(USER, A1);
    server!.pause();
    const report = vi.spyOn(test.failures, 'report');
    expect(await store.read([USER])).toEqual(OFFLINE);
    const failure: unknown = expect.objectContaining({ message: 'reading presence took longer than 200 ms' });
    expect(report).toHaveBeenCalledExactlyOnceWith('presence.read', failure);
  });
});
