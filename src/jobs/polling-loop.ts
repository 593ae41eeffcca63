import type { Logger } from '../infrastructure/logger.js';

/** Calls `work` again and again, at each interval and at once when poked, never twice at the same time. */
export class PollingLoop {
  private running = false;
  private poked = false;
  private wake?: () => void;
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly name: string,
    private readonly intervalMilliseconds: number,
    private readonly work: () => Promise<unknown>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.running = true;
    this.loop = this.run();
  }

  /** Asks for another call now, or right after the one under way. */
  poke(): void {
    this.poked = true;
    this.wake?.();
  }

  /** No further call; resolves when the one under way has ended. */
  async stop(): Promise<void> {
    this.running = false;
    this.wake?.();
    await this.loop;
  }

  private async run(): Promise<void> {
    let failing = false;
    while (this.running) {
      this.poked = false;
      try {
        await this.work();
        if (failing) this.logger.info({ loop: this.name }, 'the loop works again');
        failing = false;
      } catch (error) {
        // Logged once a spell: a database that is away for an hour would otherwise fill the log.
        if (!failing) this.logger.warn({ loop: this.name, err: error }, 'the loop fails and keeps trying');
        failing = true;
      }
      // A poke while it fails waits for the interval, or a dead connection would keep the processor busy.
      if (this.running && (failing || !this.poked)) await this.pause(failing);
    }
  }

  private pause(deaf: boolean): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.wake = undefined;
        resolve();
      };
      const timer = setTimeout(end, this.intervalMilliseconds);
      this.wake = () => {
        if (!deaf || !this.running) end();
      };
    });
  }
}
