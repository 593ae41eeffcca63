import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { nextRun } from '../../src/jobs/cron.js';
import { errorMessage } from '../../src/jobs/error-message.js';
import { backoff, defineJob } from '../../src/jobs/job-definition.js';
import { JobRegistry } from '../../src/jobs/job-registry.js';

const options = { name: 'job', description: 'does it', payload: z.object({}), attempts: 20, backoffSeconds: 30 };

describe('a job definition', () => {
  it('doubles the wait after each failure, up to six hours', () => {
    const job = defineJob(options);
    expect([1, 2, 3, 10, 11, 20].map((failures) => backoff(job, failures) / 1_000)).toEqual([
      30, 60, 120, 15_360, 21_600, 21_600,
    ]);
  });

  it('is refused with a schedule that cannot be read or that has no payload to run with', () => {
    expect(() => defineJob({ ...options, schedule: 'now and then' })).toThrow();
    expect(() => defineJob({ ...options, schedule: '* * * * *', payload: z.object({ id: z.uuid() }) })).toThrow(
      'job: a scheduled job needs',
    );
  });

  it('is registered once', () => {
    const registry = new JobRegistry();
    registry.register(defineJob(options), async () => undefined);
    expect(() => registry.register(defineJob(options), async () => undefined)).toThrow(
      'the job job is registered twice',
    );
  });
});

describe('a cron expression', () => {
  it.each([
    ['* * * * *', '2026-03-29T00:59:30Z', '2026-03-29T01:00:00Z'],
    ['*/15 * * * *', '2026-01-15T12:15:00Z', '2026-01-15T12:30:00Z'],
    // Clocks in Europe are set forward and back at these hours; UTC has them once each.
    ['30 2 * * *', '2026-03-28T12:00:00Z', '2026-03-29T02:30:00Z'],
    ['30 1 * * *', '2026-10-25T00:00:00Z', '2026-10-25T01:30:00Z'],
    ['0 8 * * 1', '2026-01-15T12:00:00Z', '2026-01-19T08:00:00Z'],
  ])('%s after %s is due at %s', (schedule, after, due) => {
    expect(nextRun(schedule, new Date(after))).toEqual(new Date(due));
  });
});

describe('the message of an error', () => {
  it.each([
    [
      'duplicate key value violates unique constraint "user_account_email_key"',
      'duplicate key value violates unique constraint "user_account_email_key"',
    ],
    ['no user 0198c1de-7a3b-7c4d-8e5f-001122334455', 'no user 0198c1de-7a3b-7c4d-8e5f-001122334455'],
    ['550 fan@demo.test unknown', '550 [address] unknown'],
    ['GET https://user:pw@api.test/v1/me?token=abc#x failed', 'GET https://api.test/v1/me failed'],
    [`bad key ${'sk_live_'}51H8abcDEFghiJKLmnoPQRstuVWXyz0123`, 'bad key [secret]'],
    ['x'.repeat(600), 'x'.repeat(500)],
  ])('%s', (message, shown) => {
    expect(errorMessage(new Error(message))).toBe(shown);
  });

  it('is made of whatever was thrown', () => {
    expect(errorMessage('plain text')).toBe('plain text');
    expect(errorMessage(new TypeError())).toBe('TypeError');
  });
});
