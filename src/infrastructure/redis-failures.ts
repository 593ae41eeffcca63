import { Counter, type Registry } from 'prom-client';
import { Duration, type Clock } from './clock.js';
import type { Logger } from './logger.js';

const LOG_INTERVAL = Duration.seconds(10);

/**
 * Reports Redis operations that failed and were answered by a fallback. Each one counts in the metric
 * `redis_failures_total{operation}`; the log gets a line an operation every ten seconds, or an outage would flood it.
 */
export class RedisFailures {
  private readonly counter: Counter<'operation'>;
  private readonly silent = new Map<string, { until: number; suppressed: number }>();

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
    registry: Registry,
  ) {
    this.counter = new Counter({
      name: 'redis_failures_total',
      help: 'Redis operations that failed',
      labelNames: ['operation'],
      registers: [registry],
    });
  }

  /** `operation` is one of a fixed few names such as `bus.publish`, never a key. */
  report(operation: string, error: unknown): void {
    this.counter.inc({ operation });
    const now = this.clock.now().getTime();
    const silence = this.silent.get(operation);
    if (silence && now < silence.until) {
      silence.suppressed += 1;
      return;
    }
    this.silent.set(operation, { until: now + LOG_INTERVAL, suppressed: 0 });
    this.logger.warn({ err: error, operation, suppressed: silence?.suppressed ?? 0 }, 'a Redis operation failed');
  }
}
