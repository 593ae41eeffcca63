import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { RedisFailures } from '../../src/infrastructure/redis-failures.js';
import { TestClock } from '../support/test-clock.js';

describe('RedisFailures', () => {
  it('counts every failure and logs one in ten seconds for each operation', async () => {
    const clock = new TestClock();
    const lines: Array<{ operation: string; suppressed: number }> = [];
    const logger = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
    const registry = new Registry();
    const failures = new RedisFailures(clock, logger, registry);

    for (let n = 0; n < 100; n += 1) failures.report('bus.publish', new Error('down'));
    failures.report('presence.read', new Error('down'));
    clock.advance(10_000);
    failures.report('bus.publish', new Error('down'));

    expect(lines.map(({ operation, suppressed }) => [operation, suppressed])).toEqual([
      ['bus.publish', 0],
      ['presence.read', 0],
      ['bus.publish', 99],
    ]);
    expect(await registry.metrics()).toContain('redis_failures_total{operation="bus.publish"} 101');
  });
});
