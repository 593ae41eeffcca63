import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Duration } from '../../src/infrastructure/clock.js';
import { redisServerForTests } from '../support/redis.js';
import type { JobInstance } from './support/job-instance.js';
import { eventually, JobWorld } from './support/job-world.js';
import { mail } from './support/mail-job.js';

const server = await redisServerForTests();

describe.skipIf(server === null)('jobs over Bull while Redis is away', () => {
  const redis = server!;
  let world: JobWorld;
  let instance: JobInstance;
  beforeEach(async () => {
    await redis.start();
    world = await JobWorld.create({ url: redis.url, prefix: 'test' });
    instance = await world.instance();
    await instance.register(mail, ({ order }) => instance.mark(order)).start();
    await instance.outbox.enqueue(mail, { order: 'before' });
    await eventually(async () => expect(await instance.marks()).toEqual({ before: 1 }));
  });
  afterEach(async () => {
    await redis.start();
    await world.close();
  });

  it('keeps jobs in the outbox and runs them when Redis is back, empty', async () => {
    await redis.stop();
    await instance.outbox.enqueue(mail, { order: 'during' });
    const states = () => instance.database.query('select state from job_outbox');
    await eventually(async () => expect(await states()).toEqual([{ state: 'WAITING' }]));
    await redis.start();
    await eventually(async () => expect(await instance.marks()).toEqual({ before: 1, during: 1 }));
  });

  it('starts all the same and works once Redis is there', async () => {
    await world.stop(instance);
    await redis.stop();
    const later = await world.instance();
    await later.register(mail, ({ order }) => later.mark(order)).start();
    await later.outbox.enqueue(mail, { order: 'early' });
    await redis.start();
    await eventually(async () => expect(await later.marks()).toEqual({ before: 1, early: 1 }));
  });

  it('stops all the same', async () => {
    await redis.stop();
    await instance.outbox.enqueue(mail, { order: 'during' });
    await world.stop(instance);
    const later = await world.instance();
    await redis.start();
    await later.register(mail, ({ order }) => later.mark(order)).start();
    await eventually(async () => {
      world.pass(Duration.seconds(30));
      expect(await later.marks()).toEqual({ before: 1, during: 1 });
    });
  });
});
