import { addTime, Duration, type Clock } from '../infrastructure/clock.js';
import type { Database } from '../infrastructure/database/database.js';
import type { Logger } from '../infrastructure/logger.js';
import { LEASE_MILLISECONDS } from './job-claims.js';
import type { JobQueue } from './job-queue.js';
import type { JobRegistry } from './job-registry.js';
import { PollingLoop } from './polling-loop.js';

/**
 * Hands due jobs of the outbox to the queue: at once after a commit in this process, each second otherwise. A job that
 * was handed over and is not running, or whose worker stopped renewing its lease, is handed over again when its time is
 * up, so neither a lost queue nor a killed process loses it. Every process may run one.
 */
export class JobRelay {
  private readonly loop: PollingLoop;
  /** Kinds of jobs that had as many due as there were places for, so that more may wait. */
  private readonly full = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly registry: JobRegistry,
    private readonly queue: JobQueue,
    private readonly clock: Clock,
    logger: Logger,
  ) {
    this.loop = new PollingLoop('job relay', Duration.seconds(1), () => this.handOver(), logger);
  }

  start(): void {
    this.loop.start();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
  }

  /** Looks for due jobs now. */
  poke(): void {
    this.loop.poke();
  }

  /** To be called when a job has ended: looks for the next one of its kind if some may wait for a place. */
  placeFreed(name: string): void {
    if (this.full.has(name)) this.loop.poke();
  }

  /**
   * Takes the due jobs out of the outbox, as many of each kind as its `concurrency` has places for, oldest first. Jobs
   * that this process does not know are left for a newer release.
   */
  async take(): Promise<string[]> {
    const { definitions } = this.registry;
    const now = this.clock.now();
    const taken = await this.database.independentTransaction(async () => {
      // One relay at a time over all instances, or two would hand out the same free places.
      await this.database.query(`select pg_advisory_xact_lock(hashtext('job_relay'))`);
      return this.database.query<{ id: string; name: string; full: boolean }>(TAKE, [
        definitions.map(({ name }) => name),
        definitions.map(({ concurrency }) => concurrency),
        now,
        addTime(now, LEASE_MILLISECONDS),
      ]);
    });
    for (const { name, full } of taken) {
      if (full) this.full.add(name);
      else this.full.delete(name);
    }
    return taken.map(({ id }) => id);
  }

  private async handOver(): Promise<void> {
    const ids = await this.take();
    if (ids.length === 0) return;
    try {
      await this.queue.add(ids);
    } catch (error) {
      await this.giveBack(ids);
      throw error;
    }
  }

  private async giveBack(ids: string[]): Promise<void> {
    await this.database.query(
      `update job_outbox set state = 'WAITING', due_at = $2 where id = any($1) and state = 'QUEUED'`,
      [ids, this.clock.now()],
    );
  }
}

// A job that is locked by an enqueue under way is skipped: its time comes after that commit.
const TAKE = `
with picked as (
  select candidate.id, candidate.due_at, kind.places
  from (
    select known.name, greatest(known.concurrency - (
      select count(*) from job_outbox busy where busy.name = known.name and busy.state <> 'WAITING' and busy.due_at > $3
    ), 0) as places
    from unnest($1::text[], $2::int[]) as known (name, concurrency)
  ) kind
  cross join lateral (
    select id, due_at from job_outbox where name = kind.name and due_at <= $3
    order by due_at, id limit kind.places for update skip locked
  ) candidate
), taken as (
  update job_outbox job
  set state = 'QUEUED', due_at = $4, crashes = job.crashes + (job.state = 'RUNNING')::int
  from picked where job.id = picked.id
  returning job.id, job.name, picked.due_at, picked.places
)
select id, name, count(*) over (partition by name) >= places as full from taken order by due_at, id`;
