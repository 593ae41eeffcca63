import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RestAnswer } from '../support/caller.js';
import { withSetting } from '../support/settings.js';
import { TestApp } from '../support/test-app.js';
import { givenTwoFactorUser, nextCode, showCode, showPassword, totp, wrongTotp } from '../support/two-factor.js';
import { givenUser, PASSWORD, type TestUser } from '../support/users.js';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

const keyOf = ({ error }: RestAnswer) => error?.i18nKey ?? null;
const storedSecret = async ({ id }: TestUser) =>
  (
    await app.query<{ secret: string | null }>('select two_factor_secret as secret from user_account where id = $1', [
      id,
    ])
  )[0]!.secret;
const templatesTo = async ({ email }: TestUser) => (await app.outbox(email)).map(({ template }) => template);
const auditOf = ({ id }: TestUser) =>
  app.query<{ action: string }>('select action from audit_log where target_id = $1 order by id', [id]);

async function enrol(user: TestUser): Promise<{ secret: string; backupCodes: string[] }> {
  const { secret } = (await user.caller.post('/auth/2fa/setup')).data;
  const answer = await user.caller.post('/auth/2fa/verify', { code: totp(app, secret) });
  expect(answer.status).toBe(200);
  return { secret, backupCodes: answer.data.backupCodes };
}

describe('POST /auth/2fa/disable', () => {
  it('switches everything off and ends every session', async () => {
    const user = await givenUser(app);
    const { secret } = await enrol(user);
    const signedIn = await showCode(app, await showPassword(app, user.email), nextCode(app, secret));
    user.caller.signIn(signedIn.data.accessToken);
    await app.query('update user_account set sms_two_factor_enabled = true where id = $1', [user.id]);
    const answer = await user.caller.post('/auth/2fa/disable', { password: PASSWORD });
    expect(answer).toMatchObject({ status: 200, data: null });
    expect(answer.headers.getSetCookie()).toContain(
      'biore_refresh=; HttpOnly; Secure; SameSite=Strict; Path=/; Max-Age=0',
    );
    expect(
      await app.query(
        `select two_factor_enabled as "on", sms_two_factor_enabled as sms, two_factor_secret as secret, two_factor_secret_set_at as "setAt",
           two_factor_last_step as step from user_account where id = $1`,
        [user.id],
      ),
    ).toEqual([{ on: false, sms: false, secret: null, setAt: null, step: null }]);
    expect(await app.query('select 1 from backup_code where user_id = $1', [user.id])).toEqual([]);
    expect(await app.query('select 1 from session where user_id = $1 and revoked_at is null', [user.id])).toEqual([]);
    expect((await user.caller.get('/auth/2fa/status')).data).toEqual({ enabled: false });
    expect(await templatesTo(user)).toContain('security_2fa_disabled');
    expect(await auditOf(user)).toContainEqual({ action: 'auth.2fa.disabled' });
    expect(
      (await app.caller().post('/auth/login', { email: user.email, password: PASSWORD })).data.requiresTwoFactor,
    ).toBe(false);
  });

  it('ends sign-ins that wait for a second factor', async () => {
    const user = await givenTwoFactorUser(app);
    const tempToken = await showPassword(app, user.email);
    await user.caller.post('/auth/2fa/disable', { password: PASSWORD });
    expect(keyOf(await showCode(app, tempToken, totp(app, user.secret)))).toBe('auth.2fa.challenge_expired');
  });

  it('counts wrong passwords against five calls an hour', async () => {
    const user = await givenTwoFactorUser(app);
    for (let calls = 0; calls < 5; calls++) {
      expect(await user.caller.post('/auth/2fa/disable', { password: 'Wrong-passw0rd' })).toMatchObject({
        status: 400,
        error: { i18nKey: 'auth.2fa.invalid_password' },
      });
    }
    expect((await user.caller.post('/auth/2fa/disable', { password: PASSWORD })).status).toBe(429);
    expect((await user.caller.get('/auth/2fa/status')).data).toEqual({ enabled: true });
  });

  it('leaves the second factor of an account without a password on', async () => {
    const user = await givenTwoFactorUser(app, { passwordHash: null });
    expect(await user.caller.post('/auth/2fa/disable', { password: PASSWORD })).toMatchObject({
      status: 400,
      error: { i18nKey: 'auth.2fa.no_password' },
    });
    expect((await user.caller.get('/auth/2fa/status')).data).toEqual({ enabled: true });
  });

  it('drops only a secret that waits while 2FA is off', async () => {
    const user = await givenUser(app);
    await user.caller.post('/auth/2fa/setup');
    expect(keyOf(await user.caller.post('/auth/2fa/disable', { password: 'short' }))).toBe('error.validation');
    const answer = await user.caller.graphql(
      'mutation ($password: String!) { disableTwoFactor(password: $password) }',
      { password: PASSWORD },
    );
    expect(answer.data).toEqual({ disableTwoFactor: true });
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(await storedSecret(user)).toBeNull();
    expect((await user.caller.post('/auth/refresh')).status).toBe(200);
    expect(await templatesTo(user)).toEqual([]);
    expect(await auditOf(user)).toEqual([{ action: 'auth.2fa.setup_started' }]);
  });
});

describe('GET /auth/2fa/status', () => {
  it('answers over GraphQL as well, and needs a bearer', async () => {
    const { caller } = await givenTwoFactorUser(app);
    expect((await caller.graphql('{ twoFactorStatus { enabled } }')).data).toEqual({
      twoFactorStatus: { enabled: true },
    });
    expect((await app.caller().get('/auth/2fa/status')).status).toBe(401);
  });
});

describe('POST /auth/2fa/backup-codes/regenerate', () => {
  it('replaces all codes and leaves sessions alone', async () => {
    const user = await givenUser(app);
    const { secret, backupCodes: old } = await enrol(user);
    const signedIn = await showCode(app, await showPassword(app, user.email), nextCode(app, secret), user.caller);
    user.caller.signIn(signedIn.data.accessToken);
    const answer = await user.caller.post('/auth/2fa/backup-codes/regenerate', { code: nextCode(app, secret) });
    expect(answer.status).toBe(200);
    const fresh = answer.data.backupCodes as string[];
    expect(fresh).toHaveLength(10);
    expect(fresh.filter((code) => old.includes(code))).toEqual([]);
    expect(keyOf(await showCode(app, await showPassword(app, user.email), old[0]!))).toBe('auth.2fa.invalid_code');
    expect((await showCode(app, await showPassword(app, user.email), fresh[0]!)).status).toBe(200);
    expect(keyOf(await showCode(app, await showPassword(app, user.email), fresh[0]!))).toBe('auth.2fa.invalid_code');
    expect(await templatesTo(user)).toContain('security_backup_codes_regenerated');
    expect(await auditOf(user)).toContainEqual({ action: 'auth.2fa.backup_codes.regenerated' });
    expect((await user.caller.post('/auth/refresh')).status).toBe(200);
  });

  it('makes as many codes as the setting says, over GraphQL as well', async () => {
    const user = await givenTwoFactorUser(app);
    await withSetting(app, 'auth.backup_code_count', 3, async () => {
      const answer = await user.caller.graphql(
        'mutation ($code: String!) { regenerateBackupCodes(code: $code) { backupCodes } }',
        {
          code: totp(app, user.secret),
        },
      );
      expect(answer.data.regenerateBackupCodes.backupCodes).toHaveLength(3);
    });
  });

  it('takes a code once, also one that signed in', async () => {
    const user = await givenTwoFactorUser(app);
    const code = totp(app, user.secret);
    await showCode(app, await showPassword(app, user.email), code);
    expect(await user.caller.post('/auth/2fa/backup-codes/regenerate', { code })).toMatchObject({
      status: 400,
      error: { i18nKey: 'auth.2fa.invalid_code' },
    });
    expect(
      await app.query('select two_factor_failures as failures from user_account where id = $1', [user.id]),
    ).toEqual([{ failures: 1 }]);
    const next = nextCode(app, user.secret);
    expect((await user.caller.post('/auth/2fa/backup-codes/regenerate', { code: next })).status).toBe(200);
    expect(
      await app.query('select two_factor_failures as failures from user_account where id = $1', [user.id]),
    ).toEqual([{ failures: 0 }]);
    expect(keyOf(await showCode(app, await showPassword(app, user.email), next))).toBe('auth.2fa.invalid_code');
  });

  it('locks the account when its wrong code is one too many', async () => {
    const user = await givenTwoFactorUser(app, { twoFactorFailures: 9 });
    expect(
      keyOf(await user.caller.post('/auth/2fa/backup-codes/regenerate', { code: wrongTotp(app, user.secret) })),
    ).toBe('auth.2fa.invalid_code');
    expect(await templatesTo(user)).toContain('security_account_locked');
    expect(keyOf(await app.caller().post('/auth/login', { email: user.email, password: PASSWORD }))).toBe(
      'auth.login.account_locked',
    );
  });

  it('leaves one batch after two parallel calls', async () => {
    const user = await givenTwoFactorUser(app);
    const codes = [totp(app, user.secret), totp(app, user.secret, 1)];
    const answers = await Promise.all(
      codes.map((code) => user.caller.post('/auth/2fa/backup-codes/regenerate', { code })),
    );
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    expect(await app.query('select 1 from backup_code where user_id = $1', [user.id])).toHaveLength(10);
  });

  it('refuses a backup code, and an account without a second factor', async () => {
    const user = await givenUser(app);
    expect(await user.caller.post('/auth/2fa/backup-codes/regenerate', { code: '123456' })).toMatchObject({
      status: 400,
      error: { i18nKey: 'auth.2fa.not_enabled' },
    });
    expect(keyOf(await user.caller.post('/auth/2fa/backup-codes/regenerate', { code: 'ABCD-EFGH' }))).toBe(
      'error.validation',
    );
    await user.caller.post('/auth/2fa/backup-codes/regenerate', { code: '123456' });
    expect((await user.caller.post('/auth/2fa/backup-codes/regenerate', { code: '123456' })).status).toBe(429);
  });
});
