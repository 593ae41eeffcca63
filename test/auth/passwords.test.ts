import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { SocialAccount } from '../../src/entities/auth/social-account.entity.js';
import { UserStatus } from '../../src/entities/user/user.enums.js';
import { Duration } from '../../src/infrastructure/clock.js';
import { newId } from '../../src/infrastructure/ids.js';
import type { Caller } from '../support/caller.js';
import { TestApp } from '../support/test-app.js';
import { givenUser, PASSWORD, type TestUser } from '../support/users.js';

const NEXT = 'Next-passw0rd';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());
afterEach(() => {
  vi.restoreAllMocks();
});

const login = (email: string, password: string, caller = app.caller()) =>
  caller.post('/auth/login', { email, password });
const refresh = (caller: Caller) => caller.post('/auth/refresh', {});
const forgot = (email: string) => app.caller().post('/auth/forgot-password', { email });
const reset = (token: string, newPassword = NEXT, caller = app.caller()) =>
  caller.post('/auth/reset-password', { token, newPassword });
const sentTo = async (email: string) => (await app.outbox(email)).map(({ template }) => template);
const INVALID = { status: 400, error: { code: 'BAD_REQUEST', i18nKey: 'auth.reset_password.invalid_token' } };

async function resetToken(email: string): Promise<string> {
  expect(await forgot(email)).toMatchObject({ status: 200 });
  return app.mailedToken(email, 'password_reset');
}

async function signIn({ email }: Pick<TestUser, 'email'>, password = PASSWORD): Promise<Caller> {
  const device = app.caller().onOtherDevice();
  const { data } = await login(email, password, device);
  return device.signIn(data.accessToken);
}

/** Moves an account to another address, from the request to the mailed proof. */
async function changeEmail(
  { id }: Pick<TestUser, 'id'>,
  newEmail = `moved-${randomUUID()}@example.org`,
): Promise<string> {
  const { database } = app.app.infrastructure;
  await database.transaction(() => app.app.services.verification.sendEmailChangeLink({ id, newEmail, locale: null }));
  const token = await app.mailedToken(newEmail, 'email_change_confirm');
  expect(await app.caller().post('/auth/verify-email', { token })).toMatchObject({ status: 200 });
  return newEmail;
}

/** `fetch` sends no Host of ours. */
function postWithHost(host: string, path: string, body: unknown): Promise<void> {
  const headers = { host, 'x-forwarded-host': host, forwarded: `host=${host}`, 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const call = request(`${app.url}/api/v1${path}`, { method: 'POST', headers }, (answer) => {
      expect(answer.statusCode).toBe(200);
      answer.resume().on('end', resolve);
    });
    call.on('error', reject).end(JSON.stringify(body));
  });
}

/** What a sign-in that waits for its second factor is told: that it is over, or that the code is wrong. */
async function secondFactorKey(tempToken: string): Promise<string | undefined> {
  const { error } = await app.caller().post('/auth/login/2fa', { tempToken, code: 'WRONGCODE' });
  return error?.i18nKey;
}

async function waitingSignIn(user: TestUser): Promise<string> {
  await app.query('update user_account set two_factor_enabled = true where id = $1', [user.id]);
  const { data } = await login(user.email, PASSWORD);
  expect(await secondFactorKey(data.tempToken)).toBe('auth.2fa.invalid_code');
  return data.tempToken;
}

const auditOf = async (userId: string) =>
  (
    await app.query<{ action: string }>('select action from audit_log where target_id = $1 order by created_at, id', [
      userId,
    ])
  ).map(({ action }) => action);

describe('POST /auth/forgot-password', () => {
  it('answers alike for a known, an unknown, a suspended and an unverified address, without looking it up', async () => {
    const known = await givenUser(app);
    const suspended = await givenUser(app, { status: UserStatus.SUSPENDED });
    const unverified = await givenUser(app, { emailVerified: false, emailVerifiedAt: null });
    const unknown = `nobody-${randomUUID()}@example.org`;
    const queries = vi.spyOn(app.app.infrastructure.database, 'query');
    const answers = [];
    for (const email of [known.email, suspended.email, unverified.email, unknown]) {
      queries.mockClear();
      const answer = await forgot(email);
      expect(queries.mock.calls.filter(([sql]) => sql.includes('user_account'))).toEqual([]);
      answers.push({ status: answer.status, body: answer.body });
    }
    queries.mockRestore();
    expect(answers[0]).toEqual({ status: 200, body: { success: true, data: { message: expect.any(String) } } });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await sentTo(known.email)).toEqual(['password_reset']);
    for (const email of [suspended.email, unverified.email, unknown]) expect(await sentTo(email)).toEqual([]);
  });

  it('is audited in every case with the caller, an unknown address as a hash', async () => {
    const known = await givenUser(app);
    const unknown = `nobody-${randomUUID()}@example.org`;
    const caller = app.caller();
    for (const email of [known.email, unknown]) await caller.post('/auth/forgot-password', { email });
    await app.settle();
    const rows = await app.query(
      `select target_id as target, data, user_agent as "userAgent" from audit_log
       where action = 'auth.forgot_password.requested' and ip = $1 order by created_at, id`,
      [caller.ip],
    );
    expect(rows).toEqual([
      { target: known.id, data: null, userAgent: caller.userAgent },
      { target: null, data: { email: expect.stringMatching(/^[0-9a-f]{64}$/) }, userAgent: caller.userAgent },
    ]);
  });

  it('does the same over GraphQL, in the language of the caller', async () => {
    const user = await givenUser(app);
    const answer = await app
      .caller()
      .graphql(
        'mutation ($email: String!) { requestPasswordReset(email: $email) { message } }',
        { email: ` ${user.email.toUpperCase()} ` },
        { 'accept-language': 'fr' },
      );
    expect(answer.errors).toBeUndefined();
    expect(answer.data.requestPasswordReset.message).not.toBe((await forgot(user.email)).data.message);
    expect(await sentTo(user.email)).toContain('password_reset');
  });

  it('makes the first link invalid with the second', async () => {
    const user = await givenUser(app);
    const first = await resetToken(user.email);
    const second = await resetToken(user.email);
    expect(await reset(first)).toMatchObject(INVALID);
    expect(await reset(second)).toMatchObject({ status: 200 });
  });

  it('points the link at the web app, whatever the Host header says', async () => {
    const user = await givenUser(app);
    await postWithHost('evil.example', '/auth/forgot-password', { email: user.email });
    const { links, text } = await app.message(user.email, 'password_reset');
    expect(new URL(links[0]!).origin).toBe('http://127.0.0.1:3000');
    expect(text).not.toContain('evil.example');
  });

  it('leads a paused owner to reactivation and to no password', async () => {
    const user = await givenUser(app, { status: UserStatus.DEACTIVATED });
    await forgot(user.email);
    expect(await sentTo(user.email)).toEqual(['account_deactivated']);
    expect(await app.mailedToken(user.email, 'account_deactivated')).toMatch(/^[\w-]{43}$/);
    const tokens = await app.query('select source from reactivation_token where user_id = $1', [user.id]);
    expect(tokens).toEqual([{ source: 'EMAIL' }]);
    expect(await app.query('select 1 from password_reset where user_id = $1', [user.id])).toEqual([]);
  });

  it('sends five mails an hour to one address, whoever asks, and answers on', async () => {
    const user = await givenUser(app);
    for (let count = 0; count < 7; count++) expect(await forgot(user.email)).toMatchObject({ status: 200 });
    expect(await sentTo(user.email)).toHaveLength(5);
    app.clock.advance(Duration.minutes(61));
    await forgot(user.email);
    expect(await sentTo(user.email)).toHaveLength(6);
  });

  it('refuses a malformed address and counts five an hour by address of the caller', async () => {
    const caller = app.caller();
    for (let count = 0; count < 5; count++) {
      expect(await caller.post('/auth/forgot-password', { email: 'none' })).toMatchObject({ status: 400 });
    }
    const refused = await caller.post('/auth/forgot-password', { email: 'a@example.org' });
    expect(refused).toMatchObject({ status: 429, error: { i18nKey: 'error.too_many_requests' } });
  });
});

describe('POST /auth/reset-password', () => {
  it('sets the password, ends every session and sign-in, and tells the owner', async () => {
    const user = await givenUser(app);
    const other = await signIn(user);
    const tempToken = await waitingSignIn(user);
    const token = await resetToken(user.email);
    const browser = app.caller();
    browser.cookie = user.caller.cookie;
    const answer = await reset(token, NEXT, browser);
    expect(answer).toMatchObject({ status: 200, body: { success: true, data: null } });
    expect(answer.headers.getSetCookie()).toEqual([
      'biore_refresh=; HttpOnly; Secure; SameSite=Strict; Path=/; Max-Age=0',
    ]);
    for (const device of [user.caller, other]) {
      expect(await refresh(device)).toMatchObject({ status: 401, error: { i18nKey: 'auth.refresh.invalid_token' } });
    }
    expect(await secondFactorKey(tempToken)).toBe('auth.2fa.challenge_expired');
    expect(await login(user.email, PASSWORD)).toMatchObject({ status: 401 });
    expect((await login(user.email, NEXT)).data.requiresTwoFactor).toBe(true);
    expect(await sentTo(user.email)).toContain('security_password_reset');
    expect(await auditOf(user.id)).toContain('auth.reset_password.success');
    expect(await reset(token)).toMatchObject(INVALID);
  });

  it('does the same over GraphQL', async () => {
    const user = await givenUser(app);
    const answer = await app
      .caller()
      .graphql(
        'mutation ($token: String!, $newPassword: String!) { resetPassword(token: $token, newPassword: $newPassword) }',
        { token: await resetToken(user.email), newPassword: NEXT },
      );
    expect(answer.data).toEqual({ resetPassword: true });
    expect(answer.headers.getSetCookie()).toHaveLength(1);
    expect(await login(user.email, NEXT)).toMatchObject({ status: 200 });
  });

  it('keeps the link usable when the new password is weak or common', async () => {
    const user = await givenUser(app);
    const token = await resetToken(user.email);
    const weak = await reset(token, 'weak');
    expect(weak).toMatchObject({ status: 400, error: { i18nKey: 'error.validation' } });
    expect(weak.error!.details[0]).toMatchObject({ field: 'newPassword' });
    expect(await reset(token, 'Password1')).toMatchObject({
      error: { details: [{ field: 'newPassword', rule: 'password_common' }] },
    });
    expect(await reset(token)).toMatchObject({ status: 200 });
  });

  it('changes the password once when two calls race', async () => {
    const user = await givenUser(app);
    const token = await resetToken(user.email);
    const passwords = ['First-passw0rd', 'Second-passw0rd'];
    const answers = await Promise.all(passwords.map((password) => reset(token, password)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    const winner = passwords[answers.findIndex(({ status }) => status === 200)]!;
    const loser = passwords.find((password) => password !== winner)!;
    expect(await login(user.email, loser)).toMatchObject({ status: 401 });
    expect(await login(user.email, winner)).toMatchObject({ status: 200 });
  });

  it('gives an account without a password its first one', async () => {
    const user = await givenUser(app, { passwordHash: null });
    await reset(await resetToken(user.email));
    expect(await login(user.email, NEXT)).toMatchObject({ status: 200 });
  });

  it('lifts a lock, whichever factor set it', async () => {
    const user = await givenUser(app, { twoFactorEnabled: true, twoFactorFailures: 10 });
    for (let count = 0; count < 6; count++) await login(user.email, 'Wrong-passw0rd');
    expect(await login(user.email, PASSWORD)).toMatchObject({ error: { i18nKey: 'auth.login.account_locked' } });
    await reset(await resetToken(user.email));
    const [row] = await app.query(
      'select login_attempts as a, locked_until as l, two_factor_failures as f from user_account where id = $1',
      [user.id],
    );
    expect(row).toEqual({ a: 0, l: null, f: 0 });
    expect((await login(user.email, NEXT)).data.requiresTwoFactor).toBe(true);
  });

  it('refuses an unknown, an outdated and an overlong token, and one of an account that is not ACTIVE', async () => {
    expect(await reset('unknown')).toMatchObject(INVALID);
    for (const token of ['', 'x'.repeat(513)]) {
      expect(await reset(token)).toMatchObject({ status: 400, error: { i18nKey: 'error.validation' } });
    }
    for (const status of ['SUSPENDED', 'BANNED', 'DEACTIVATED', 'DELETED']) {
      const user = await givenUser(app);
      const token = await resetToken(user.email);
      await app.query('update user_account set status = $2 where id = $1', [user.id, status]);
      expect(await reset(token)).toMatchObject(INVALID);
    }
    const user = await givenUser(app);
    const token = await resetToken(user.email);
    app.clock.advance(Duration.minutes(60));
    expect(await reset(token)).toMatchObject(INVALID);
  });

  it('counts three an hour by address of the caller', async () => {
    const caller = app.caller();
    for (let count = 0; count < 3; count++) expect(await reset('unknown', NEXT, caller)).toMatchObject({ status: 400 });
    expect(await reset('unknown', NEXT, caller)).toMatchObject({ status: 429 });
  });
});

describe('the link that undoes an email change', () => {
  it('brings the address back for 72 hours, with a new password and without any session', async () => {
    const user = await givenUser(app);
    const thief = await signIn(user);
    const newEmail = await changeEmail(user);
    const token = await app.mailedToken(user.email, 'security_email_changed');
    app.clock.advance(Duration.hours(72) - 1);
    expect(await reset(token)).toMatchObject({ status: 200 });
    expect(await login(newEmail, NEXT)).toMatchObject({ status: 401 });
    expect(await login(user.email, NEXT)).toMatchObject({ status: 200 });
    expect(await refresh(thief)).toMatchObject({ status: 401 });
    expect(await sentTo(user.email)).toContain('security_password_reset');
    expect(await auditOf(user.id)).toEqual(
      expect.arrayContaining(['auth.email_change.reverted', 'auth.reset_password.success']),
    );
    expect(await reset(token)).toMatchObject(INVALID);
  });

  it('is over after 72 hours', async () => {
    const user = await givenUser(app);
    await changeEmail(user);
    const token = await app.mailedToken(user.email, 'security_email_changed');
    app.clock.advance(Duration.hours(72));
    expect(await reset(token)).toMatchObject(INVALID);
  });

  it('survives a second change of address and a new password, and takes all younger links away', async () => {
    const user = await givenUser(app);
    const second = await changeEmail(user);
    const ownersLink = await app.mailedToken(user.email, 'security_email_changed');
    app.clock.advance(Duration.minutes(1));
    const third = await changeEmail(user);
    const thiefsLink = await app.mailedToken(second, 'security_email_changed');
    const thief = await signIn({ email: third });
    const change = { currentPassword: PASSWORD, newPassword: 'Thief-passw0rd' };
    expect(await thief.post('/auth/change-password', change)).toMatchObject({ status: 200 });
    const resetLink = await resetToken(third);
    // The thief goes back to the second address: that does not touch the link to the older one.
    expect(await reset(thiefsLink, 'Thief2-passw0rd')).toMatchObject({ status: 200 });
    const again = await signIn({ email: second }, 'Thief2-passw0rd');

    expect(await reset(ownersLink)).toMatchObject({ status: 200 });
    expect(await login(user.email, NEXT)).toMatchObject({ status: 200 });
    for (const device of [thief, again]) expect(await refresh(device)).toMatchObject({ status: 401 });
    for (const link of [resetLink, thiefsLink]) expect(await reset(link)).toMatchObject(INVALID);
  });

  it('takes a younger link away that was not used', async () => {
    const user = await givenUser(app);
    const second = await changeEmail(user);
    app.clock.advance(Duration.minutes(1));
    await changeEmail(user);
    expect(await reset(await app.mailedToken(user.email, 'security_email_changed'))).toMatchObject({ status: 200 });
    expect(await reset(await app.mailedToken(second, 'security_email_changed'))).toMatchObject(INVALID);
  });

  it('takes login identities away that were linked since the change, and leaves connected accounts alone', async () => {
    const user = await givenUser(app);
    const link = (platform: string, forSocial: boolean) =>
      app.app.infrastructure.database.manager.insert(SocialAccount, {
        id: newId(),
        userId: user.id,
        platform,
        platformUserId: randomUUID(),
        forLogin: true,
        loginLinkedAt: app.clock.now(),
        forSocial,
      });
    await link('GOOGLE', false);
    app.clock.advance(Duration.minutes(1));
    await changeEmail(user);
    app.clock.advance(Duration.minutes(1));
    await link('APPLE', false);
    await link('X', true);
    await reset(await app.mailedToken(user.email, 'security_email_changed'));
    const left = await app.query(
      'select platform, for_login as "forLogin", for_social as "forSocial" from social_account where user_id = $1 order by platform',
      [user.id],
    );
    expect(left).toEqual([
      { platform: 'GOOGLE', forLogin: true, forSocial: false },
      { platform: 'X', forLogin: false, forSocial: true },
    ]);
  });

  it('leads the owner of an account that the thief has paused back to it', async () => {
    const user = await givenUser(app);
    await changeEmail(user);
    await app.query(`update user_account set status = 'DEACTIVATED', deactivated_at = $2 where id = $1`, [
      user.id,
      app.clock.now(),
    ]);
    expect(await reset(await app.mailedToken(user.email, 'security_email_changed'))).toMatchObject({ status: 200 });
    expect(await sentTo(user.email)).toContain('account_deactivated');
    const tokens = await app.query('select invalidated_at from reactivation_token where user_id = $1', [user.id]);
    expect(tokens).toEqual([{ invalidated_at: null }]);
    expect(await login(user.email, NEXT)).toMatchObject({ error: { i18nKey: 'auth.login.account_deactivated' } });
  });

  it('is refused while somebody else holds the address, and takes it from a sign-up that was never verified', async () => {
    const user = await givenUser(app);
    await changeEmail(user);
    const token = await app.mailedToken(user.email, 'security_email_changed');
    const holder = await givenUser(app, { email: user.email });
    expect(await reset(token)).toMatchObject(INVALID);
    await app.query('update user_account set email_verified = false, email_verified_at = null where id = $1', [
      holder.id,
    ]);
    expect(await reset(token)).toMatchObject({ status: 200 });
    expect(await app.query('select id from user_account where email = $1', [user.email])).toEqual([{ id: user.id }]);
  });

  it('does nothing for a suspended account', async () => {
    const user = await givenUser(app);
    await changeEmail(user);
    await app.query(`update user_account set status = 'SUSPENDED' where id = $1`, [user.id]);
    expect(await reset(await app.mailedToken(user.email, 'security_email_changed'))).toMatchObject(INVALID);
  });
});

describe('POST /auth/change-password', () => {
  const change = (caller: Caller, currentPassword = PASSWORD, newPassword = NEXT) =>
    caller.post('/auth/change-password', { currentPassword, newPassword });

  it('signs out every device but the calling one, and makes links and waiting sign-ins invalid', async () => {
    const user = await givenUser(app);
    const other = await signIn(user);
    const mailed = await resetToken(user.email);
    const newEmail = `moved-${randomUUID()}@example.org`;
    const { database } = app.app.infrastructure;
    await database.transaction(() =>
      app.app.services.verification.sendEmailChangeLink({ id: user.id, newEmail, locale: null }),
    );
    const emailChange = await app.mailedToken(newEmail, 'email_change_confirm');
    const tempToken = await waitingSignIn(user);

    expect(await change(user.caller)).toMatchObject({ status: 200, body: { success: true, data: null } });
    expect(await refresh(other)).toMatchObject({ status: 401, error: { i18nKey: 'auth.refresh.invalid_token' } });
    expect(await refresh(user.caller)).toMatchObject({ status: 200 });
    expect(await reset(mailed)).toMatchObject(INVALID);
    expect(await app.caller().post('/auth/verify-email', { token: emailChange })).toMatchObject({
      error: { i18nKey: 'auth.verify_email.invalid_token' },
    });
    expect(await secondFactorKey(tempToken)).toBe('auth.2fa.challenge_expired');
    const { text } = await app.message(user.email, 'security_password_changed');
    expect(text).toContain('Chrome on macOS');
    expect(await auditOf(user.id)).toContain('auth.change_password.success');
    expect(await login(user.email, PASSWORD)).toMatchObject({ status: 401 });
    expect(await login(user.email, NEXT)).toMatchObject({ status: 200 });
  });

  it('keeps the session of the cookie rather than that of the access token', async () => {
    const user = await givenUser(app);
    const other = await signIn(user);
    const mixed = Object.assign(app.caller(), { token: user.caller.token, cookie: other.cookie });
    expect(await change(mixed)).toMatchObject({ status: 200 });
    expect(await refresh(other)).toMatchObject({ status: 200 });
    expect(await refresh(user.caller)).toMatchObject({ status: 401 });
  });

  it('does the same over GraphQL', async () => {
    const user = await givenUser(app);
    const answer = await user.caller.graphql(
      'mutation ($a: String!, $b: String!) { changePassword(currentPassword: $a, newPassword: $b) }',
      { a: PASSWORD, b: NEXT },
    );
    expect(answer.data).toEqual({ changePassword: true });
    expect(await login(user.email, NEXT)).toMatchObject({ status: 200 });
  });

  it('checks the policy, then the current password, then the difference', async () => {
    const user = await givenUser(app);
    const withoutPassword = await givenUser(app, { passwordHash: null });
    expect(await change(user.caller, 'Wrong-passw0rd', 'weak')).toMatchObject({
      status: 400,
      error: { i18nKey: 'error.validation' },
    });
    expect(await change(user.caller, 'Wrong-passw0rd', 'Password1')).toMatchObject({
      error: { details: [{ rule: 'password_common' }] },
    });
    const invalid = {
      status: 401,
      error: { code: 'UNAUTHENTICATED', i18nKey: 'auth.change_password.invalid_current' },
    };
    expect(await change(user.caller, 'Wrong-passw0rd', PASSWORD)).toMatchObject(invalid);
    expect(await change(withoutPassword.caller)).toMatchObject(invalid);
    const other = await givenUser(app);
    expect(await change(other.caller, PASSWORD, PASSWORD)).toMatchObject({
      status: 400,
      error: { code: 'BAD_REQUEST', i18nKey: 'auth.change_password.same_as_current' },
    });
    expect(await auditOf(user.id)).toEqual(['auth.change_password.failure']);
    expect(await login(user.email, PASSWORD)).toMatchObject({ status: 200 });
  });

  it('lets one of two parallel changes win', async () => {
    const user = await givenUser(app);
    const answers = await Promise.all([
      change(user.caller, PASSWORD, 'First-passw0rd'),
      change(user.caller, PASSWORD, 'Second-passw0rd'),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  it('is refused after three tries in an hour, with the right password too', async () => {
    const user = await givenUser(app);
    for (let count = 0; count < 3; count++)
      expect(await change(user.caller, 'Wrong-passw0rd')).toMatchObject({ status: 401 });
    expect(await change(user.caller)).toMatchObject({ status: 429, error: { i18nKey: 'error.too_many_requests' } });
  });

  it('needs a live session', async () => {
    const user = await givenUser(app);
    const other = await signIn(user);
    await user.caller.delete(`/auth/sessions/${decodeJwt(other.token!).sid as string}`);
    expect(await change(other)).toMatchObject({ status: 401, error: { i18nKey: 'error.unauthorized' } });
    expect(await change(app.caller())).toMatchObject({ status: 401, error: { i18nKey: 'error.unauthorized' } });
  });
});
