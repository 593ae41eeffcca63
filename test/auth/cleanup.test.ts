import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Duration } from '../../src/infrastructure/clock.js';
import type { JobDefinition } from '../../src/jobs/job-definition.js';
import {
  challengeCleanupJob,
  sessionCleanupJob,
  tokenCleanupJob,
  unverifiedAccountCleanupJob,
} from '../../src/services/auth/auth.jobs.js';
import { TestApp } from '../support/test-app.js';
import { givenUser, PASSWORD } from '../support/users.js';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

async function run(job: JobDefinition): Promise<void> {
  await app.app.jobs.outbox.enqueue(job, {});
  await app.settle();
}

const count = async (table: string, userId: string) =>
  (await app.query<{ n: number }>(`select count(*)::int as n from ${table} where user_id = $1`, [userId]))[0]!.n;

describe('the clean-up of sign-in', () => {
  it('keeps a session with all its rows until 30 days after it ended', async () => {
    const user = await givenUser(app);
    await user.caller.post('/auth/refresh', {});
    app.clock.advance(Duration.days(29));
    await user.caller.post('/auth/refresh', {});
    app.clock.advance(Duration.days(2));
    await user.caller.post('/auth/logout', {});
    app.clock.advance(Duration.days(30) - 1);
    await run(sessionCleanupJob);
    expect(await count('session', user.id)).toBe(3);
    app.clock.advance(1);
    await run(sessionCleanupJob);
    expect(await count('session', user.id)).toBe(0);
  });

  it('keeps a waiting sign-in until 24 hours after it expired', async () => {
    const user = await givenUser(app, { twoFactorEnabled: true });
    await app.caller().post('/auth/login', { email: user.email, password: PASSWORD });
    app.clock.advance(Duration.minutes(5) + Duration.hours(24));
    await run(challengeCleanupJob);
    expect(await count('challenge', user.id)).toBe(1);
    app.clock.advance(1);
    await run(challengeCleanupJob);
    expect(await count('challenge', user.id)).toBe(0);
  });

  it('keeps mailed links until 30 days after they expired', async () => {
    const user = await givenUser(app);
    await app.caller().post('/auth/forgot-password', { email: user.email });
    await app.settle();
    app.clock.advance(Duration.minutes(60) + Duration.days(30));
    await run(tokenCleanupJob);
    expect(await count('password_reset', user.id)).toBe(1);
    app.clock.advance(1);
    await run(tokenCleanupJob);
    expect(await count('password_reset', user.id)).toBe(0);
  });

  it('removes accounts that were not verified in seven days, keeps their consents without a person, and spares the others', async () => {
    const email = `late-${randomUUID()}@example.org`;
    const form = { email, password: PASSWORD, acceptedTerms: true, acceptedPrivacy: true };
    await app.caller().post('/auth/register', form);
    const verified = await givenUser(app);
    const [{ id } = { id: '' }] = await app.query<{ id: string }>('select id from user_account where email = $1', [
      email,
    ]);
    const consents = await app.query<{ id: string }>('select id from consent_record where user_id = $1', [id]);
    expect(consents).toHaveLength(2);
    app.clock.advance(Duration.days(7));
    await run(unverifiedAccountCleanupJob);
    expect(await count('user_settings', id)).toBe(1);
    app.clock.advance(1);
    await run(unverifiedAccountCleanupJob);
    expect(await app.query('select 1 from user_account where id = any($1)', [[id, verified.id]])).toHaveLength(1);
    expect(await count('email_verification', id)).toBe(0);
    const kept = await app.query('select user_id, ip_address from consent_record where id = any($1)', [
      consents.map((row) => row.id),
    ]);
    expect(kept).toEqual(Array(2).fill({ user_id: null, ip_address: null }));
    expect(await app.caller().post('/auth/register', form)).toMatchObject({ status: 201 });
  });
});
