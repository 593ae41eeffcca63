import { Duration, type Clock } from '../infrastructure/clock.js';
import type { Database } from '../infrastructure/database/database.js';
import type { Logger } from '../infrastructure/logger.js';
import { nextRun } from './cron.js';
import type { JobDefinition } from './job-definition.js';
import type { JobRegistry } from './job-registry.js';
import type { JobRuns } from './job-runs.js';
import { PollingLoop } from './polling-loop.js';

/**
 * Starts scheduled jobs, once however many instances run a scheduler: whoever moves `next_run_at` on starts the run, in
 * one transaction. Times that passed while nobody was up are made up for by one run.
 */
export class Scheduler {
  private readonly loop: PollingLoop;

  constructor(
    private readonly database: Database,
    private readonly registry: JobRegistry,
    private readonly runs: JobRuns,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.loop = new PollingLoop('job scheduler', Duration.seconds(1), () => this.fireDue(), logger);
  }

  /** Notes the schedules (a changed one counts from now) and fires them until {@link stop}. */
  async start(): Promise<void> {
    await this.noteSchedules();
    this.loop.start();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
  }

  /** Starts what is due. A job whose last run is still under way is left out until its next time. */
  async fireDue(): Promise<void> {
    const due = await this.database.query<{ name: string }>(
      'select name from job_state where next_run_at <= $1 and name = any($2) order by next_run_at, name',
      [this.clock.now(), this.scheduled.map(({ name }) => name)],
    );
    for (const { name } of due) await this.fire(this.registry.find(name)!.definition);
  }

  private async fire(definition: JobDefinition): Promise<void> {
    const now = this.clock.now();
    await this.database.independentTransaction(async () => {
      const moved = await this.database.execute(
        'update job_state set next_run_at = $3 where name = $1 and next_run_at <= $2',
        [definition.name, now, nextRun(definition.schedule!, now)],
      );
      if (moved === 0) return;
      const runId = await this.runs.start(definition, null);
      if (!runId) {
        this.logger.info({ job: definition.name }, 'a scheduled run is left out, the last one is still under way');
      }
    });
  }

  private async noteSchedules(): Promise<void> {
    const { scheduled } = this;
    const now = this.clock.now();
    await this.database.query(NOTE_SCHEDULES, [
      scheduled.map(({ name }) => name),
      scheduled.map(({ schedule }) => schedule),
      scheduled.map(({ schedule }) => nextRun(schedule!, now)),
    ]);
  }

  private get scheduled(): JobDefinition[] {
    return this.registry.definitions.filter(({ schedule }) => schedule !== undefined);
  }
}

const NOTE_SCHEDULES = `
insert into job_state as state (name, schedule, next_run_at)
select * from unnest($1::text[], $2::text[], $3::timestamptz[])
on conflict (name) do update set schedule = excluded.schedule, next_run_at = excluded.next_run_at
where state.schedule is distinct from excluded.schedule`;
