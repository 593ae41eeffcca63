/** A process of the job system that a test kills. Its argument is JSON: {@link CrashingProcessOptions}. */
import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { JobInstance } from './job-instance.js';
import { mail } from './mail-job.js';

export interface CrashingProcessOptions {
  databaseUrl: string;
  redis?: { url: string; prefix: string };
  /** The time that the clock of the test shows. */
  now: string;
  /** `hang` begins jobs and never ends them; `shop` takes orders and mails for each one. */
  role: 'hang' | 'shop';
}

const { now, role, ...options } = JSON.parse(process.argv[2]!) as CrashingProcessOptions;
const instance = await JobInstance.create({ ...options, clock: { now: () => new Date(now) } });
instance.register(mail, async ({ order }) => {
  await instance.mark(`${role === 'hang' ? 'begun' : 'mail'} ${order}`);
  await (role === 'hang' ? new Promise(() => {}) : sleep(1));
});
await instance.start();
while (role === 'shop') {
  const order = crypto.randomUUID();
  await instance.database.transaction(async () => {
    await instance.mark(`order ${order}`);
    await instance.outbox.enqueue(mail, { order });
  });
}
