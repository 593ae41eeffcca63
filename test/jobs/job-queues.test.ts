import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Duration } from '../../src/infrastructure/clock.js';
import { currentRequestScope } from '../../src/infrastructure/request-scope.js';
import { defineJob } from '../../src/jobs/job-definition.js';
import { createGate } from './support/gate.js';
import type { JobInstance } from './support/job-instance.js';
import { eventually, JobWorld } from './support/job-world.js';
import { queueKinds } from './support/queue-kinds.js';

const note = defineJob({
  name: 'note',
  description: 'leaves a mark',
  payload: z.object({ text: z.string() }),
  attempts: 3,
  backoffSeconds: 10,
});
const stubborn = defineJob({ ...note, name: 'stubborn' });

describe.each(await queueKinds())('jobs over $kind', ({ redis }) => {
  let world: JobWorld;
  beforeEach(async () => {
    world = await JobWorld.create(redis());
  });
  afterEach(() => world.close());

  /** An instance whose `note` job leaves its text as a mark. */
  const noting = async () => {
    const instance = await world.instance();
    return instance.register(note, ({ text }) => instance.mark(text));
  };

  /** Proves that everything due before has been handed over and taken up: a later job is done. */
  async function passThrough(instance: JobInstance): Promise<void> {
    const text = `pass-${crypto.randomUUID()}`;
    await instance.outbox.enqueue(note, { text });
    await eventually(async () => expect(await instance.marks()).toHaveProperty([text]));
  }

  it('runs a job once its transaction has committed, with its payload, and forgets it', async () => {
    const instance = await (await noting()).start();
    const gate = createGate();
    const transaction = instance.database.transaction(async () => {
      await instance.outbox.enqueue(note, { text: 'committed' });
      await gate.promise;
    });
    await passThrough(instance);
    expect(await instance.marks()).not.toHaveProperty('committed');
    gate.resolve();
    await transaction;
    await eventually(async () => expect(await instance.marks()).toHaveProperty('committed', 1));
    await eventually(async () => expect(await instance.outboxSize()).toBe(0));
  });

  it('never runs a job whose transaction rolled back', async () => {
    const instance = await (await noting()).start();
    const rolledBack = instance.database.transaction(async () => {
      await instance.outbox.enqueue(note, { text: 'rolled back' });
      throw new Error('no');
    });
    await expect(rolledBack).rejects.toThrow('no');
    await passThrough(instance);
    expect(await instance.marks()).not.toHaveProperty(['rolled back']);
  });

  it('refuses a payload of another shape where it is written', async () => {
    const instance = await noting();
    await expect(instance.outbox.enqueue(note, { text: 5 } as never)).rejects.toThrow(z.ZodError);
    expect(await instance.outboxSize()).toBe(0);
  });

  it('tries again after a wait that doubles, with the same id', async () => {
    const instance = await noting();
    const attempts: Array<{ attempt: number; jobId: string }> = [];
    instance.register(stubborn, async (_payload, { attempt, jobId }) => {
      attempts.push({ attempt, jobId });
      if (attempt < 3) throw new Error('not yet');
    });
    await instance.start();
    const jobId = await instance.outbox.enqueue(stubborn, { text: '' });

    const failures = async () =>
      (await instance.database.query('select failures from job_outbox where name = $1', ['stubborn']))[0];
    for (const [failed, seconds] of [
      [1, 10],
      [2, 20],
    ] as const) {
      await eventually(async () => expect(await failures()).toEqual({ failures: failed }));
      world.pass(Duration.seconds(seconds) - 1);
      await passThrough(instance);
      expect(attempts).toHaveLength(failed);
      world.pass(1);
    }
    await eventually(async () => expect(attempts).toEqual([1, 2, 3].map((attempt) => ({ attempt, jobId }))));
    await eventually(async () => expect(await failures()).toBeUndefined());
  });

  it('keeps a job that failed for good as a dead letter, which staff can put back', async () => {
    const instance = await world.instance();
    let broken = true;
    instance.register(defineJob({ ...stubborn, attempts: 1 }), async ({ text }) => {
      if (broken) throw new Error('no answer from https://user:pw@mail.test/send?token=abc for fan@demo.test');
      await instance.mark(text);
    });
    await instance.start();
    const jobId = await instance.outbox.enqueue(stubborn, { text: 'hidden' });

    const dead = await eventually(async () => {
      const rows = await instance.database.query('select * from dead_job');
      expect(rows).toHaveLength(1);
      return rows[0];
    });
    expect(dead).toMatchObject({
      id: jobId,
      name: 'stubborn',
      attempts: 1,
      error: 'no answer from https://mail.test/send for [address]',
    });
    expect(await instance.outboxSize()).toBe(0);

    broken = false;
    await instance.administration.retryFailed('stubborn', crypto.randomUUID());
    await eventually(async () => expect(await instance.marks()).toEqual({ hidden: 1 }));
    expect(await instance.database.query('select * from dead_job')).toEqual([]);
  });

  it('keeps one job of a dedupe key, at the earliest time asked for', async () => {
    const instance = await noting();
    const soon = new Date(world.clock.now().getTime() + Duration.minutes(1));
    const late = new Date(world.clock.now().getTime() + Duration.hours(1));
    const first = await instance.outbox.enqueue(note, { text: 'once' }, { dedupeKey: 'k', runAt: late });
    expect(await instance.outbox.enqueue(note, { text: 'once' }, { dedupeKey: 'k', runAt: soon })).toBe(first);
    expect(await instance.outbox.enqueue(note, { text: 'once' }, { dedupeKey: 'k', runAt: late })).toBe(first);
    await instance.outbox.enqueue(note, { text: 'other' }, { dedupeKey: 'l' });
    await instance.start();
    await eventually(async () => expect(await instance.marks()).toEqual({ other: 1 }));
    world.pass(Duration.minutes(1));
    await eventually(async () => expect(await instance.marks()).toEqual({ once: 1, other: 1 }));
    world.pass(Duration.hours(1));
    await passThrough(instance);
    expect(await instance.marks()).toMatchObject({ once: 1 });
  });

  it('runs a job once more when the same work is asked for during the run', async () => {
    const instance = await noting();
    const [started, gate] = [createGate(), createGate()];
    instance.register(stubborn, async ({ text }) => {
      await instance.mark(text);
      started.resolve();
      await gate.promise;
    });
    await instance.start();
    await instance.outbox.enqueue(stubborn, { text: 'again' }, { dedupeKey: 'k' });
    await started.promise;
    await instance.outbox.enqueue(stubborn, { text: 'again' }, { dedupeKey: 'k' });
    await instance.outbox.enqueue(stubborn, { text: 'again' }, { dedupeKey: 'k' });
    gate.resolve();
    await eventually(async () => expect(await instance.outboxSize()).toBe(0));
    expect(await instance.marks()).toEqual({ again: 2 });
  });

  it('does not run waiting work before the transaction that asked for it too has committed', async () => {
    const instance = await noting();
    const seen: unknown[] = [];
    instance.register(stubborn, async () => void seen.push(await instance.marks()));
    await instance.outbox.enqueue(stubborn, { text: '' }, { dedupeKey: 'k' });
    const [asked, gate] = [createGate(), createGate()];
    const transaction = instance.database.transaction(async () => {
      await instance.mark('change');
      await instance.outbox.enqueue(stubborn, { text: '' }, { dedupeKey: 'k' });
      asked.resolve();
      await gate.promise;
    });
    await asked.promise;
    await instance.start();
    await passThrough(instance);
    gate.resolve();
    await transaction;
    await eventually(async () => expect(seen).toHaveLength(1));
    expect(seen[0]).toMatchObject({ change: 1 });
  });

  it('runs a delayed job at its time', async () => {
    const instance = await (await noting()).start();
    await instance.outbox.enqueue(
      note,
      { text: 'later' },
      { runAt: new Date(world.clock.now().getTime() + Duration.hours(1)) },
    );
    world.pass(Duration.hours(1) - 1);
    await passThrough(instance);
    expect(await instance.marks()).not.toHaveProperty('later');
    world.pass(1);
    await eventually(async () => expect(await instance.marks()).toHaveProperty('later', 1));
  });

  it('shares jobs between instances, each job once', async () => {
    const instances = await Promise.all([world.instance({ concurrency: 2 }), world.instance({ concurrency: 2 })]);
    const busy = new Map<JobInstance, number>();
    const bothBusy = createGate();
    for (const instance of instances) {
      instance.register(note, async ({ text }) => {
        busy.set(instance, (busy.get(instance) ?? 0) + 1);
        if (instances.every((each) => busy.get(each) === 2)) bothBusy.resolve();
        await bothBusy.promise;
        await instance.mark(text);
      });
      await instance.start();
    }
    const texts = Array.from({ length: 40 }, (_, n) => `job ${n}`);
    for (const text of texts) await instances[0]!.outbox.enqueue(note, { text });
    await eventually(async () => expect(await instances[0]!.outboxSize()).toBe(0));
    expect(await instances[0]!.marks()).toEqual(Object.fromEntries(texts.map((text) => [text, 1])));
  });

  it('runs no more jobs of a kind at a time than it declares, over all instances, and leaves places to others', async () => {
    const instances = [await noting(), await noting()];
    let [running, most] = [0, 0];
    const gate = createGate();
    for (const instance of instances) {
      instance.register(defineJob({ ...stubborn, concurrency: 2 }), async ({ text }) => {
        most = Math.max(most, ++running);
        await gate.promise;
        await instance.mark(text);
        running--;
      });
      await instance.start();
    }
    // So many that they would not be done in time if each pair waited for the next poll.
    for (let n = 0; n < 60; n++) await instances[0]!.outbox.enqueue(stubborn, { text: `job ${n}` });
    await eventually(async () => expect(running).toBe(2));
    await passThrough(instances[0]!);
    await passThrough(instances[1]!);
    gate.resolve();
    await eventually(async () => expect(await instances[0]!.outboxSize()).toBe(0));
    expect(most).toBe(2);
  });

  it('hands jobs over again when the queue lost them', async () => {
    const instance = await noting();
    await instance.queue.start();
    instance.relay.start();
    await instance.outbox.enqueue(note, { text: 'lost' });
    const states = async () =>
      (await instance.database.query<{ state: string }>('select state from job_outbox')).map(({ state }) => state);
    await eventually(async () => expect(await states()).toEqual(['QUEUED']));
    await world.loseQueue();

    const worker = await (await noting()).start();
    await passThrough(worker);
    expect(await worker.marks()).not.toHaveProperty('lost');
    world.pass(Duration.seconds(30));
    await eventually(async () => expect(await worker.marks()).toHaveProperty('lost', 1));
  });

  it('leaves jobs that it does not know to a newer release', async () => {
    const older = await (await noting()).start();
    await older.outbox.enqueue(stubborn, { text: 'new' });
    await passThrough(older);
    // The row of this job alone: that of the job which passed through goes a moment after its mark shows.
    expect(await older.database.query('select state, failures from job_outbox where name = $1', [stubborn.name])).toEqual([
      { state: 'WAITING', failures: 0 },
    ]);
    const newer = await world.instance();
    await newer.register(stubborn, ({ text }) => newer.mark(text)).start();
    await eventually(async () => {
      world.pass(Duration.seconds(30));
      expect(await newer.marks()).toHaveProperty('new', 1);
    });
  });

  it('lets running jobs end when it stops', async () => {
    const instance = await world.instance();
    const [started, gate] = [createGate(), createGate()];
    instance.register(note, async ({ text }, { signal }) => {
      started.resolve();
      await gate.promise;
      await instance.mark(signal.aborted ? 'aborted' : text);
    });
    await instance.start();
    await instance.outbox.enqueue(note, { text: 'ended' });
    await started.promise;
    const stopped = instance.worker.stop();
    gate.resolve();
    await stopped;
    expect(await instance.marks()).toEqual({ ended: 1 });
    expect(await instance.outboxSize()).toBe(0);
  });

  it('breaks jobs off that outlast the grace of a stop, and another worker does them without a lost attempt', async () => {
    const stopping = await world.instance({ graceMilliseconds: 10 });
    const started = Promise.withResolvers<AbortSignal>();
    stopping.register(note, async (_payload, { signal }) => {
      started.resolve(signal);
      await new Promise(() => {});
    });
    await stopping.start();
    await stopping.outbox.enqueue(note, { text: '' });
    const signal = await started.promise;
    await world.stop(stopping);
    expect(signal.aborted).toBe(true);

    const other = await world.instance();
    await other.register(note, (_payload, { attempt }) => other.mark(`attempt ${attempt}`)).start();
    await eventually(async () => expect(await other.marks()).toEqual({ 'attempt 1': 1 }));
  });

  it('fails an attempt that takes longer than its limit', async () => {
    const instance = await world.instance();
    instance.register(defineJob({ ...note, attempts: 1, timeLimitSeconds: 0.05 }), () => new Promise(() => {}));
    await instance.start();
    await instance.outbox.enqueue(note, { text: '' });
    await eventually(async () =>
      expect(await instance.database.query('select error from dead_job')).toEqual([
        { error: 'it took longer than 0.05 s' },
      ]),
    );
  });

  it('runs each job as the system, under a correlation id of its own', async () => {
    const instance = await world.instance();
    const scopes: unknown[] = [];
    instance.register(note, async () => void scopes.push(currentRequestScope()));
    await instance.start();
    await instance.outbox.enqueue(note, { text: '' });
    await instance.outbox.enqueue(note, { text: '' });
    await eventually(async () => expect(scopes).toHaveLength(2));
    const [first, second] = scopes as Array<{ correlationId: string }>;
    expect(first).toMatchObject({ actorType: 'SYSTEM', actorId: null });
    expect(first!.correlationId).not.toBe(second!.correlationId);
  });
});
