import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Duration } from '../../src/infrastructure/clock.js';
import { defineJob } from '../../src/jobs/job-definition.js';
import { createGate } from './support/gate.js';
import type { JobInstance } from './support/job-instance.js';
import { eventually, JobWorld } from './support/job-world.js';
import { mail } from './support/mail-job.js';

describe('running jobs from the outbox', () => {
  let world: JobWorld;
  let instance: JobInstance;
  beforeEach(async () => {
    world = await JobWorld.create();
    instance = await world.instance();
  });
  afterEach(async () => {
    vi.useRealTimers();
    await world.close();
  });

  const outbox = async () =>
    (
      await instance.database.query<Record<string, unknown>>('select state, due_at, failures, crashes from job_outbox')
    )[0];

  it('drains what is due, with the jobs that jobs add, and leaves what is not', async () => {
    instance.register(mail, async ({ order }) => {
      await instance.mark(order);
      if (order === 'first') await instance.outbox.enqueue(mail, { order: 'follow-up' });
    });
    await instance.outbox.enqueue(mail, { order: 'first' });
    await instance.outbox.enqueue(
      mail,
      { order: 'tomorrow' },
      { runAt: new Date(world.clock.now().getTime() + Duration.days(1)) },
    );
    await instance.worker.drain();
    expect(await instance.marks()).toEqual({ first: 1, 'follow-up': 1 });
    expect(await instance.outboxSize()).toBe(1);
  });

  it('hands out no more places than there are, whoever asks at the same time', async () => {
    const instances = [instance, await world.instance()];
    for (const each of instances) each.register(defineJob({ ...mail, concurrency: 3 }), () => each.mark('run'));
    for (let n = 0; n < 20; n++) await instance.outbox.enqueue(mail, { order: '' });
    const taken = await Promise.all([0, 1, 0, 1, 0, 1].map((n) => instances[n]!.relay.take()));
    expect(new Set(taken.flat()).size).toBe(3);
    expect(taken.flat()).toHaveLength(3);
  });

  it('gives a job to one worker only, however often it is delivered, and to none before its time', async () => {
    instance.register(mail, () => instance.mark('run'));
    const id = await instance.outbox.enqueue(mail, { order: '' });
    const claim = () => instance.claims.claim(id, ['mail']);
    expect(await claim()).toBeNull();
    await instance.relay.take();
    const claims = await Promise.all([claim(), claim(), claim()]);
    const [held] = claims.filter((each) => each !== null);
    expect(claims.filter((each) => each === null)).toHaveLength(2);
    await instance.claims.fail(held!, defineJob({ ...mail, attempts: 2 }), 'no');
    expect(await claim()).toBeNull();
    world.clock.advance(Duration.seconds(1));
    await instance.worker.drain();
    expect(await claim()).toBeNull();
    expect(await instance.marks()).toEqual({ run: 1 });
  });

  it('renews the lease of a job for as long as it runs', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const [started, gate] = [createGate(), createGate()];
    instance.register(mail, async () => {
      started.resolve();
      await gate.promise;
    });
    await instance.outbox.enqueue(mail, { order: '' });
    const drained = instance.worker.drain();
    await started.promise;
    world.clock.advance(Duration.seconds(20));
    expect(await outbox()).toMatchObject({ due_at: new Date('2026-01-15T12:00:30Z') });
    vi.advanceTimersByTime(Duration.seconds(10));
    await eventually(async () => expect(await outbox()).toMatchObject({ due_at: new Date('2026-01-15T12:00:50Z') }));
    gate.resolve();
    await drained;
  });

  it('ignores how an attempt ends that lost its lease to another one', async () => {
    const [started, gate] = [createGate(), createGate()];
    instance.register(mail, async () => {
      started.resolve();
      await gate.promise;
      throw new Error('too late');
    });
    await instance.outbox.enqueue(mail, { order: '' });
    const slow = instance.worker.drain();
    await started.promise;
    world.clock.advance(Duration.seconds(30));

    const other = await world.instance();
    const [otherStarted, otherGate] = [createGate(), createGate()];
    other.register(mail, async ({ order }) => {
      otherStarted.resolve();
      await otherGate.promise;
      await other.mark(`done ${order}`);
    });
    const fast = other.worker.drain();
    await otherStarted.promise;
    gate.resolve();
    await slow;
    expect(await outbox()).toMatchObject({ state: 'RUNNING', failures: 0, crashes: 1 });
    otherGate.resolve();
    await fast;
    expect(await instance.marks()).toEqual({ 'done ': 1 });
    expect(await outbox()).toBeUndefined();
  });

  it('gives a job up that took its worker down eleven times', async () => {
    instance.register(mail, () => instance.mark('run'));
    const id = await instance.outbox.enqueue(mail, { order: '' });
    for (let crash = 0; crash < 11; crash++) {
      await instance.relay.take();
      await instance.claims.claim(id, ['mail']);
      world.clock.advance(Duration.seconds(30));
    }
    await instance.worker.drain();
    expect(await instance.database.query('select id, error from dead_job')).toEqual([
      { id, error: 'its worker was lost during each of 11 attempts' },
    ]);
    expect(await instance.marks()).toEqual({});
  });

  it('gives jobs back that the queue did not take', async () => {
    instance.register(mail, ({ order }) => instance.mark(order));
    const refused = vi.spyOn(instance.queue, 'add').mockRejectedValue(new Error('the queue is away'));
    await instance.outbox.enqueue(mail, { order: 'patient' });
    instance.relay.start();
    await eventually(async () => expect(refused).toHaveBeenCalledWith([expect.any(String)]));
    await instance.relay.stop();
    expect(await outbox()).toMatchObject({ state: 'WAITING', due_at: world.clock.now() });
    await instance.worker.drain();
    expect(await instance.marks()).toEqual({ patient: 1 });
  });
});
