import type { JobStatus } from '../../entities/jobs/job.enums.js';
import type { Clock } from '../../infrastructure/clock.js';
import type { Database } from '../../infrastructure/database/database.js';
import { DomainError, invalidField } from '../../infrastructure/errors.js';
import { isRunnable, type JobDefinition } from '../../jobs/job-definition.js';
import type { JobRegistry } from '../../jobs/job-registry.js';
import type { JobRelay } from '../../jobs/job-relay.js';
import type { JobRuns } from '../../jobs/job-runs.js';
import { JobErrors } from './job.errors.js';

/** A job as staff sees it; payloads are never shown. */
export interface JobOverview {
  name: string;
  /** Cron expression in UTC; null for a job that is only queued. */
  schedule: string | null;
  lastRunAt: Date | null;
  lastStatus: JobStatus;
  lastDurationMs: number | null;
  /** Message of the last attempt's error; null after a success. */
  lastError: string | null;
  /** Jobs that are not done, due or not, running ones included. */
  queueDepth: number;
  /** Dead letters. */
  failed: number;
}

export interface StartedRun {
  runId: string;
  name: string;
}

/** What staff can see of background jobs, and do about them. */
export class JobAdministration {
  constructor(
    private readonly database: Database,
    private readonly registry: JobRegistry,
    private readonly runs: JobRuns,
    private readonly relay: JobRelay,
    private readonly clock: Clock,
  ) {}

  /** Every registered job, by name. */
  async list(): Promise<JobOverview[]> {
    const { definitions } = this.registry;
    return this.database.query<JobOverview>(LIST, [
      definitions.map(({ name }) => name),
      definitions.map(({ schedule }) => schedule ?? null),
    ]);
  }

  /**
   * Queues a run at once, under the same lock as the schedule.
   *
   * @throws DomainError admin.job.not_found; admin.job.running; error.validation for a job that needs a payload and so
   *   can only be retried.
   */
  async run(name: string, startedBy: string): Promise<StartedRun> {
    const definition = this.find(name);
    if (!isRunnable(definition))
      throw invalidField('mode', 'runnable', 'this job cannot be started by itself, only retried');
    const runId = await this.runs.start(definition, startedBy);
    if (!runId) throw new DomainError(JobErrors.running);
    return { runId, name };
  }

  /**
   * Puts the dead letters of a job back into its queue, with all their attempts.
   *
   * @throws DomainError admin.job.not_found; admin.job.running.
   */
  async retryFailed(name: string, startedBy: string): Promise<StartedRun> {
    this.find(name);
    return this.database.transaction(async () => {
      const runId = await this.runs.open(name, startedBy);
      if (!runId) throw new DomainError(JobErrors.running);
      const [moved] = await this.database.query<{ requeued: number }>(REQUEUE, [name, this.clock.now()]);
      await this.runs.succeed(runId, moved);
      await this.database.afterCommit(() => this.relay.poke());
      return { runId, name };
    });
  }

  private find(name: string): JobDefinition {
    const job = this.registry.find(name);
    if (!job) throw new DomainError(JobErrors.notFound);
    return job.definition;
  }
}

const LIST = `
select job.name, job.schedule,
  coalesce(run.started_at, state.last_run_at) as "lastRunAt",
  coalesce(run.status, state.last_status, 'NEVER') as "lastStatus",
  state.last_duration_ms as "lastDurationMs", state.last_error as "lastError",
  coalesce(queue.depth, 0) as "queueDepth", coalesce(dead.failed, 0) as failed
from unnest($1::text[], $2::text[]) as job (name, schedule)
left join job_state state on state.name = job.name
left join job_run run on run.name = job.name and run.status = 'RUNNING'
left join (select name, count(*)::int as depth from job_outbox group by name) queue on queue.name = job.name
left join (select name, count(*)::int as failed from dead_job group by name) dead on dead.name = job.name
order by job.name collate "C"`;

// A dead letter whose work waits in the outbox already (the same dedupe key) is dropped.
const REQUEUE = `
with dead as (delete from dead_job where name = $1 returning id, name, payload, dedupe_key),
back as (
  insert into job_outbox (id, name, payload, dedupe_key, due_at, created_at)
  select id, name, payload, dedupe_key, $2, $2 from dead
  on conflict (name, dedupe_key) where dedupe_key is not null do nothing
  returning 1
)
select count(*)::int as requeued from back`;
