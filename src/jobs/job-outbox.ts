import type { z } from 'zod';
import type { Clock } from '../infrastructure/clock.js';
import type { Database } from '../infrastructure/database/database.js';
import { newId } from '../infrastructure/ids.js';
import type { JobDefinition } from './job-definition.js';
import type { JobRelay } from './job-relay.js';

interface EnqueueOptions {
  /** Not before this time. */
  runAt?: Date;
  /**
   * Names the work. While a job of that name and key is not done, another wish for it adds no second job. A wish that
   * comes while it runs makes it run once more, since it may have read what was there before.
   */
  dedupeKey?: string;
  /** The run that ends with the job. */
  runId?: string;
}

/** The way in for all jobs: a job exists if and only if the transaction that wants it commits. */
export class JobOutbox {
  constructor(
    private readonly database: Database,
    private readonly relay: JobRelay,
    private readonly clock: Clock,
  ) {}

  /**
   * Writes a job in the transaction at hand and wakes the relay after its commit.
   *
   * @returns the id of the job; with a dedupe key possibly of the one that waits already.
   * @throws ZodError when the payload has not the shape that the job declares.
   */
  async enqueue<Payload extends z.ZodType>(
    definition: JobDefinition<Payload>,
    payload: z.input<Payload>,
    { runAt, dedupeKey, runId }: EnqueueOptions = {},
  ): Promise<string> {
    definition.payload.parse(payload);
    const now = this.clock.now();
    const [row] = await this.database.query<{ id: string }>(ENQUEUE, [
      newId(),
      definition.name,
      JSON.stringify(payload),
      dedupeKey ?? null,
      runAt ?? now,
      runId ?? null,
      now,
    ]);
    await this.database.afterCommit(() => this.relay.poke());
    return row!.id;
  }
}

// The update locks the waiting job until this transaction commits. Without that a worker could run it in between, too
// early to see what this transaction changes.
const ENQUEUE = `
insert into job_outbox as waiting (id, name, payload, dedupe_key, due_at, run_id, created_at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (name, dedupe_key) where dedupe_key is not null do update set
  repeat_at = case when waiting.state = 'RUNNING' then least(waiting.repeat_at, excluded.due_at) end,
  due_at = case
    when waiting.state = 'WAITING' and waiting.failures = 0 then least(waiting.due_at, excluded.due_at)
    else waiting.due_at
  end
returning id`;
