import Bull from 'bull';
import { Duration } from '../infrastructure/clock.js';
import type { Logger } from '../infrastructure/logger.js';
import { withTimeout } from '../infrastructure/timeout.js';
import type { JobQueue } from './job-queue.js';

interface BullJobQueueOptions {
  /** `redis://` or `rediss://`. */
  url: string;
  /** Start of all keys. */
  prefix: string;
}

const ADD_LIMIT = Duration.seconds(5);
/** Longer than the five seconds that a worker's blocking read may stay without an answer. */
const SILENCE_LIMIT = Duration.seconds(15);
const MAX_RECONNECT_DELAY = Duration.seconds(2);

/**
 * The queue on Redis, with Bull: pushed to workers without polling. Attempts and back-off are the outbox's, not Bull's.
 * While Redis is away jobs wait in the outbox; the connections come back by themselves.
 */
export class BullJobQueue implements JobQueue {
  private queue?: Bull.Queue<{ jobId: string }>;
  private lastError?: string;

  constructor(
    private readonly options: BullJobQueueOptions,
    private readonly logger: Logger,
  ) {}

  async start(): Promise<void> {
    const { url, prefix } = this.options;
    this.queue = new Bull('jobs', url, {
      prefix,
      redis: {
        ...(url.startsWith('rediss:') && { tls: {} }),
        maxRetriesPerRequest: 1,
        socketTimeout: SILENCE_LIMIT,
        retryStrategy: (times) => Math.min(50 * 2 ** times, MAX_RECONNECT_DELAY),
      },
      defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
    });
    this.queue.on('error', (error) => this.logOnce(error));
  }

  async add(jobIds: readonly string[]): Promise<void> {
    const entries = jobIds.map((jobId) => ({ data: { jobId } }));
    await withTimeout(this.started.addBulk(entries), ADD_LIMIT, 'adding to the job queue');
    this.lastError = undefined;
  }

  async consume(concurrency: number, deliver: (jobId: string) => Promise<void>): Promise<void> {
    // Settles only when the queue closes; what goes wrong until then arrives as an event.
    void this.started
      .process(concurrency, ({ data }) => deliver(data.jobId))
      .catch((error: Error) => this.logOnce(error));
  }

  async pause(): Promise<void> {
    // It pauses first and then breaks off the blocking read, which fails while Redis is away.
    await this.queue?.pause(true, true).catch((error: Error) => this.logOnce(error));
  }

  async close(): Promise<void> {
    await this.queue?.close(true);
  }

  private get started(): Bull.Queue<{ jobId: string }> {
    if (!this.queue) throw new Error('the job queue is not started');
    return this.queue;
  }

  /** One line for an outage, not one for each try to connect. */
  private logOnce(error: Error): void {
    if (error.message !== this.lastError) this.logger.warn({ err: error }, 'the job queue on Redis reports an error');
    this.lastError = error.message;
  }
}
