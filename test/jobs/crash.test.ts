import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Duration } from '../../src/infrastructure/clock.js';
import type { CrashingProcessOptions } from './support/crashing-process.js';
import type { JobInstance } from './support/job-instance.js';
import { eventually, JobWorld } from './support/job-world.js';
import { mail } from './support/mail-job.js';
import { queueKinds } from './support/queue-kinds.js';

describe.each(await queueKinds())('kill -9 with jobs over $kind', ({ redis }) => {
  let world: JobWorld;
  const killers = new Set<() => Promise<void>>();
  beforeEach(async () => {
    world = await JobWorld.create(redis());
  });
  afterEach(async () => {
    for (const kill of killers) await kill();
    killers.clear();
    await world.close();
  });

  /** Starts another process and returns the function that kills it. */
  function launch(role: CrashingProcessOptions['role']): () => Promise<void> {
    const options: CrashingProcessOptions = {
      databaseUrl: world.database.url,
      redis: world.redis,
      now: world.clock.now().toISOString(),
      role,
    };
    const root = join(import.meta.dirname, '../..');
    const child = spawn(
      process.execPath,
      ['--import', './scripts/typescript.mjs', 'test/jobs/support/crashing-process.ts', JSON.stringify(options)],
      { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const ended = once(child, 'exit');
    const kill = async () => {
      child.kill('SIGKILL');
      await ended;
    };
    killers.add(kill);
    return kill;
  }

  const marked = async (instance: JobInstance, kind: string) =>
    Object.entries(await instance.marks())
      .filter(([text]) => text.startsWith(`${kind} `))
      .map(([text, times]) => [text.slice(kind.length + 1), times] as const);

  it('does a job again whose worker was killed in the middle of it', async () => {
    const instance = await world.instance();
    instance.register(mail, ({ order }) => instance.mark(`mail ${order}`));
    await instance.outbox.enqueue(mail, { order: '1' });
    const kill = launch('hang');
    await eventually(async () => expect(await instance.marks()).toEqual({ 'begun 1': 1 }));
    await kill();

    await instance.start();
    world.pass(Duration.seconds(30));
    await eventually(async () => expect(await instance.marks()).toEqual({ 'begun 1': 1, 'mail 1': 1 }));
    await eventually(async () => expect(await instance.outboxSize()).toBe(0));
  });

  it('loses no mail of a committed order and sends none for another, whenever the process is killed', async () => {
    const instance = await world.instance();
    instance.register(mail, ({ order }) => instance.mark(`mail ${order}`));
    for (let round = 1; round <= 3; round++) {
      const before = (await marked(instance, 'mail')).length;
      const kill = launch('shop');
      await eventually(async () =>
        expect((await marked(instance, 'mail')).length).toBeGreaterThan(before + 20 * round),
      );
      await kill();
    }

    await instance.start();
    world.pass(Duration.seconds(30));
    await eventually(async () => expect(await instance.outboxSize()).toBe(0));
    const orders = (await marked(instance, 'order')).map(([order]) => order);
    expect((await marked(instance, 'mail')).map(([order]) => order)).toEqual(orders);
    expect(await instance.database.query('select * from dead_job')).toEqual([]);
  });
});
