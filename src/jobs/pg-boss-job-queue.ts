import PgBoss from 'pg-boss';
import { Duration } from '../infrastructure/clock.js';
import type { Logger } from '../infrastructure/logger.js';
import type { JobQueue } from './job-queue.js';
import { PollingLoop } from './polling-loop.js';

const QUEUE = 'jobs';

/** The queue in PostgreSQL, with pg-boss, for set-ups without Redis. It keeps its tables in the schema `jobs`. */
export class PgBossJobQueue implements JobQueue {
  private readonly boss: PgBoss;
  private readonly loop: PollingLoop;
  private concurrency = 0;
  private deliver: (jobId: string) => Promise<void> = async () => {};
  private active = 0;

  constructor(
    connectionString: string,
    private readonly logger: Logger,
  ) {
    this.boss = new PgBoss({ connectionString, schema: 'jobs', max: 2, schedule: false });
    this.boss.on('error', (error) => this.logger.warn({ err: error }, 'the job queue in PostgreSQL reports an error'));
    this.loop = new PollingLoop('job queue', Duration.seconds(1), () => this.fetch(), logger);
  }

  async start(): Promise<void> {
    await this.boss.start();
    await this.boss.createQueue(QUEUE);
  }

  async add(jobIds: readonly string[]): Promise<void> {
    await this.boss.insert(jobIds.map((jobId) => ({ name: QUEUE, data: { jobId }, retryLimit: 0 })));
    this.loop.poke();
  }

  async consume(concurrency: number, deliver: (jobId: string) => Promise<void>): Promise<void> {
    this.concurrency = concurrency;
    this.deliver = deliver;
    this.loop.start();
  }

  async pause(): Promise<void> {
    await this.loop.stop();
  }

  async close(): Promise<void> {
    await this.loop.stop();
    await this.boss.stop({ graceful: false });
  }

  /** Takes as many entries as there are free places, with one poll for all places (pg-boss's own workers poll one each). */
  private async fetch(): Promise<void> {
    const free = this.concurrency - this.active;
    if (free === 0) return;
    const entries = await this.boss.fetch<{ jobId: string }>(QUEUE, { batchSize: free });
    if (entries.length === 0) return;
    await this.boss.deleteJob(
      QUEUE,
      entries.map(({ id }) => id),
    );
    for (const { data } of entries) void this.run(data.jobId);
  }

  private async run(jobId: string): Promise<void> {
    this.active++;
    await this.deliver(jobId);
    this.active--;
    this.loop.poke();
  }
}
