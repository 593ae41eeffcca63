import { addTime, Duration, type Clock } from '../infrastructure/clock.js';
import type { Database } from '../infrastructure/database/database.js';
import { newId } from '../infrastructure/ids.js';
import { backoff, type JobDefinition } from './job-definition.js';
import type { JobRelay } from './job-relay.js';
import type { JobRuns } from './job-runs.js';

/** How long a job belongs to whom it was handed; a job lost with its worker starts again after that. */
export const LEASE_MILLISECONDS = Duration.seconds(30);

/** One attempt at one job. Its claim ends when the lease lapses and another worker claims the job. */
export interface ClaimedJob {
  id: string;
  claimId: string;
  name: string;
  payload: unknown;
  failures: number;
  crashes: number;
}

interface LockedJob {
  failures: number;
  repeatAt: Date | null;
  runId: string | null;
}

/** Leases jobs of the outbox to workers and settles how they ended. What a former holder reports changes nothing. */
export class JobClaims {
  constructor(
    private readonly database: Database,
    private readonly runs: JobRuns,
    private readonly relay: JobRelay,
    private readonly clock: Clock,
  ) {}

  /** @returns null when the job is done, is held by somebody else, or is none of `names`. */
  async claim(jobId: string, names: string[]): Promise<ClaimedJob | null> {
    const now = this.clock.now();
    const [job] = await this.database.query<ClaimedJob>(CLAIM, [
      jobId,
      names,
      newId(),
      addTime(now, LEASE_MILLISECONDS),
      now,
    ]);
    return job ?? null;
  }

  /** Keeps the job for another lease. */
  async renew({ id, claimId }: ClaimedJob): Promise<void> {
    await this.database.query(
      `update job_outbox set due_at = $3 where id = $1 and claim_id = $2 and state = 'RUNNING'`,
      [id, claimId, addTime(this.clock.now(), LEASE_MILLISECONDS)],
    );
  }

  /** Puts an attempt back that was broken off through no fault of its own; it does not count. */
  async release({ id, claimId }: ClaimedJob): Promise<void> {
    await this.database.query(
      `update job_outbox set state = 'WAITING', due_at = $3, claim_id = null where id = $1 and claim_id = $2`,
      [id, claimId, this.clock.now()],
    );
  }

  /** Ends a job that did its work. */
  async succeed(claim: ClaimedJob, result: unknown): Promise<void> {
    await this.settle(claim, async ({ runId, repeatAt }) => {
      if (runId) await this.runs.succeed(runId, result);
      if (repeatAt) await this.wait(claim, repeatAt, 0);
      else await this.database.query('delete from job_outbox where id = $1', [claim.id]);
    });
  }

  /** Lets the job wait for its next attempt; after the last one it becomes a dead letter, or ends its run as failed. */
  async fail(claim: ClaimedJob, definition: JobDefinition, error: string): Promise<void> {
    await this.settle(claim, async ({ failures, repeatAt, runId }) => {
      const retryAt = addTime(this.clock.now(), backoff(definition, failures + 1));
      if (failures + 1 < definition.attempts) await this.wait(claim, retryAt, failures + 1);
      // Somebody asked for the same work meanwhile: that wish has all its attempts before it.
      else if (repeatAt) await this.wait(claim, retryAt, 0);
      else await this.giveUp(claim, error, runId);
    });
  }

  /** Ends a job that no further attempt can help. */
  async abandon(claim: ClaimedJob, error: string): Promise<void> {
    await this.settle(claim, ({ runId }) => this.giveUp(claim, error, runId));
  }

  private async settle({ id, claimId }: ClaimedJob, how: (job: LockedJob) => Promise<void>): Promise<void> {
    await this.database.independentTransaction(async () => {
      const [job] = await this.database.query<LockedJob>(
        `select failures, repeat_at as "repeatAt", run_id as "runId" from job_outbox where id = $1 and claim_id = $2 for update`,
        [id, claimId],
      );
      if (job) await how(job);
    });
  }

  private async wait({ id }: ClaimedJob, dueAt: Date, failures: number): Promise<void> {
    await this.database.query(
      `update job_outbox set state = 'WAITING', due_at = $2, failures = $3, repeat_at = null, claim_id = null where id = $1`,
      [id, dueAt, failures],
    );
    await this.database.afterCommit(() => this.relay.poke());
  }

  private async giveUp({ id }: ClaimedJob, error: string, runId: string | null): Promise<void> {
    if (runId) {
      // The next run does the same work, so nothing is left to be put back.
      await this.runs.fail(runId, error);
      await this.database.query('delete from job_outbox where id = $1', [id]);
    } else {
      await this.database.query(BURY, [id, error, this.clock.now()]);
    }
  }
}

const CLAIM = `
with claimed as (
  update job_outbox set state = 'RUNNING', claim_id = $3, due_at = $4, repeat_at = null
  where id = $1 and name = any($2) and state = 'QUEUED'
  returning id, claim_id, name, payload, failures, crashes, run_id
), run as (
  update job_run set started_at = $5 from claimed where job_run.id = claimed.run_id
)
select id, claim_id as "claimId", name, payload, failures, crashes from claimed`;

const BURY = `
with ended as (delete from job_outbox where id = $1 returning id, name, payload, dedupe_key, failures, crashes)
insert into dead_job (id, name, payload, dedupe_key, error, attempts, failed_at)
select id, name, payload, dedupe_key, $2, failures + 1, $3 from ended`;
