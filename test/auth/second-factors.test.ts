import { hash } from '@node-rs/bcrypt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BackupCode } from '../../src/entities/auth/backup-code.entity.js';
import { AdminRole } from '../../src/entities/user/user.enums.js';
import { Duration } from '../../src/infrastructure/clock.js';
import { newId } from '../../src/infrastructure/ids.js';
import type { RestAnswer } from '../support/caller.js';
import { givenSmsUser, newPhone, signInCode } from '../support/phones.js';
import { withSetting } from '../support/settings.js';
import { TestApp } from '../support/test-app.js';
import {
  givenTwoFactorUser,
  nextCode,
  showCode,
  showPassword,
  totp,
  wrongTotp,
  type TwoFactorUser,
} from '../support/two-factor.js';
import { givenUser, PASSWORD } from '../support/users.js';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

const keyOf = ({ error }: RestAnswer) => error?.i18nKey ?? null;

async function showCodes(tempToken: string, code: string, count: number): Promise<Array<string | null>> {
  const keys = [];
  for (let tries = 0; tries < count; tries++) keys.push(keyOf(await showCode(app, tempToken, code)));
  return keys;
}

async function giveBackupCodes(user: TwoFactorUser, codes: string[]): Promise<void> {
  const rows = codes.map(async (code) => ({
    id: newId(),
    userId: user.id,
    codeHash: await hash(code, 10),
    createdAt: app.clock.now(),
  }));
  await app.app.infrastructure.database.manager.insert(BackupCode, await Promise.all(rows));
}

describe('wrong second factors', () => {
  it('kill a sign-in after five, and lock the account after ten, once', async () => {
    const user = await givenTwoFactorUser(app);
    const tokens = [
      await showPassword(app, user.email),
      await showPassword(app, user.email),
      await showPassword(app, user.email),
    ];
    const wrong = wrongTotp(app, user.secret);
    expect(await showCodes(tokens[0]!, wrong, 5)).toEqual(Array(5).fill('auth.2fa.invalid_code'));
    expect(keyOf(await showCode(app, tokens[0]!, totp(app, user.secret)))).toBe('auth.2fa.challenge_expired');
    expect(await showCodes(tokens[1]!, wrong, 5)).toEqual(Array(5).fill('auth.2fa.invalid_code'));
    expect(keyOf(await showCode(app, tokens[2]!, totp(app, user.secret)))).toBe('auth.login.account_locked');
    expect(keyOf(await app.caller().post('/auth/login', { email: user.email, password: PASSWORD }))).toBe(
      'auth.login.account_locked',
    );
    const mails = await app.outbox(user.email);
    expect(mails.filter(({ template }) => template === 'security_account_locked')).toHaveLength(1);
    const audited = await app.query(
      'select action, count(*)::int as count from audit_log where target_id = $1 group by action order by action',
      [user.id],
    );
    expect(audited).toContainEqual({ action: 'auth.account.locked', count: 1 });
    expect(audited).toContainEqual({ action: 'auth.2fa.login.failure', count: 12 });

    app.clock.advance(Duration.minutes(15));
    const later = await showPassword(app, user.email);
    expect(keyOf(await showCode(app, later, wrong))).toBe('auth.2fa.invalid_code');
    expect((await showCode(app, later, totp(app, user.secret))).status).toBe(200);
    expect(
      await app.query('select two_factor_failures, locked_until from user_account where id = $1', [user.id]),
    ).toEqual([{ two_factor_failures: 0, locked_until: null }]);
  });

  it('share the tries of a sign-in when they come in parallel', async () => {
    const user = await givenTwoFactorUser(app);
    const tempToken = await showPassword(app, user.email);
    const wrong = wrongTotp(app, user.secret);
    const answers = await Promise.all(Array.from({ length: 12 }, () => showCode(app, tempToken, wrong)));
    expect(answers.map(keyOf).filter((key) => key === 'auth.2fa.invalid_code')).toHaveLength(5);
    expect(
      await app.query('select two_factor_failures as failures from user_account where id = $1', [user.id]),
    ).toEqual([{ failures: 5 }]);
  });

  it('leave the tenth try to a right code, which sets the counter back', async () => {
    const user = await givenTwoFactorUser(app, { twoFactorFailures: 9 });
    expect((await showCode(app, await showPassword(app, user.email), totp(app, user.secret))).status).toBe(200);
    expect((await showCode(app, await showPassword(app, user.email), nextCode(app, user.secret))).status).toBe(200);
    expect((await app.outbox(user.email)).map(({ template }) => template)).not.toContain('security_account_locked');
  });

  it('are not blamed for a lock by wrong passwords', async () => {
    const user = await givenTwoFactorUser(app, { twoFactorFailures: 3 });
    const tempToken = await showPassword(app, user.email);
    for (let tries = 0; tries < 5; tries++)
      await app.caller().post('/auth/login', { email: user.email, password: 'Wrong-passw0rd' });
    expect(keyOf(await app.caller().post('/auth/login', { email: user.email, password: PASSWORD }))).toBe(
      'auth.login.account_locked',
    );
    expect((await showCode(app, tempToken, totp(app, user.secret))).status).toBe(200);
    // The lock of the address is not theirs to lift.
    expect(keyOf(await app.caller().post('/auth/login', { email: user.email, password: PASSWORD }))).toBe(
      'auth.login.account_locked',
    );
  });
});

describe('POST /auth/login/2fa with a backup code', () => {
  it('takes each code once, however it is written, and tells the owner how many are left', async () => {
    const user = await givenTwoFactorUser(app);
    await giveBackupCodes(user, ['ABCDEFGH', 'JKLMNPQR', 'STUVWXYZ', '23456789']);
    for (const written of ['ABCD-EFGH', 'jklmnpqr', ' stuv wxyz ', '2345 6789']) {
      expect((await showCode(app, await showPassword(app, user.email), written)).status).toBe(200);
    }
    expect(keyOf(await showCode(app, await showPassword(app, user.email), 'abcd-efgh'))).toBe('auth.2fa.invalid_code');
    const mails = (await app.outbox(user.email)).filter(({ template }) => template === 'security_backup_code_used');
    expect(mails).toHaveLength(4);
    expect(await app.query('select 1 from backup_code where user_id = $1', [user.id])).toEqual([]);
    const [session] = await app.query('select methods from session where user_id = $1 order by id desc limit 1', [
      user.id,
    ]);
    expect(session).toEqual({ methods: ['password', 'backup_code'] });
  });

  it('takes a code once in two parallel sign-ins', async () => {
    const user = await givenTwoFactorUser(app);
    await giveBackupCodes(user, ['ABCDEFGH', 'JKLMNPQR']);
    const tokens = [await showPassword(app, user.email), await showPassword(app, user.email)];
    const answers = await Promise.all(tokens.map((tempToken) => showCode(app, tempToken, 'ABCDEFGH')));
    expect(answers.map(keyOf).sort()).toEqual(['auth.2fa.invalid_code', null]);
    expect(await app.query('select 1 from backup_code where user_id = $1', [user.id])).toHaveLength(1);
  });

  it('does not take the code of another user', async () => {
    const [owner, other] = [await givenTwoFactorUser(app), await givenTwoFactorUser(app)];
    await giveBackupCodes(owner, ['ABCDEFGH']);
    expect(keyOf(await showCode(app, await showPassword(app, other.email), 'ABCDEFGH'))).toBe('auth.2fa.invalid_code');
  });
});

describe('POST /auth/login/2fa with a code by SMS', () => {
  it('takes the code that was sent for this sign-in, once', async () => {
    const phone = newPhone();
    const user = await givenSmsUser(app, phone);
    const tempToken = await showPassword(app, user.email);
    const code = await signInCode(app, phone, tempToken);
    expect((await showCode(app, tempToken, code)).status).toBe(200);
    const [session] = await app.query('select methods from session where user_id = $1 order by id desc limit 1', [
      user.id,
    ]);
    expect(session).toEqual({ methods: ['password', 'sms'] });
    expect(keyOf(await showCode(app, await showPassword(app, user.email), code))).toBe('auth.2fa.invalid_code');
  });

  it('does not take it in another sign-in', async () => {
    const phone = newPhone();
    const user = await givenSmsUser(app, phone);
    const code = await signInCode(app, phone, await showPassword(app, user.email));
    expect(keyOf(await showCode(app, await showPassword(app, user.email), code))).toBe('auth.2fa.invalid_code');
  });

  it('leaves the tries of an SMS code to itself', async () => {
    const phone = newPhone();
    const user = await givenSmsUser(app, phone);
    await withSetting(app, 'auth.otp_max_attempts', 2, async () => {
      const tempToken = await showPassword(app, user.email);
      const code = await signInCode(app, phone, tempToken);
      await showCodes(tempToken, wrongTotp(app, user.secret), 2);
      expect(keyOf(await showCode(app, tempToken, code))).toBe('auth.2fa.invalid_code');
      expect((await showCode(app, tempToken, totp(app, user.secret))).status).toBe(200);
    });
  });

  it('refuses it while SMS is switched off, and to an account that became staff', async () => {
    const offPhone = newPhone();
    const off = await givenSmsUser(app, offPhone);
    const offToken = await showPassword(app, off.email);
    const offCode = await signInCode(app, offPhone, offToken);
    await withSetting(app, 'auth.sms_second_factor_enabled', false, async () => {
      expect(keyOf(await showCode(app, offToken, offCode))).toBe('auth.2fa.invalid_code');
    });
    const staffPhone = newPhone();
    const staff = await givenSmsUser(app, staffPhone);
    const staffToken = await showPassword(app, staff.email);
    const staffCode = await signInCode(app, staffPhone, staffToken);
    await app.query('update user_account set role = $2 where id = $1', [staff.id, AdminRole.MODERATOR]);
    expect(keyOf(await showCode(app, staffToken, staffCode))).toBe('auth.2fa.invalid_code');
    expect((await showCode(app, staffToken, totp(app, staff.secret))).status).toBe(200);
  });

  it('asks a user without a second factor for none', async () => {
    const user = await givenUser(app);
    expect(
      (await app.caller().post('/auth/login', { email: user.email, password: PASSWORD })).data.requiresTwoFactor,
    ).toBe(false);
  });
});
