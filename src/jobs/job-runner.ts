import { JobStatus } from '../entities/jobs/job.enums.js';
import { Duration, type Clock } from '../infrastructure/clock.js';
import type { Database } from '../infrastructure/database/database.js';
import { DEFAULT_LOCALE } from '../infrastructure/i18n/locales.js';
import { newCapabilityId } from '../infrastructure/ids.js';
import type { Logger } from '../infrastructure/logger.js';
import { runInRequestScope } from '../infrastructure/request-scope.js';
import { errorMessage } from './error-message.js';
import { LEASE_MILLISECONDS, type ClaimedJob, type JobClaims } from './job-claims.js';
import type { JobDefinition, JobHandler } from './job-definition.js';
import type { JobRegistry } from './job-registry.js';
import type { JobRelay } from './job-relay.js';

/** A job that was running when its worker died so many times is taken for the reason. */
const MAX_CRASHES = 10;

type Outcome = { result: unknown } | { error: string } | 'broken off';

/** Runs jobs: claims one, calls its handler under a renewed lease and a time limit, and settles the outcome. */
export class JobRunner {
  private readonly underWay = new Set<Promise<void>>();
  private readonly controllers = new Set<AbortController>();
  private stopping = false;

  constructor(
    private readonly database: Database,
    private readonly registry: JobRegistry,
    private readonly claims: JobClaims,
    private readonly relay: JobRelay,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Makes one attempt at the job if it can be claimed. Never rejects: what cannot be settled is tried again after the lease. */
  async run(jobId: string): Promise<void> {
    const attempt = runInRequestScope(systemScope(), () => this.claimAndSettle(jobId)).catch((error: unknown) => {
      this.logger.error({ jobId, error: errorMessage(error) }, 'a job could not be claimed or settled');
    });
    this.underWay.add(attempt);
    await attempt;
    this.underWay.delete(attempt);
  }

  /** Resolves when no attempt is under way. */
  async settled(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  /** Breaks off the attempts under way, which are put back and do not count, and makes no further one. */
  abort(): void {
    this.stopping = true;
    for (const controller of this.controllers) controller.abort(new Error('the worker stops'));
  }

  private async claimAndSettle(jobId: string): Promise<void> {
    if (this.stopping) return;
    const claim = await this.claims.claim(jobId, this.registry.names);
    if (!claim) return;
    const { definition, handler } = this.registry.find(claim.name)!;
    if (claim.crashes > MAX_CRASHES) {
      return this.claims.abandon(claim, `its worker was lost during each of ${claim.crashes} attempts`);
    }
    const startedAt = this.clock.now();
    const outcome = await this.attempt(claim, definition, handler);
    if (outcome === 'broken off') return this.claims.release(claim);
    if ('error' in outcome) await this.claims.fail(claim, definition, outcome.error);
    else await this.claims.succeed(claim, outcome.result);
    this.relay.placeFreed(claim.name);
    await this.record(claim.name, startedAt, 'error' in outcome ? outcome.error : null);
  }

  private async attempt(
    claim: ClaimedJob,
    { payload, timeLimitSeconds }: JobDefinition,
    handler: JobHandler,
  ): Promise<Outcome> {
    if (this.stopping) return 'broken off';
    const controller = new AbortController();
    const timeUp = () => controller.abort(new Error(`it took longer than ${timeLimitSeconds} s`));
    const timer = setTimeout(timeUp, Duration.seconds(timeLimitSeconds));
    const renewal = setInterval(() => void this.renew(claim), LEASE_MILLISECONDS / 3);
    const context = { jobId: claim.id, attempt: claim.failures + 1, signal: controller.signal };
    this.controllers.add(controller);
    try {
      const work = handler(payload.parse(claim.payload), context);
      return { result: await Promise.race([work, rejectionBy(controller.signal)]) };
    } catch (error) {
      if (this.stopping) return 'broken off';
      const message = errorMessage(error);
      const stack = error instanceof Error ? error.stack?.replace(error.message, '') : undefined;
      this.logger.error(
        { job: claim.name, jobId: claim.id, attempt: context.attempt, error: message, stack },
        'a job failed',
      );
      return { error: message };
    } finally {
      this.controllers.delete(controller);
      clearTimeout(timer);
      clearInterval(renewal);
    }
  }

  private async renew(claim: ClaimedJob): Promise<void> {
    try {
      await this.claims.renew(claim);
    } catch (error) {
      this.logger.warn(
        { job: claim.name, jobId: claim.id, error: errorMessage(error) },
        'a lease could not be renewed',
      );
    }
  }

  private async record(name: string, startedAt: Date, error: string | null): Promise<void> {
    const durationMs = this.clock.now().getTime() - startedAt.getTime();
    await this.database.query(RECORD, [
      name,
      startedAt,
      error === null ? JobStatus.OK : JobStatus.FAILED,
      durationMs,
      error,
    ]);
  }
}

const rejectionBy = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

const systemScope = () => ({
  correlationId: newCapabilityId(),
  ip: null,
  userAgent: null,
  locale: DEFAULT_LOCALE,
  actorId: null,
  actorType: 'SYSTEM' as const,
});

// A busy job that goes well writes its row once a second at most. An upsert would lock the row even if it changed nothing,
// and the workers would queue up for it; so it is looked at first.
const RECORD = `
insert into job_state (name, last_run_at, last_status, last_duration_ms, last_error)
select $1, $2, $3, $4, $5 where not exists (
  select from job_state
  where name = $1 and last_run_at > $2::timestamptz - interval '1 second' and last_status = 'OK' and $3 = 'OK'
)
on conflict (name) do update set
  last_run_at = excluded.last_run_at, last_status = excluded.last_status,
  last_duration_ms = excluded.last_duration_ms, last_error = excluded.last_error`;
