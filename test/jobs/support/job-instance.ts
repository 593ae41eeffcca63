import type { z } from 'zod';
import { systemClock, type Clock } from '../../../src/infrastructure/clock.js';
import { Database } from '../../../src/infrastructure/database/database.js';
import { createLogger } from '../../../src/infrastructure/logger.js';
import { BullJobQueue } from '../../../src/jobs/bull-job-queue.js';
import { JobClaims } from '../../../src/jobs/job-claims.js';
import type { JobDefinition, JobHandler } from '../../../src/jobs/job-definition.js';
import { JobOutbox } from '../../../src/jobs/job-outbox.js';
import type { JobQueue } from '../../../src/jobs/job-queue.js';
import { JobRegistry } from '../../../src/jobs/job-registry.js';
import { JobRelay } from '../../../src/jobs/job-relay.js';
import { JobRunner } from '../../../src/jobs/job-runner.js';
import { JobRuns } from '../../../src/jobs/job-runs.js';
import { JobWorker } from '../../../src/jobs/job-worker.js';
import { PgBossJobQueue } from '../../../src/jobs/pg-boss-job-queue.js';
import { Scheduler } from '../../../src/jobs/scheduler.js';
import { JobAdministration } from '../../../src/services/admin/job-administration.js';
import { connectTo } from './job-database.js';

export interface InstanceOptions {
  databaseUrl: string;
  /** Redis for Bull; without it pg-boss. */
  redis?: { url: string; prefix: string };
  clock?: Clock;
  concurrency?: number;
  graceMilliseconds?: number;
}

/** One process's worth of the job system, built as the server builds it. */
export class JobInstance {
  readonly logger = createLogger({ level: 'silent' });
  readonly registry = new JobRegistry();
  readonly queue: JobQueue;
  readonly relay: JobRelay;
  readonly outbox: JobOutbox;
  readonly runs: JobRuns;
  readonly claims: JobClaims;
  readonly worker: JobWorker;
  readonly scheduler: Scheduler;
  readonly administration: JobAdministration;

  private constructor(
    readonly database: Database,
    { databaseUrl, redis, clock = systemClock, concurrency = 4, graceMilliseconds }: InstanceOptions,
  ) {
    const { registry, logger } = this;
    this.queue = redis ? new BullJobQueue(redis, logger) : new PgBossJobQueue(databaseUrl, logger);
    this.relay = new JobRelay(database, registry, this.queue, clock, logger);
    this.outbox = new JobOutbox(database, this.relay, clock);
    this.runs = new JobRuns(database, this.outbox, clock);
    this.claims = new JobClaims(database, this.runs, this.relay, clock);
    const runner = new JobRunner(database, registry, this.claims, this.relay, clock, logger);
    this.worker = new JobWorker(this.queue, this.relay, runner, logger, { concurrency, graceMilliseconds });
    this.scheduler = new Scheduler(database, registry, this.runs, clock, logger);
    this.administration = new JobAdministration(database, registry, this.runs, this.relay, clock);
  }

  static async create(options: InstanceOptions): Promise<JobInstance> {
    const source = await connectTo(options.databaseUrl);
    return new JobInstance(new Database(source, createLogger({ level: 'silent' })), options);
  }

  register<Payload extends z.ZodType>(definition: JobDefinition<Payload>, handler: JobHandler<Payload>): this {
    this.registry.register(definition, handler);
    return this;
  }

  async start(): Promise<this> {
    await this.queue.start();
    this.relay.start();
    await this.worker.start();
    return this;
  }

  async stop(): Promise<void> {
    await this.worker.stop();
    await this.relay.stop();
    await this.queue.close();
    await this.database.source.destroy();
  }

  /** Leaves a mark; a second one of the same text counts up. */
  async mark(text: string): Promise<void> {
    await this.database.query(
      'insert into mark (text) values ($1) on conflict (text) do update set times = mark.times + 1',
      [text],
    );
  }

  /** How often each mark was left. */
  async marks(): Promise<Record<string, number>> {
    const rows = await this.database.query<{ text: string; times: number }>(
      'select text, times from mark order by text',
    );
    return Object.fromEntries(rows.map(({ text, times }) => [text, times]));
  }

  async outboxSize(): Promise<number> {
    const [row] = await this.database.query<{ size: number }>('select count(*)::int as size from job_outbox');
    return row!.size;
  }
}
