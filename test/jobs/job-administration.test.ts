import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Duration } from '../../src/infrastructure/clock.js';
import { defineJob } from '../../src/jobs/job-definition.js';
import type { JobInstance } from './support/job-instance.js';
import { JobWorld } from './support/job-world.js';
import { mail } from './support/mail-job.js';

const staff = '0198c1de-0000-7000-8000-000000000001';
const sweep = defineJob({
  name: 'sweep',
  description: 'sweeps',
  payload: z.object({}),
  schedule: '0 * * * *',
  attempts: 1,
  backoffSeconds: 1,
});

describe('job administration', () => {
  let world: JobWorld;
  let instance: JobInstance;
  let failing: boolean;
  beforeEach(async () => {
    world = await JobWorld.create();
    instance = await world.instance();
    failing = false;
    instance.register(sweep, () => instance.mark('sweep'));
    instance.register(mail, async ({ order }) => {
      world.clock.advance(20);
      if (failing) throw new Error(`no answer for ${order}`);
      await instance.mark(order);
    });
  });
  afterEach(() => world.close());

  const key = (error: { definition: { key: string; status: number } }) => [
    error.definition.status,
    error.definition.key,
  ];
  const refusal = (promise: Promise<unknown>) => promise.then(() => 'no error', key);

  it('lists every registered job, run or not', async () => {
    const never = {
      lastRunAt: null,
      lastStatus: 'NEVER',
      lastDurationMs: null,
      lastError: null,
      queueDepth: 0,
      failed: 0,
    };
    expect(await instance.administration.list()).toEqual([
      { name: 'mail', schedule: null, ...never },
      { name: 'sweep', schedule: '0 * * * *', ...never },
    ]);
  });

  it('shows how a queue does: its depth, its last result, its dead letters', async () => {
    await instance.outbox.enqueue(mail, { order: 'fine' });
    await instance.worker.drain();
    await instance.outbox.enqueue(
      mail,
      { order: 'later' },
      { runAt: new Date(world.clock.now().getTime() + Duration.days(1)) },
    );
    const [fine] = await instance.administration.list();
    expect(fine).toMatchObject({
      lastStatus: 'OK',
      lastRunAt: new Date('2026-01-15T12:00:00.000Z'),
      lastDurationMs: 20,
      lastError: null,
      queueDepth: 1,
      failed: 0,
    });

    failing = true;
    await instance.outbox.enqueue(mail, { order: 'broken' });
    await instance.worker.drain();
    const [broken] = await instance.administration.list();
    expect(broken).toMatchObject({ lastStatus: 'FAILED', lastError: 'no answer for broken', queueDepth: 1, failed: 1 });
    expect(Object.keys(broken!)).not.toContain('payload');
  });

  it('queues a run under the lock of the schedule', async () => {
    await instance.scheduler.start();
    await instance.scheduler.stop();
    const { runId, name } = await instance.administration.run('sweep', staff);
    expect(name).toBe('sweep');
    expect(await refusal(instance.administration.run('sweep', staff))).toEqual([409, 'admin.job.running']);
    expect(await refusal(instance.administration.retryFailed('sweep', staff))).toEqual([409, 'admin.job.running']);
    expect((await instance.administration.list())[1]).toMatchObject({ lastStatus: 'RUNNING', queueDepth: 1 });

    world.clock.advance(Duration.hours(1));
    await instance.scheduler.fireDue();
    await instance.worker.drain();
    expect(await instance.marks()).toEqual({ sweep: 1 });
    expect(await instance.database.query('select id, status, started_by from job_run')).toEqual([
      { id: runId, status: 'OK', started_by: staff },
    ]);
  });

  it('answers a conflict while a scheduled run is under way', async () => {
    await instance.scheduler.start();
    await instance.scheduler.stop();
    world.clock.advance(Duration.hours(1));
    await instance.scheduler.fireDue();
    expect(await refusal(instance.administration.run('sweep', staff))).toEqual([409, 'admin.job.running']);
    await instance.worker.drain();
    expect(await refusal(instance.administration.run('sweep', staff))).toBe('no error');
  });

  it('starts one of two runs that are asked for at the same time', async () => {
    const outcomes = await Promise.all([1, 2, 3].map(() => refusal(instance.administration.run('sweep', staff))));
    expect(outcomes.filter((outcome) => outcome === 'no error')).toHaveLength(1);
  });

  it('starts nothing when the transaction around it rolls back', async () => {
    await instance.database
      .transaction(async () => {
        await instance.administration.run('sweep', staff);
        throw new Error('the audit row could not be written');
      })
      .catch(() => undefined);
    await instance.worker.drain();
    expect(await instance.marks()).toEqual({});
    expect(await refusal(instance.administration.run('sweep', staff))).toBe('no error');
  });

  it('puts dead letters back with their ids, once, and merges those whose work waits already', async () => {
    failing = true;
    const first = await instance.outbox.enqueue(mail, { order: 'first' });
    await instance.outbox.enqueue(mail, { order: 'second' }, { dedupeKey: 'second' });
    await instance.worker.drain();
    await instance.outbox.enqueue(mail, { order: 'second' }, { dedupeKey: 'second' });
    failing = false;

    const { runId } = await instance.administration.retryFailed('mail', staff);
    expect(
      await instance.database.query('select status, started_by, result from job_run where id = $1', [runId]),
    ).toEqual([{ status: 'OK', started_by: staff, result: { requeued: 1 } }]);
    expect(await instance.database.query('select id from job_outbox where dedupe_key is null')).toEqual([
      { id: first },
    ]);
    await instance.worker.drain();
    expect(await instance.marks()).toEqual({ first: 1, second: 1 });
    await instance.administration.retryFailed('mail', staff);
    await instance.worker.drain();
    expect(await instance.marks()).toEqual({ first: 1, second: 1 });
  });

  it('refuses unknown jobs and runs of jobs that need a payload', async () => {
    expect(await refusal(instance.administration.run('nothing', staff))).toEqual([404, 'admin.job.not_found']);
    expect(await refusal(instance.administration.retryFailed('nothing', staff))).toEqual([404, 'admin.job.not_found']);
    expect(await refusal(instance.administration.run('mail', staff))).toEqual([400, 'error.validation']);
  });
});
