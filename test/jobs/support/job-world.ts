import { createClient } from 'redis';
import { vi } from 'vitest';
import { TestClock } from '../../support/test-clock.js';
import { JobDatabase } from './job-database.js';
import { JobInstance, type InstanceOptions } from './job-instance.js';

/** A database, a clock that stands still and the instances that share them. */
export class JobWorld {
  readonly clock = new TestClock();
  private readonly instances = new Set<JobInstance>();

  private constructor(
    readonly database: JobDatabase,
    readonly redis?: { url: string; prefix: string },
  ) {}

  static async create(redis?: { url: string; prefix: string }): Promise<JobWorld> {
    return new JobWorld(await JobDatabase.create(), redis);
  }

  async instance(options: Partial<InstanceOptions> = {}): Promise<JobInstance> {
    const { clock, redis, database } = this;
    const instance = await JobInstance.create({ databaseUrl: database.url, redis, clock, ...options });
    this.instances.add(instance);
    return instance;
  }

  /** Moves the clock and lets the instances look for what has become due. */
  pass(milliseconds: number): void {
    this.clock.advance(milliseconds);
    for (const instance of this.instances) instance.relay.poke();
  }

  async stop(instance: JobInstance): Promise<void> {
    this.instances.delete(instance);
    await instance.stop();
  }

  /** Forgets everything that the queue holds. */
  async loseQueue(): Promise<void> {
    if (this.redis) return this.deleteRedisKeys();
    const source = await this.database.connect();
    await source.query('delete from jobs.job');
    await source.destroy();
  }

  async close(): Promise<void> {
    await Promise.all([...this.instances].map((instance) => instance.stop()));
    await this.database.drop();
    await this.deleteRedisKeys();
  }

  private async deleteRedisKeys(): Promise<void> {
    if (!this.redis) return;
    const client = createClient({ url: this.redis.url });
    await client.connect();
    const keys = await client.keys(`${this.redis.prefix}:*`);
    if (keys.length > 0) await client.del(keys);
    client.destroy();
  }
}

/** Waits until `check` stops throwing. */
export const eventually = <T>(check: () => Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 15_000, interval: 20 });
