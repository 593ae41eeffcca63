import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserStatus } from '../../src/entities/user/user.enums.js';
import { Duration } from '../../src/infrastructure/clock.js';
import type { RestAnswer } from '../support/caller.js';
import { withSetting } from '../support/settings.js';
import { TestApp } from '../support/test-app.js';
import { givenTwoFactorUser, nextCode, showCode, showPassword, totp, wrongTotp } from '../support/two-factor.js';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

const keyOf = ({ error }: RestAnswer) => error?.i18nKey ?? null;

describe('POST /auth/login/2fa with TOTP', () => {
  it('opens a session that remembers both factors, with the refresh token in the cookie alone', async () => {
    const user = await givenTwoFactorUser(app);
    const caller = app.caller();
    const answer = await showCode(app, await showPassword(app, user.email, caller), totp(app, user.secret), caller);
    expect(answer).toMatchObject({ status: 200, data: { accessToken: expect.any(String), expiresIn: 900 } });
    expect(Object.keys(answer.data).sort()).toEqual(['accessToken', 'expiresIn']);
    const cookie = answer.headers.getSetCookie().find((header) => header.startsWith('biore_refresh='));
    expect(cookie).toMatch(/^biore_refresh=[\w.-]+; HttpOnly; Secure; SameSite=Strict; Path=\/; Max-Age=2592000$/);
    expect((await caller.signIn(answer.data.accessToken).get('/auth/me')).data).toMatchObject({
      id: user.id,
      twoFactorEnabled: true,
    });
    const sessions = await app.query('select methods from session where user_id = $1 order by id desc', [user.id]);
    expect(sessions[0]).toEqual({ methods: ['password', 'totp'] });
    expect(
      await app.query('select 1 from audit_log where action = $1 and actor_id = $2', [
        'auth.2fa.login.success',
        user.id,
      ]),
    ).toHaveLength(1);
  });

  it('does the same over GraphQL', async () => {
    const user = await givenTwoFactorUser(app);
    const answer = await app
      .caller()
      .graphql(
        'mutation ($tempToken: ID!, $code: String!) { loginTwoFactor(tempToken: $tempToken, code: $code) { accessToken expiresIn } }',
        { tempToken: await showPassword(app, user.email), code: totp(app, user.secret) },
      );
    expect(answer.errors).toBeUndefined();
    expect(answer.data.loginTwoFactor).toEqual({ accessToken: expect.any(String), expiresIn: 900 });
    expect(answer.headers.getSetCookie().join()).toContain('biore_refresh=');
  });

  it('ends the session of a refresh cookie that comes along, and tells the owner about a device it does not know', async () => {
    const user = await givenTwoFactorUser(app);
    const browser = user.caller;
    const former = browser.cookie;
    browser.token = null;
    const known = await showCode(app, await showPassword(app, user.email, browser), totp(app, user.secret), browser);
    expect(known.status).toBe(200);
    expect(browser.cookie).not.toBe(former);
    const ended = await app.query('select revoked_reason from session where user_id = $1 and revoked_at is not null', [
      user.id,
    ]);
    expect(ended).toEqual([{ revoked_reason: 'REPLACED' }]);
    expect(await app.outbox(user.email)).toEqual([]);
    const other = browser.onOtherDevice();
    await showCode(app, await showPassword(app, user.email, other), nextCode(app, user.secret), other);
    await app.message(user.email, 'security_new_login');
  });

  it('takes a time step once', async () => {
    const user = await givenTwoFactorUser(app);
    const code = totp(app, user.secret);
    expect((await showCode(app, await showPassword(app, user.email), code)).status).toBe(200);
    expect(await showCode(app, await showPassword(app, user.email), code)).toMatchObject({
      status: 401,
      error: { i18nKey: 'auth.2fa.invalid_code', code: 'UNAUTHENTICATED' },
    });
    expect((await showCode(app, await showPassword(app, user.email), nextCode(app, user.secret))).status).toBe(200);
  });

  it('takes a time step once in two parallel sign-ins', async () => {
    const user = await givenTwoFactorUser(app);
    const tokens = [await showPassword(app, user.email), await showPassword(app, user.email)];
    const answers = await Promise.all(tokens.map((tempToken) => showCode(app, tempToken, totp(app, user.secret))));
    expect(answers.map(keyOf).sort()).toEqual(['auth.2fa.invalid_code', null]);
  });

  it('accepts codes of auth.totp_window steps either way and no other', async () => {
    const user = await givenTwoFactorUser(app);
    for (const [steps, key] of [
      [-2, 'auth.2fa.invalid_code'],
      [2, 'auth.2fa.invalid_code'],
      [-1, null],
      [1, null],
    ] as const) {
      expect(keyOf(await showCode(app, await showPassword(app, user.email), totp(app, user.secret, steps)))).toBe(key);
    }
    await withSetting(app, 'auth.totp_window', 0, async () => {
      const strict = await givenTwoFactorUser(app);
      expect(keyOf(await showCode(app, await showPassword(app, strict.email), totp(app, strict.secret, 1)))).toBe(
        'auth.2fa.invalid_code',
      );
    });
  });

  it('opens one session for two parallel calls with one temp token', async () => {
    const user = await givenTwoFactorUser(app);
    const tempToken = await showPassword(app, user.email);
    const answers = await Promise.all([1, 2, 3, 4].map(() => showCode(app, tempToken, totp(app, user.secret))));
    expect(answers.map(keyOf).sort()).toEqual([...Array<string>(3).fill('auth.2fa.challenge_expired'), null]);
    expect(await app.query('select 1 from session where user_id = $1', [user.id])).toHaveLength(2);
  });
});

describe('POST /auth/login/2fa with a temp token that is not good', () => {
  it('answers challenge_expired for one that is unknown, used or older than 5 minutes', async () => {
    const user = await givenTwoFactorUser(app);
    expect(keyOf(await showCode(app, randomUUID(), '123456'))).toBe('auth.2fa.challenge_expired');
    const used = await showPassword(app, user.email);
    await showCode(app, used, totp(app, user.secret));
    expect(keyOf(await showCode(app, used, nextCode(app, user.secret)))).toBe('auth.2fa.challenge_expired');
    const old = await showPassword(app, user.email);
    app.clock.advance(Duration.minutes(5));
    expect(await showCode(app, old, totp(app, user.secret))).toMatchObject({
      status: 401,
      error: { i18nKey: 'auth.2fa.challenge_expired' },
    });
  });

  it('answers challenge_expired after the password was reset', async () => {
    const user = await givenTwoFactorUser(app);
    const tempToken = await showPassword(app, user.email);
    await app.caller().post('/auth/forgot-password', { email: user.email });
    const token = await app.mailedToken(user.email, 'password_reset');
    expect((await app.caller().post('/auth/reset-password', { token, newPassword: 'Another-h0rse' })).status).toBe(200);
    expect(keyOf(await showCode(app, tempToken, totp(app, user.secret)))).toBe('auth.2fa.challenge_expired');
  });

  it('refuses malformed input without looking at the sign-in', async () => {
    const tempToken = randomUUID();
    const malformed = [
      { tempToken: 'nonsense', code: '123456' },
      { tempToken, code: '12345' },
      { tempToken, code: '1234567' },
      { tempToken, code: 'ABCDEFGHJKL' },
      { tempToken, code: '' },
      { tempToken },
    ];
    for (const body of malformed) {
      expect(await app.caller().post('/auth/login/2fa', body)).toMatchObject({
        status: 400,
        error: { i18nKey: 'error.validation' },
      });
    }
    for (const code of ['123 456', 'ABCD-EFGH', 'abcdefgh23']) {
      expect(keyOf(await showCode(app, tempToken, code))).toBe('auth.2fa.challenge_expired');
    }
  });

  it('counts every alias of a GraphQL document against ten calls an hour from one address', async () => {
    const field = `loginTwoFactor(tempToken: "${randomUUID()}", code: "123456") { expiresIn }`;
    const aliases = Array.from({ length: 11 }, (_, index) => `a${index}: ${field}`).join(' ');
    const answer = await app.caller().graphql(`mutation { ${aliases} }`);
    const keys = answer.errors!.map(({ extensions }) => extensions.i18nKey);
    expect(keys.filter((key) => key === 'error.too_many_requests')).toHaveLength(keys.length - 10);
    expect(keys).toContain('error.too_many_requests');
  });
});

describe('POST /auth/login/2fa for an account that is not ACTIVE', () => {
  it.each([
    [UserStatus.SUSPENDED, 'auth.login.account_suspended', { appealToken: expect.any(String), expiresIn: 1800 }],
    [UserStatus.BANNED, 'auth.login.account_suspended', { appealToken: expect.any(String), expiresIn: 1800 }],
    [
      UserStatus.DEACTIVATED,
      'auth.login.account_deactivated',
      { reactivateToken: expect.any(String), expiresIn: 1800 },
    ],
  ])('tells about %s only after a right code, and uses the sign-in up', async (status, key, details) => {
    const user = await givenTwoFactorUser(app);
    await app.query('update user_account set status = $2 where id = $1', [user.id, status]);
    const tempToken = await showPassword(app, user.email);
    const wrong = await showCode(app, tempToken, wrongTotp(app, user.secret));
    expect(wrong).toMatchObject({ status: 401, error: { i18nKey: 'auth.2fa.invalid_code' } });
    expect(wrong.error!.details).toBeUndefined();
    const right = await showCode(app, tempToken, totp(app, user.secret));
    expect(right).toMatchObject({ status: 401, error: { i18nKey: key, details } });
    expect(right.headers.getSetCookie()).toEqual([]);
    expect(keyOf(await showCode(app, tempToken, nextCode(app, user.secret)))).toBe('auth.2fa.challenge_expired');
    expect(await app.query('select 1 from session where user_id = $1', [user.id])).toHaveLength(1);
  });
});
