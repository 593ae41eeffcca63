import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestApp } from '../support/test-app.js';
import { givenUser } from '../support/users.js';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

const form = (fields: Record<string, unknown> = {}) => ({
  email: `new-${randomUUID()}@example.org`,
  password: 'Correct-h0rse',
  acceptedTerms: true,
  acceptedPrivacy: true,
  ...fields,
});

describe('POST /auth/register', () => {
  it('creates an account that can sign in once its address is verified', async () => {
    const caller = app.caller();
    const request = form({ username: 'Ada.L', displayName: ' Ada ', intent: 'creator' });
    const registered = await caller.post('/auth/register', request);
    expect(registered).toMatchObject({ status: 201, body: { success: true, data: { userId: expect.any(String) } } });
    expect(await caller.post('/auth/login', request)).toMatchObject({ status: 403, error: { i18nKey: 'auth.login.email_not_verified' } });

    const token = await app.mailedToken(request.email, 'account_verification');
    expect(await caller.post('/auth/verify-email', { token })).toMatchObject({ status: 200, data: null });
    const login = await caller.post('/auth/login', request);
    expect(login).toMatchObject({ status: 200, data: { requiresTwoFactor: false, tempToken: null, expiresIn: 900 } });
    const me = await caller.signIn(login.data.accessToken).get('/auth/me');
    expect(me.data).toEqual({
      id: registered.data.userId,
      email: request.email,
      username: 'ada.l',
      displayName: 'Ada',
      avatarUrl: null,
      status: 'ACTIVE',
      emailVerified: true,
      twoFactorEnabled: false,
    });
  });

  it('does the same over GraphQL', async () => {
    const answer = await app.caller().graphql(
      'mutation ($email: String!, $password: String!) { registerAccount(email: $email, password: $password, acceptedTerms: true, acceptedPrivacy: true) { userId } }',
      form(),
    );
    expect(answer.errors).toBeUndefined();
    expect(answer.data.registerAccount.userId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('answers two parallel sign-ups for one address alike and makes one account', async () => {
    const request = form();
    const answers = await Promise.all([app.caller().post('/auth/register', request), app.caller().post('/auth/register', request)]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers[0].data.userId).not.toBe(answers[1].data.userId);
    expect(await app.query('select 1 from user_account where email = $1', [request.email])).toHaveLength(1);
  });

  it('answers a taken address like a free one, and tells its owner by mail', async () => {
    const owner = await givenUser(app);
    const request = form({ email: owner.email, username: 'wanted-name', password: 'An0ther-password' });
    expect(await app.caller().post('/auth/register', request)).toMatchObject({ status: 201 });
    expect(await app.query('select 1 from user_account where email = $1', [owner.email])).toHaveLength(1);
    await app.message(owner.email, 'account_exists');
    expect(await app.query('select 1 from username_hold where username = $1', ['wanted-name'])).toHaveLength(1);
    expect(await app.caller().post('/auth/login', request)).toMatchObject({ status: 403, error: { i18nKey: 'auth.login.email_not_verified' } });
  });

  it('lets no password given before the verification survive a contested sign-up', async () => {
    const first = form({ password: 'Attacker-0ne' });
    await app.caller().post('/auth/register', first);
    await app.caller().post('/auth/register', { ...first, password: 'Victim-passw0rd' });
    await app.caller().post('/auth/verify-email', { token: await app.mailedToken(first.email, 'account_verification') });
    for (const password of ['Attacker-0ne', 'Victim-passw0rd']) {
      expect(await app.caller().post('/auth/login', { email: first.email, password })).toMatchObject({ error: { i18nKey: 'auth.login.invalid_credentials' } });
    }
    await app.message(first.email, 'password_reset');
  });

  it('is closed by the kill switch before the input is looked at', async () => {
    const staff = await givenUser(app);
    await app.query(`insert into config_value (key, value, updated_by, updated_at) values ('platform.registration_enabled', 'false', $1, now())`, [staff.id]);
    await app.app.infrastructure.settings.changed('platform.registration_enabled');
    expect(await app.caller().post('/auth/register', form({ password: 'weak' }))).toMatchObject({ status: 403, error: { i18nKey: 'auth.register.closed' } });
    await app.query(`delete from config_value where key = 'platform.registration_enabled'`);
    await app.app.infrastructure.settings.changed('platform.registration_enabled');
  });

  it('names the broken rules of a password and never the password', async () => {
    const answer = await app.caller().post('/auth/register', form({ password: 'secretvalue' }));
    expect(answer).toMatchObject({ status: 400, error: { code: 'VALIDATION_FAILED', i18nKey: 'error.validation' } });
    expect(answer.error!.details.map(({ rule }: { rule: string }) => rule).sort()).toEqual(['password_digit', 'password_uppercase']);
    expect(JSON.stringify(answer.body)).not.toContain('secretvalue');
    expect(await app.caller().post('/auth/register', form({ password: 'Password1' }))).toMatchObject({ error: { details: [{ rule: 'password_common' }] } });
  });

  it('refuses an empty name and a landing page of another site', async () => {
    for (const [field, value] of [
      ['username', ''],
      ['displayName', '<b></b>'],
      ['firstLandingPage', 'https://evil.example/ada'],
      ['firstLandingPage', '//evil.example/ada'],
    ] as const) {
      const answer = await app.caller().post('/auth/register', form({ [field]: value }));
      expect(answer, value).toMatchObject({ status: 400, error: { i18nKey: 'error.validation', details: [{ field }] } });
    }
    for (const firstLandingPage of ['/ada?utm_source=x', 'http://127.0.0.1:3000/ada']) {
      expect(await app.caller().post('/auth/register', form({ firstLandingPage }))).toMatchObject({ status: 201 });
    }
  });

  it('takes the wanted language when it is a supported one, else the best match of Accept-Language', async () => {
    const localeAfter = async (locale: string | undefined) => {
      const request = form({ email: ` New-${randomUUID()}@Example.org `, locale });
      await app.caller().post('/auth/register', request, { 'accept-language': 'tr' });
      const [row] = await app.query<{ locale: string }>(
        'select s.locale from user_settings s join user_account u on u.id = s.user_id where u.email = $1',
        [request.email.trim().toLowerCase()],
      );
      return row?.locale;
    };
    expect(await localeAfter('pt-br')).toBe('pt-BR');
    expect(await localeAfter('xx')).toBe('tr');
    expect(await localeAfter(undefined)).toBe('tr');
  });

  it('ends at ten sign-ups an hour from one address and says when to come back', async () => {
    const caller = app.caller();
    for (let count = 0; count < 10; count++) await caller.post('/auth/register', {});
    const refused = await caller.post('/auth/register', form());
    expect(refused).toMatchObject({ status: 429, error: { code: 'RATE_LIMITED', i18nKey: 'error.too_many_requests' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('ratelimit-policy')).toBe('"registerAccount";q=10;w=3600');
  });
});
