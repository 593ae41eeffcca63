import { JobRun } from '../entities/jobs/job-run.entity.js';
import { JobStatus } from '../entities/jobs/job.enums.js';
import type { Clock } from '../infrastructure/clock.js';
import type { Database } from '../infrastructure/database/database.js';
import { newId } from '../infrastructure/ids.js';
import type { JobDefinition } from './job-definition.js';
import type { JobOutbox } from './job-outbox.js';

const KEPT_RUNS = 100;

/**
 * The runs that the schedule and staff start. An open run is the lock of its job: a unique index admits one, and it
 * outlives a crash because the outbox holds the job that will end it.
 */
export class JobRuns {
  constructor(
    private readonly database: Database,
    private readonly outbox: JobOutbox,
    private readonly clock: Clock,
  ) {}

  /**
   * Opens a run and queues its job, in the transaction at hand.
   *
   * @param startedBy the staff account, null for the schedule.
   * @returns the id of the run, null while another one is under way.
   */
  async start(definition: JobDefinition, startedBy: string | null): Promise<string | null> {
    return this.database.transaction(async () => {
      const runId = await this.open(definition.name, startedBy);
      if (runId) await this.outbox.enqueue(definition, {}, { runId });
      return runId;
    });
  }

  /** Opens a run that the caller ends itself. @returns null while another one is under way. */
  async open(name: string, startedBy: string | null): Promise<string | null> {
    const [run] = await this.database.query<{ id: string }>(
      `insert into job_run (id, name, status, started_by, started_at) values ($1, $2, $3, $4, $5)
       on conflict (name) where status = 'RUNNING' do nothing returning id`,
      [newId(), name, JobStatus.RUNNING, startedBy, this.clock.now()],
    );
    return run?.id ?? null;
  }

  async succeed(runId: string, result: unknown): Promise<void> {
    await this.close(runId, { status: JobStatus.OK, result: result ?? null });
  }

  async fail(runId: string, error: string): Promise<void> {
    await this.close(runId, { status: JobStatus.FAILED, error });
  }

  private async close(runId: string, outcome: Pick<JobRun, 'status'> & Partial<JobRun>): Promise<void> {
    const run = await this.database.manager.findOneByOrFail(JobRun, { id: runId });
    const finishedAt = this.clock.now();
    const durationMs = finishedAt.getTime() - run.startedAt.getTime();
    await this.database.manager.save(Object.assign(run, outcome, { finishedAt, durationMs }));
    await this.database.query(PRUNE, [run.name, KEPT_RUNS]);
  }
}

const PRUNE = `
delete from job_run where id in (
  select id from job_run where name = $1 and status <> 'RUNNING' order by started_at desc, id desc offset $2
)`;
