import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { Duration } from '../../src/infrastructure/clock.js';
import { defineJob } from '../../src/jobs/job-definition.js';
import type { JobInstance } from './support/job-instance.js';
import { JobWorld } from './support/job-world.js';

const hourly = defineJob({
  name: 'hourly',
  description: 'runs each hour',
  payload: z.object({}),
  schedule: '30 * * * *',
  attempts: 1,
  backoffSeconds: 1,
});

// The clock of the tests starts at noon.
describe('schedules', () => {
  let world: JobWorld;
  beforeEach(async () => {
    world = await JobWorld.create();
  });
  afterEach(() => world.close());

  async function scheduling(
    definition = hourly,
    work: (instance: JobInstance) => Promise<unknown> = (instance) => instance.mark('run'),
  ) {
    const instance = await world.instance();
    instance.register(definition, () => work(instance));
    await instance.scheduler.start();
    await instance.scheduler.stop();
    return instance;
  }

  const runs = (instance: JobInstance) =>
    instance.database.query(
      'select name, status, started_by, started_at, duration_ms, result, error from job_run order by started_at, id',
    );

  it('fires at its time, once over all instances, and keeps the run', async () => {
    const instances = [
      await scheduling(hourly, async (instance) => {
        await instance.mark('run');
        world.clock.advance(1_500);
        return { swept: 3 };
      }),
      await scheduling(hourly),
    ];
    world.clock.advance(Duration.minutes(30) - 1);
    await instances[0]!.scheduler.fireDue();
    expect(await runs(instances[0]!)).toEqual([]);

    world.clock.advance(1);
    await Promise.all([0, 1, 0, 1, 0, 1].map((n) => instances[n]!.scheduler.fireDue()));
    await instances[0]!.worker.drain();
    expect(await instances[0]!.marks()).toEqual({ run: 1 });
    expect(await runs(instances[0]!)).toEqual([
      {
        name: 'hourly',
        status: 'OK',
        started_by: null,
        started_at: new Date('2026-01-15T12:30:00Z'),
        duration_ms: 1_500,
        result: { swept: 3 },
        error: null,
      },
    ]);
  });

  it('fires no second time when another instance has fired and run it since the look', async () => {
    const [late, quick] = [await scheduling(), await scheduling()];
    world.clock.advance(Duration.hours(1));
    const query = late.database.query.bind(late.database);
    vi.spyOn(late.database, 'query').mockImplementationOnce(async (...look) => {
      const due = await query(...look);
      await quick.scheduler.fireDue();
      await quick.worker.drain();
      return due;
    });
    await late.scheduler.fireDue();
    await late.worker.drain();
    expect(await late.marks()).toEqual({ run: 1 });
  });

  it('makes up for missed times with one run', async () => {
    const instance = await scheduling();
    world.clock.advance(Duration.days(3));
    await instance.scheduler.fireDue();
    await instance.scheduler.fireDue();
    await instance.worker.drain();
    expect(await instance.marks()).toEqual({ run: 1 });
    world.clock.advance(Duration.minutes(30));
    await instance.scheduler.fireDue();
    await instance.worker.drain();
    expect(await instance.marks()).toEqual({ run: 2 });
  });

  it('leaves a time out while the last run is under way', async () => {
    const instance = await scheduling();
    world.clock.advance(Duration.hours(1));
    await instance.scheduler.fireDue();
    world.clock.advance(Duration.hours(1));
    await instance.scheduler.fireDue();
    await instance.worker.drain();
    expect(await instance.marks()).toEqual({ run: 1 });
  });

  it('counts a changed schedule from now and keeps an unchanged one over a restart', async () => {
    await scheduling();
    world.clock.advance(Duration.minutes(20));
    const restarted = await scheduling();
    expect(await restarted.database.query('select next_run_at from job_state')).toEqual([
      { next_run_at: new Date('2026-01-15T12:30:00Z') },
    ]);
    const changed = await scheduling(defineJob({ ...hourly, schedule: '0 3 * * *' }));
    expect(await changed.database.query('select next_run_at from job_state')).toEqual([
      { next_run_at: new Date('2026-01-16T03:00:00Z') },
    ]);
  });

  it('ends a run as failed after its last attempt, without a dead letter', async () => {
    const instance = await scheduling(defineJob({ ...hourly, attempts: 2 }), () => Promise.reject(new Error('no')));
    world.clock.advance(Duration.hours(1));
    await instance.scheduler.fireDue();
    await instance.worker.drain();
    expect(await runs(instance)).toMatchObject([{ status: 'RUNNING' }]);
    world.clock.advance(Duration.seconds(1));
    await instance.worker.drain();
    expect(await runs(instance)).toMatchObject([{ status: 'FAILED', error: 'no', result: null }]);
    expect(await instance.database.query('select * from dead_job')).toEqual([]);
    expect(await instance.outboxSize()).toBe(0);
  });

  it('keeps the newest hundred runs', async () => {
    const instance = await scheduling();
    for (let n = 0; n < 103; n++) {
      world.clock.advance(Duration.hours(1));
      await instance.scheduler.fireDue();
      await instance.worker.drain();
    }
    const kept = (await runs(instance)) as Array<{ started_at: Date }>;
    expect(kept).toHaveLength(100);
    expect(kept[0]!.started_at).toEqual(new Date('2026-01-15T16:00:00Z'));
  });
});
