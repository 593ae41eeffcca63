import { Duration } from '../infrastructure/clock.js';
import type { Logger } from '../infrastructure/logger.js';
import { TimeoutError, withTimeout } from '../infrastructure/timeout.js';
import type { JobQueue } from './job-queue.js';
import type { JobRelay } from './job-relay.js';
import type { JobRunner } from './job-runner.js';

interface JobWorkerOptions {
  /** Jobs that run at a time in this process. */
  concurrency?: number;
  /** How long a stop waits for running jobs before it breaks them off. */
  graceMilliseconds?: number;
}

/** Works off the queue, in the server process or in one of its own. */
export class JobWorker {
  private readonly concurrency: number;
  private readonly graceMilliseconds: number;

  constructor(
    private readonly queue: JobQueue,
    private readonly relay: JobRelay,
    private readonly runner: JobRunner,
    private readonly logger: Logger,
    { concurrency = 10, graceMilliseconds = Duration.seconds(10) }: JobWorkerOptions = {},
  ) {
    this.concurrency = concurrency;
    this.graceMilliseconds = graceMilliseconds;
  }

  async start(): Promise<void> {
    await this.queue.consume(this.concurrency, (jobId) => this.runner.run(jobId));
  }

  /** Takes no further job, lets the running ones end and after the grace breaks them off; another worker does them again. */
  async stop(): Promise<void> {
    await this.queue.pause();
    try {
      await withTimeout(this.runner.settled(), this.graceMilliseconds, 'ending the running jobs');
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      this.logger.warn('running jobs are broken off and will run again');
      this.runner.abort();
      await this.runner.settled();
    }
  }

  /**
   * Runs every due job here and now, one after the other and without the queue, until none is due: those that the jobs
   * add as well, but no retry whose back-off is not over. For scripts and tests, in place of a started worker.
   */
  async drain(): Promise<void> {
    for (let ids = await this.relay.take(); ids.length > 0; ids = await this.relay.take()) {
      for (const id of ids) await this.runner.run(id);
    }
  }
}
