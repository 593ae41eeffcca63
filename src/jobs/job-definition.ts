import type { z } from 'zod';
import { Duration } from '../infrastructure/clock.js';
import { nextRun } from './cron.js';

interface JobOptions<Payload extends z.ZodType> {
  /** Unique, and stable across releases: waiting jobs bear it. */
  name: string;
  /** What it does, for staff to read. */
  description: string;
  /** Shape of the payload. It travels as JSON, so dates are strings (`z.coerce.date()`). */
  payload: Payload;
  /** Cron expression in UTC. A scheduled job runs with the payload `{}`, one run at a time over all instances. */
  schedule?: string;
  /** Tries before the job becomes a dead letter. A try that is lost with its worker does not count. */
  attempts: number;
  /** Wait after the first failure; each further one doubles it, up to six hours. */
  backoffSeconds: number;
  /** How many may be queued or running at a time, over all instances, so that a flood of one job leaves room for others. */
  concurrency?: number;
  /** How long one attempt may take. */
  timeLimitSeconds?: number;
}

/** What a job is, without what it does: services import it to enqueue, the handler is registered elsewhere. */
export type JobDefinition<Payload extends z.ZodType = z.ZodType> = Readonly<
  JobOptions<Payload> & Required<Pick<JobOptions<Payload>, 'concurrency' | 'timeLimitSeconds'>>
>;

/** What a handler knows about the attempt that it makes. */
export interface JobContext {
  /** The same over all attempts; good as an idempotency key. */
  jobId: string;
  /** 1 for the first attempt. */
  attempt: number;
  /** Aborted when the time limit is up or the worker shuts down; the attempt has then ended, whatever the handler does. */
  signal: AbortSignal;
}

/**
 * Does the work of a job. It may run twice, even at the same time (a worker can lose its lease and not notice at once),
 * so it is idempotent. What it answers is stored as JSON with the run of a scheduled job.
 */
export type JobHandler<Payload extends z.ZodType = z.ZodType> = (
  payload: z.output<Payload>,
  context: JobContext,
) => Promise<unknown>;

const MAX_BACKOFF = Duration.hours(6);

/**
 * Declares a job.
 *
 * @example
 * export const sendReceipt = defineJob({
 *   name: 'payment.send-receipt', description: 'Mails the receipt of a load.',
 *   payload: z.object({ loadId: z.uuid() }), attempts: 5, backoffSeconds: 30,
 * });
 * @throws Error when the schedule is no cron expression or the payload of a scheduled job cannot be `{}`.
 */
export function defineJob<Payload extends z.ZodType>(options: JobOptions<Payload>): JobDefinition<Payload> {
  const definition = { concurrency: 50, timeLimitSeconds: 900, ...options };
  if (definition.schedule !== undefined) {
    nextRun(definition.schedule, new Date(0));
    if (!isRunnable(definition)) throw new Error(`${definition.name}: a scheduled job needs a payload that may be {}`);
  }
  return definition;
}

/** True for a job that needs no payload, so that a schedule or staff can start it. */
export function isRunnable(definition: JobDefinition): boolean {
  return definition.payload.safeParse({}).success;
}

/** Milliseconds to wait after the n-th failure. */
export function backoff({ backoffSeconds }: JobDefinition, failures: number): number {
  return Math.min(Duration.seconds(backoffSeconds) * 2 ** (failures - 1), MAX_BACKOFF);
}
