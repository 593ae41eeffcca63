import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { UserStatus } from '../../src/entities/user/user.enums.js';
import { Duration } from '../../src/infrastructure/clock.js';
import { withSetting } from '../support/settings.js';
import { TestApp } from '../support/test-app.js';
import { givenUser, PASSWORD, type TestUser } from '../support/users.js';

let app: TestApp;
/** Domains that take no mail, as far as DNS of these tests knows. */
const mailless = new Set<string>();
beforeAll(async () => {
  const resolveMx = async (domain: string) => [{ exchange: mailless.has(domain) ? '.' : `mx.${domain}` }];
  app = await TestApp.start({ outside: { resolveMx } });
});
afterAll(() => app.stop());

const INVALID = { status: 400, error: { code: 'BAD_REQUEST', i18nKey: 'auth.verify_email.invalid_token' } };
const newAddress = (domain = 'example.org') => `new-${randomUUID()}@${domain}`;
const verify = (token: string, caller = app.caller()) => caller.post('/auth/verify-email', { token });
const login = (email: string, password = PASSWORD) => app.caller().post('/auth/login', { email, password });
const sentTo = async (email: string) => (await app.outbox(email)).map(({ template }) => template);
const auditOf = (userId: string, action: string) =>
  app.query<{ data: any }>('select data from audit_log where target_id = $1 and action = $2', [userId, action]);

async function signUp(fields: Record<string, unknown> = {}): Promise<{ id: string; email: string; token: string }> {
  const email = newAddress();
  const form = { email, password: PASSWORD, acceptedTerms: true, acceptedPrivacy: true, ...fields };
  await app.caller().post('/auth/register', form);
  const [row] = await app.query<{ id: string }>('select id from user_account where email = $1', [form.email]);
  return { id: row!.id, email: form.email, token: await app.mailedToken(form.email, 'account_verification') };
}

async function requestChange(
  { id }: Pick<TestUser, 'id'>,
  newEmail = newAddress(),
): Promise<{ newEmail: string; token: string }> {
  const { database } = app.app.infrastructure;
  await database.transaction(() => app.app.services.verification.sendEmailChangeLink({ id, newEmail, locale: null }));
  return { newEmail, token: await app.mailedToken(newEmail, 'email_change_confirm') };
}

const addressOf = async (userId: string) =>
  (await app.query<{ email: string }>('select email from user_account where id = $1', [userId]))[0]!.email;

describe('POST /auth/verify-email for a new account', () => {
  it('verifies once and answers a repeat alike, without opening a session', async () => {
    const { id, email, token } = await signUp();
    const verified = vi.fn();
    const stop = await app.app.infrastructure.events.on('user.verified', verified);
    const caller = app.caller();
    for (let count = 0; count < 2; count++) {
      const answer = await verify(token, caller);
      expect(answer).toMatchObject({ status: 200, body: { success: true, data: null } });
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    await stop();
    expect(verified.mock.calls).toEqual([[{ userId: id }]]);
    expect(await auditOf(id, 'auth.verify_email.success')).toHaveLength(1);
    expect(await app.query('select 1 from session where user_id = $1', [id])).toEqual([]);
    expect(await login(email)).toMatchObject({ status: 200 });
  });

  it('verifies once when the link is opened twice at the same moment', async () => {
    const { id, token } = await signUp();
    const answers = await Promise.all([verify(token), verify(token), verify(token)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await auditOf(id, 'auth.verify_email.success')).toHaveLength(1);
  });

  it('does the same over GraphQL', async () => {
    const { email, token } = await signUp();
    const answer = await app.caller().graphql('mutation ($token: ID!) { verifyEmail(token: $token) }', { token });
    expect(answer.data).toEqual({ verifyEmail: true });
    expect(await login(email)).toMatchObject({ status: 200 });
    const unknown = await app
      .caller()
      .graphql('mutation ($token: ID!) { verifyEmail(token: $token) }', { token: randomUUID() });
    expect(unknown.errors![0]!.extensions).toMatchObject({
      code: 'BAD_REQUEST',
      i18nKey: 'auth.verify_email.invalid_token',
    });
  });

  it('refuses what is no UUID, an unknown token, an outdated one and one of a paused account', async () => {
    expect(await verify('none')).toMatchObject({ status: 400, error: { i18nKey: 'error.validation' } });
    expect(await app.caller().post('/auth/verify-email', {})).toMatchObject({
      status: 400,
      error: { i18nKey: 'error.validation' },
    });
    expect(await verify(randomUUID())).toMatchObject(INVALID);
    const paused = await signUp();
    await app.query(`update user_account set status = 'DEACTIVATED' where id = $1`, [paused.id]);
    expect(await verify(paused.token)).toMatchObject(INVALID);
    const late = await signUp();
    app.clock.advance(Duration.hours(24));
    expect(await verify(late.token)).toMatchObject(INVALID);
  });

  it('leaves the status of a suspended account as it is', async () => {
    const { id, token } = await signUp();
    await app.query(`update user_account set status = 'SUSPENDED' where id = $1`, [id]);
    expect(await verify(token)).toMatchObject({ status: 200 });
    expect(await app.query('select status, email_verified as v from user_account where id = $1', [id])).toEqual([
      { status: 'SUSPENDED', v: true },
    ]);
  });

  it('makes the other sign-up links of the account invalid', async () => {
    const { email, token } = await signUp();
    await signUp({ email });
    const second = await app.mailedToken(email, 'account_verification');
    expect(second).not.toBe(token);
    expect(await verify(second)).toMatchObject({ status: 200 });
    expect(await verify(token)).toMatchObject(INVALID);
    expect(await login(email)).toMatchObject({ status: 200 });
  });

  it('clears what a contested sign-up brought along, and the mailed link sets the first password', async () => {
    const username = `wanted-${randomUUID().slice(0, 8)}`;
    const { id, email } = await signUp({
      username,
      displayName: 'Mallory',
      intent: 'creator',
      password: 'Attacker-0ne',
    });
    await signUp({ email, password: 'Victim-passw0rd' });
    expect(await verify(await app.mailedToken(email, 'account_verification'))).toMatchObject({ status: 200 });
    const [row] = await app.query(
      `select username, display_name as name, intent, password_hash as hash, signup_contested as contested, email_verified as verified
       from user_account where id = $1`,
      [id],
    );
    expect(row).toEqual({ username: null, name: null, intent: null, hash: null, contested: false, verified: true });
    for (const password of ['Attacker-0ne', 'Victim-passw0rd']) {
      expect(await login(email, password)).toMatchObject({ error: { i18nKey: 'auth.login.invalid_credentials' } });
    }
    const token = await app.mailedToken(email, 'password_reset');
    expect(await app.caller().post('/auth/reset-password', { token, newPassword: 'Victim-passw0rd' })).toMatchObject({
      status: 200,
    });
    expect(await login(email, 'Victim-passw0rd')).toMatchObject({ status: 200 });
  });

  it('is not contested by a repeat with the same password, not even at the same moment', async () => {
    const form = {
      email: newAddress(),
      password: PASSWORD,
      acceptedTerms: true,
      acceptedPrivacy: true,
      displayName: 'Ada',
    };
    const answers = await Promise.all(Array.from({ length: 3 }, () => app.caller().post('/auth/register', form)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    await app.caller().post('/auth/register', form);
    expect(await verify(await app.mailedToken(form.email, 'account_verification'))).toMatchObject({ status: 200 });
    expect(await login(form.email)).toMatchObject({ status: 200 });
  });

  it('counts 20 an hour by address of the caller', async () => {
    const caller = app.caller();
    for (let count = 0; count < 20; count++) expect(await verify(randomUUID(), caller)).toMatchObject({ status: 400 });
    expect(await verify(randomUUID(), caller)).toMatchObject({
      status: 429,
      error: { i18nKey: 'error.too_many_requests' },
    });
  });
});

describe('POST /auth/verify-email for an email change', () => {
  it('moves the account, keeps its sessions, and gives the former address a way back', async () => {
    const user = await givenUser(app);
    const { newEmail, token } = await requestChange(user);
    for (let count = 0; count < 2; count++)
      expect(await verify(token)).toMatchObject({ status: 200, body: { data: null } });
    expect(await user.caller.get('/auth/me')).toMatchObject({ data: { email: newEmail, emailVerified: true } });
    expect(await user.caller.post('/auth/refresh', {})).toMatchObject({ status: 200 });
    expect((await sentTo(user.email)).filter((template) => template === 'security_email_changed')).toHaveLength(1);
    expect((await app.message(user.email, 'security_email_changed')).text).not.toContain(newEmail);
    const audit = await auditOf(user.id, 'auth.email_change.success');
    expect(audit).toEqual([
      { data: { from: expect.stringMatching(/^[0-9a-f]{64}$/), to: expect.stringMatching(/^[0-9a-f]{64}$/) } },
    ]);
  });

  it('makes everything invalid that was mailed to the former address', async () => {
    const user = await givenUser(app);
    const other = await requestChange(user);
    const { token } = await requestChange(user);
    expect(await verify(other.token)).toMatchObject(INVALID);
    await app.caller().post('/auth/forgot-password', { email: user.email });
    const resetToken = await app.mailedToken(user.email, 'password_reset');
    const { database } = app.app.infrastructure;
    await database.transaction(() =>
      app.app.services.reactivationLinks.send({ id: user.id, email: user.email, locale: null }),
    );
    expect(await verify(token)).toMatchObject({ status: 200 });
    expect(
      await app.caller().post('/auth/reset-password', { token: resetToken, newPassword: 'Next-passw0rd' }),
    ).toMatchObject({
      error: { i18nKey: 'auth.reset_password.invalid_token' },
    });
    const open = await app.query('select 1 from reactivation_token where user_id = $1 and invalidated_at is null', [
      user.id,
    ]);
    expect(open).toEqual([]);
  });

  it('lets one of two users have an address that both confirm at the same moment', async () => {
    for (let round = 0; round < 5; round++) {
      const newEmail = newAddress();
      const users = [await givenUser(app), await givenUser(app)];
      const tokens = [];
      for (const user of users) tokens.push((await requestChange(user, newEmail)).token);
      const answers = await Promise.all(tokens.map((token) => verify(token)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
      expect(answers.find(({ status }) => status === 400)).toMatchObject(INVALID);
      expect(
        (await Promise.all(users.map(({ id }) => addressOf(id)))).filter((email) => email === newEmail),
      ).toHaveLength(1);
    }
  });

  it('refuses an address that is held, tombstoned, disposable or takes no mail by now', async () => {
    const user = await givenUser(app);
    const { addresses } = app.app.services;
    const held = await requestChange(user);
    await givenUser(app, { email: held.newEmail });
    expect(await verify(held.token)).toMatchObject(INVALID);

    const tombstoned = await requestChange(user);
    await app.query('insert into email_tombstone (email_hash) values ($1)', [addresses.hash(tombstoned.newEmail)]);
    expect(await verify(tombstoned.token)).toMatchObject(INVALID);

    const disposable = await requestChange(user, newAddress('throwaway.example'));
    await withSetting(app, 'auth.disposable_domains_extra', ['throwaway.example'], async () => {
      expect(await verify(disposable.token)).toMatchObject(INVALID);
    });

    const unreachable = await requestChange(user, newAddress('mailless.example'));
    await withSetting(app, 'auth.email_mx_check_enabled', true, async () => {
      mailless.add('mailless.example');
      expect(await verify(unreachable.token)).toMatchObject(INVALID);
    });
    expect(await addressOf(user.id)).toBe(user.email);
    expect(await verify(unreachable.token)).toMatchObject({ status: 200 });
  });

  it('takes the address from a sign-up that was never verified', async () => {
    const user = await givenUser(app);
    const squatter = await signUp();
    const { token } = await requestChange(user, squatter.email);
    expect(await verify(token)).toMatchObject({ status: 200 });
    expect(await app.query('select id from user_account where email = $1', [squatter.email])).toEqual([
      { id: user.id },
    ]);
    expect(await verify(squatter.token)).toMatchObject(INVALID);
  });

  it('is over when the password was reset meanwhile', async () => {
    const user = await givenUser(app);
    const { token } = await requestChange(user);
    await app.caller().post('/auth/forgot-password', { email: user.email });
    const resetToken = await app.mailedToken(user.email, 'password_reset');
    await app.caller().post('/auth/reset-password', { token: resetToken, newPassword: 'Next-passw0rd' });
    expect(await verify(token)).toMatchObject(INVALID);
    expect(await addressOf(user.id)).toBe(user.email);
  });

  it('refuses a used token once the account has moved on', async () => {
    const user = await givenUser(app);
    const first = await requestChange(user);
    await verify(first.token);
    const second = await requestChange(user);
    await verify(second.token);
    expect(await verify(first.token)).toMatchObject(INVALID);
    expect(await verify(second.token)).toMatchObject({ status: 200 });
  });

  it('works for a suspended account and not for a paused one', async () => {
    const suspended = await givenUser(app, { status: UserStatus.SUSPENDED });
    expect(await verify((await requestChange(suspended)).token)).toMatchObject({ status: 200 });
    const paused = await givenUser(app, { status: UserStatus.DEACTIVATED });
    expect(await verify((await requestChange(paused)).token)).toMatchObject(INVALID);
  });
});

describe('POST /auth/resend-verification', () => {
  const resend = (email: string, caller = app.caller(), fields = {}) =>
    caller.post('/auth/resend-verification', { email, ...fields });

  it('answers alike for an unverified, a verified and an unknown address, and mails the first alone', async () => {
    const unverified = await signUp();
    const verified = await givenUser(app);
    const unknown = newAddress();
    const answers = [];
    for (const email of [unverified.email, verified.email, unknown]) answers.push((await resend(email)).body);
    expect(answers[0]).toEqual({ success: true, data: { message: expect.any(String) } });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await sentTo(unverified.email)).toEqual(['account_verification', 'account_verification']);
    for (const email of [verified.email, unknown]) expect(await sentTo(email)).toEqual([]);
    for (const id of [unverified.id, verified.id])
      expect(await auditOf(id, 'auth.resend_verification.requested')).toHaveLength(1);
    const hashed = await app.query(
      `select 1 from audit_log where action = 'auth.resend_verification.requested' and data->>'email' = $1`,
      [app.app.services.addresses.hash(unknown)],
    );
    expect(hashed).toHaveLength(1);
  });

  it('replaces the former link, over GraphQL too', async () => {
    const { email, token } = await signUp();
    const answer = await app
      .caller()
      .graphql(
        'mutation ($email: String!) { resendVerificationEmail(email: $email) { message } }',
        { email },
        { 'accept-language': 'es' },
      );
    expect(answer.data.resendVerificationEmail.message).not.toBe((await resend(newAddress())).data.message);
    const renewed = await app.mailedToken(email, 'account_verification');
    expect(await verify(token)).toMatchObject(INVALID);
    expect(await verify(renewed)).toMatchObject({ status: 200 });
  });

  it('keeps the mark of a contested sign-up', async () => {
    const { email } = await signUp({ password: 'Attacker-0ne' });
    await signUp({ email, password: 'Victim-passw0rd' });
    await resend(email);
    await verify(await app.mailedToken(email, 'account_verification'));
    expect(await login(email, 'Victim-passw0rd')).toMatchObject({
      error: { i18nKey: 'auth.login.invalid_credentials' },
    });
    expect(await sentTo(email)).toContain('password_reset');
  });

  it('sends five mails an hour to one address, whoever asks, and answers on', async () => {
    const user = await givenUser(app, { emailVerified: false, emailVerifiedAt: null });
    for (let count = 0; count < 6; count++) expect(await resend(user.email)).toMatchObject({ status: 200 });
    expect(await sentTo(user.email)).toHaveLength(5);
    expect(await verify(await app.mailedToken(user.email, 'account_verification'))).toMatchObject({ status: 200 });
  });

  it('asks for the captcha, refuses a malformed address, and counts five an hour by address of the caller', async () => {
    await withSetting(app, 'external.captcha.active_provider', 'turnstile', async () => {
      expect(await resend(newAddress())).toMatchObject({ status: 400, error: { i18nKey: 'auth.captcha.invalid' } });
    });
    const caller = app.caller();
    for (let count = 0; count < 5; count++) {
      expect(await resend('none', caller)).toMatchObject({ status: 400, error: { i18nKey: 'error.validation' } });
    }
    expect(await resend(newAddress(), caller)).toMatchObject({ status: 429 });
  });
});
