import { BullJobQueue } from '../jobs/bull-job-queue.js';
import { JobClaims } from '../jobs/job-claims.js';
import { JobOutbox } from '../jobs/job-outbox.js';
import { JobRegistry } from '../jobs/job-registry.js';
import { JobRelay } from '../jobs/job-relay.js';
import { JobRunner } from '../jobs/job-runner.js';
import { JobRuns } from '../jobs/job-runs.js';
import { JobWorker } from '../jobs/job-worker.js';
import { PgBossJobQueue } from '../jobs/pg-boss-job-queue.js';
import { Scheduler } from '../jobs/scheduler.js';
import type { Foundation, Infrastructure } from './infrastructure.js';

/** The machinery of background jobs: Bull on Redis when there is one, else a queue in the main database. */
export function buildJobs({ env, clock, logger, mainUrl, redisKeyPrefix = '' }: Foundation, { database }: Infrastructure) {
  const registry = new JobRegistry();
  const queue = env.REDIS_URL
    ? new BullJobQueue({ url: env.REDIS_URL, prefix: `${redisKeyPrefix}bull` }, logger)
    : new PgBossJobQueue(mainUrl, logger);
  const relay = new JobRelay(database, registry, queue, clock, logger);
  const outbox = new JobOutbox(database, relay, clock);
  const runs = new JobRuns(database, outbox, clock);
  const claims = new JobClaims(database, runs, relay, clock);
  const runner = new JobRunner(database, registry, claims, relay, clock, logger);
  return {
    registry,
    queue,
    relay,
    outbox,
    runs,
    worker: new JobWorker(queue, relay, runner, logger),
    scheduler: new Scheduler(database, registry, runs, clock, logger),
  };
}

export type Jobs = ReturnType<typeof buildJobs>;
