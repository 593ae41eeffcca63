import type { RedisClientType } from 'redis';
import { DomainError, GenericErrors } from '../errors.js';
import type { Redis } from '../redis.js';
import type { RedisFailures } from '../redis-failures.js';
import type { KeyValueStore } from './key-value-store.js';

/** The life starts with the first increment. A key that lost its life some other way gets one, or it would count forever. */
const INCREMENT = `
local count = redis.call('INCR', KEYS[1])
if redis.call('TTL', KEYS[1]) == -1 then
  redis.call('EXPIRE', KEYS[1], ARGV[1])
end
return count
`;

/**
 * Keys in Redis, shared by all instances.
 *
 * Every method throws `error.unavailable` (503) when Redis does not answer. Who can do without catches that.
 */
export class RedisKeyValueStore implements KeyValueStore {
  constructor(
    private readonly redis: Redis,
    private readonly failures: RedisFailures,
  ) {}

  get(key: string): Promise<string | null> {
    return this.run('get', (client) => client.get(key));
  }

  async set(key: string, value: string, ttlSeconds: number): Promise<void> {
    await this.run('set', (client) => client.set(key, value, { expiration: { type: 'EX', value: ttlSeconds } }));
  }

  async setIfAbsent(key: string, value: string, ttlSeconds: number): Promise<boolean> {
    const options = { expiration: { type: 'EX', value: ttlSeconds }, condition: 'NX' } as const;
    return (await this.run('setIfAbsent', (client) => client.set(key, value, options))) === 'OK';
  }

  async increment(key: string, ttlSeconds: number): Promise<number> {
    const options = { keys: [key], arguments: [String(ttlSeconds)] };
    return Number(await this.run('increment', (client) => client.eval(INCREMENT, options)));
  }

  async ttl(key: string): Promise<number | null> {
    // In milliseconds and rounded up, since TTL rounds down and would call a lock of half a second over.
    const milliseconds = await this.run('ttl', (client) => client.pTTL(key));
    return milliseconds < 0 ? null : Math.ceil(milliseconds / 1_000);
  }

  async delete(...keys: string[]): Promise<void> {
    if (keys.length > 0) await this.run('delete', (client) => client.del(keys));
  }

  private async run<T>(operation: string, command: (client: RedisClientType) => Promise<T>): Promise<T> {
    try {
      return await this.redis.commands.run(command);
    } catch (error) {
      this.failures.report(`key-value.${operation}`, error);
      throw new DomainError(GenericErrors.unavailable, undefined, { cause: error });
    }
  }
}
