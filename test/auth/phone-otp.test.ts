import { randomInt, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AdminRole } from '../../src/entities/user/user.enums.js';
import { Duration } from '../../src/infrastructure/clock.js';
import type { RestAnswer } from '../support/caller.js';
import { codeTo, givenSmsUser, maskOf, newPhone, resend, send, sent, textsTo, verify } from '../support/phones.js';
import { withSetting } from '../support/settings.js';
import { TestApp } from '../support/test-app.js';
import { ageSignIn, givenTwoFactorUser, showCode, showPassword, totp } from '../support/two-factor.js';
import { givenUser } from '../support/users.js';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

const keyOf = ({ error }: RestAnswer) => error?.i18nKey ?? null;

describe('POST /auth/send-otp', () => {
  it('sends a code that is stored as a hash and found nowhere else', async () => {
    const phone = newPhone();
    const answer = await send(app, phone);
    const expiresAt = new Date(app.clock.now().getTime() + Duration.minutes(10)).toISOString();
    expect(answer).toMatchObject({
      status: 200,
      data: { challengeId: expect.any(String), expiresAt, attemptsRemaining: 5 },
    });
    expect(Object.keys(answer.data).sort()).toEqual(['attemptsRemaining', 'challengeId', 'expiresAt']);
    const waiting = await app.query<{ payload: unknown }>(
      `select payload from job_outbox where name = 'sms-send' and payload->>'to' = $1`,
      [phone],
    );
    expect(waiting).toHaveLength(1);
    const message = await app.message(phone, 'otp', 'sms');
    expect(message.text).toContain('BIO.RE');
    expect(message.code).toMatch(/^\d{6}$/);
    const [row] = await app.query<{ code_hash: string }>('select * from challenge where id = $1', [
      answer.data.challengeId,
    ]);
    expect(row!.code_hash).toMatch(/^\$2[aby]\$10\$/);
    expect(JSON.stringify([answer.body, row, waiting])).not.toContain(message.code);
    const [audited] = await app.query(
      `select data from audit_log where action = 'auth.otp.send' order by id desc limit 1`,
    );
    expect(audited).toEqual({ data: { phone: maskOf(phone), purpose: 'verify-phone-fan' } });
  });

  it('writes in the language of the user, else of the caller', async () => {
    const [phone, other] = [newPhone(), newPhone()];
    await app.caller().post('/auth/send-otp', { phone, purpose: 'verify-phone-fan' }, { 'accept-language': 'tr' });
    const user = await givenUser(app);
    await app.query(`update user_settings set locale = 'de' where user_id = $1`, [user.id]);
    await user.caller.post(
      '/auth/send-otp',
      { phone: other, purpose: 'verify-phone-profile' },
      { 'accept-language': 'tr' },
    );
    const [turkish, german] = [await app.message(phone, 'otp', 'sms'), await app.message(other, 'otp', 'sms')];
    expect(turkish.text).toMatch(/kodunuz|kodun/i);
    expect(german.text).toMatch(/Code/);
  });

  it('does the same over GraphQL, with the purpose as a string', async () => {
    const phone = newPhone();
    const answer = await app
      .caller()
      .graphql(
        'mutation ($phone: String!, $purpose: String!) { sendPhoneOtp(phone: $phone, purpose: $purpose) { challengeId expiresAt attemptsRemaining } }',
        { phone, purpose: 'verify-phone-fan' },
      );
    expect(answer.errors).toBeUndefined();
    const { challengeId } = answer.data.sendPhoneOtp;
    const verified = await app
      .caller()
      .graphql(
        'mutation ($challengeId: ID!, $code: String!) { verifyPhoneOtp(challengeId: $challengeId, code: $code) { success accessToken expiresIn } }',
        { challengeId, code: await codeTo(app, phone) },
      );
    expect(verified.data.verifyPhoneOtp).toEqual({ success: true, accessToken: null, expiresIn: null });
  });

  it('refuses malformed input, unknown purposes and a missing temp token', async () => {
    const phone = newPhone();
    for (const body of [
      { phone: '05551234567', purpose: 'verify-phone-fan' },
      { phone: '+0551234567', purpose: 'verify-phone-fan' },
      { phone: `${phone}999999`, purpose: 'verify-phone-fan' },
      { phone, purpose: 'login' },
      { phone },
      { phone, purpose: 'login-2fa' },
      { phone, purpose: 'login-2fa', tempToken: 'nonsense' },
    ]) {
      expect(await app.caller().post('/auth/send-otp', body)).toMatchObject({
        status: 400,
        error: { i18nKey: 'error.validation' },
      });
    }
  });

  it('sends to the countries of auth.otp_allowed_country_codes alone', async () => {
    await withSetting(app, 'auth.otp_allowed_country_codes', ['1', '44'], async () => {
      expect(await send(app, newPhone())).toMatchObject({
        status: 400,
        error: { details: [{ field: 'phone', rule: 'country_not_supported' }] },
      });
      expect((await send(app, `+447700${randomInt(100000, 999999)}`)).status).toBe(200);
    });
  });

  it('makes the code of the former challenge useless', async () => {
    const phone = newPhone();
    const former = await sent(app, phone);
    const latest = await sent(app, phone);
    expect(keyOf(await verify(app, former.challengeId, former.code))).toBe('auth.otp.verify.expired');
    expect((await verify(app, latest.challengeId, latest.code)).status).toBe(200);
  });

  it('leaves one live challenge after parallel sends', async () => {
    const phone = newPhone();
    const { database } = app.app.infrastructure;
    const blocked = `select 1 from pg_locks l join pg_database d on d.oid = l.database
      where d.datname = current_database() and not l.granted`;
    // Both calls are held up where they write, so that they meet there.
    const sends = await database.transaction(async () => {
      await app.query('lock table challenge in share row exclusive mode');
      const waiting = [send(app, phone), send(app, phone)];
      await vi.waitFor(async () => expect(await app.query(blocked)).toHaveLength(2), 5000);
      return { waiting };
    });
    expect((await Promise.all(sends.waiting)).map(({ status }) => status)).toEqual([200, 200]);
    const live = 'select 1 from challenge where phone = $1 and expires_at > $2';
    expect(await app.query(live, [phone, app.clock.now()])).toHaveLength(1);
  });

  it('ends at three calls in ten minutes from one address', async () => {
    const caller = app.caller();
    for (let calls = 0; calls < 3; calls++) expect((await send(app, newPhone(), undefined, caller)).status).toBe(200);
    const refused = await send(app, newPhone(), undefined, caller);
    expect(refused).toMatchObject({ status: 429, error: { i18nKey: 'error.too_many_requests' } });
    expect(refused.headers.get('ratelimit-policy')).toBe('"sendPhoneOtp";q=3;w=600');
  });
});

describe('the budgets of POST /auth/send-otp', () => {
  it('end at five codes an hour to one number, whoever asks and whatever for', async () => {
    const phone = newPhone();
    const user = await givenTwoFactorUser(app);
    const owner = await givenSmsUser(app, phone);
    expect((await send(app, phone)).status).toBe(200);
    expect((await send(app, phone, 'verify-phone-profile', user.caller)).status).toBe(200);
    expect((await send(app, phone, '2fa-setup', user.caller)).status).toBe(200);
    expect((await send(app, phone, 'login-2fa', app.caller(), await showPassword(app, owner.email))).status).toBe(200);
    const last = await send(app, phone);
    expect(last.status).toBe(200);
    expect(await textsTo(app, phone)).toBe(5);
    expect(await send(app, phone)).toMatchObject({
      status: 400,
      error: { i18nKey: 'auth.otp.send.rate_limit', code: 'BAD_REQUEST' },
    });
    expect(
      await app.query(`select 1 from job_outbox where name = 'sms-send' and payload->>'to' = $1`, [phone]),
    ).toEqual([]);
    app.clock.advance(Duration.seconds(61));
    expect(keyOf(await resend(app, last.data.challengeId))).toBe('auth.otp.resend.cap_reached');
    app.clock.advance(Duration.hours(1));
    expect((await send(app, phone)).status).toBe(200);
  });

  it('end at the budget of the platform, which refused calls do not use up', async () => {
    // A window of its own: the codes of other tests are over.
    app.clock.advance(Duration.hours(1));
    const full = newPhone();
    await withSetting(app, 'auth.otp_global_max_per_hour', 7, async () => {
      for (let codes = 0; codes < 5; codes++) expect((await send(app, full)).status).toBe(200);
      for (let codes = 0; codes < 5; codes++) expect(keyOf(await send(app, full))).toBe('auth.otp.send.rate_limit');
      expect((await send(app, newPhone())).status).toBe(200);
      expect((await send(app, newPhone())).status).toBe(200);
      expect(keyOf(await send(app, newPhone()))).toBe('auth.otp.send.rate_limit');
    });
    app.clock.advance(Duration.hours(1));
  });

  it('do not let parallel calls through', async () => {
    const phone = newPhone();
    const answers = await Promise.all(Array.from({ length: 12 }, () => send(app, phone)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
  });
});

describe('who may ask for which code', () => {
  it('needs a bearer and a recent sign-in for the own number', async () => {
    const phone = newPhone();
    for (const purpose of ['verify-phone-profile', '2fa-setup']) {
      expect(await send(app, phone, purpose)).toMatchObject({ status: 401, error: { i18nKey: 'error.unauthorized' } });
    }
    const stranger = app.caller();
    stranger.token = 'not-a-token';
    expect(keyOf(await send(app, phone, 'verify-phone-fan', stranger))).toBe('error.unauthorized');
    const ended = await givenUser(app);
    await app.query('update session set revoked_at = $2 where user_id = $1', [ended.id, app.clock.now()]);
    expect(keyOf(await send(app, phone, 'verify-phone-fan', ended.caller))).toBe('error.unauthorized');
    const user = await givenTwoFactorUser(app);
    await ageSignIn(app, user);
    expect(await send(app, phone, 'verify-phone-profile', user.caller)).toMatchObject({
      status: 403,
      error: { i18nKey: 'auth.step_up_required' },
    });
    expect(keyOf(await send(app, phone, '2fa-setup', user.caller))).toBe('auth.step_up_required');
    expect(await textsTo(app, phone)).toBe(0);
  });

  it('needs a recent sign-in for verify-phone-fan once the account has a verified number', async () => {
    const [fresh, verified] = [await givenUser(app), await givenUser(app, { phone: newPhone(), phoneVerified: true })];
    expect((await send(app, newPhone(), 'verify-phone-fan', verified.caller)).status).toBe(200);
    await ageSignIn(app, fresh);
    expect((await send(app, newPhone(), 'verify-phone-fan', fresh.caller)).status).toBe(200);
    verified.caller.signIn((await verified.caller.post('/auth/refresh')).data.accessToken);
    expect(keyOf(await send(app, newPhone(), 'verify-phone-fan', verified.caller))).toBe('auth.step_up_required');
  });

  it('needs TOTP for 2fa-setup, and SMS to be allowed', async () => {
    expect(await send(app, newPhone(), '2fa-setup', (await givenUser(app)).caller)).toMatchObject({
      status: 400,
      error: { i18nKey: 'auth.2fa.not_enabled' },
    });
    const staff = await givenTwoFactorUser(app, { role: AdminRole.SUPPORT_AGENT });
    expect(await send(app, newPhone(), '2fa-setup', staff.caller)).toMatchObject({
      status: 400,
      error: { i18nKey: 'auth.otp.send.purpose_disabled' },
    });
    await withSetting(app, 'auth.sms_second_factor_enabled', false, async () => {
      expect(keyOf(await send(app, newPhone(), '2fa-setup', (await givenTwoFactorUser(app)).caller))).toBe(
        'auth.otp.send.purpose_disabled',
      );
      expect(keyOf(await send(app, newPhone(), 'login-2fa', app.caller(), randomUUID()))).toBe(
        'auth.otp.send.purpose_disabled',
      );
    });
  });

  it('needs a sign-in that waits for login-2fa, and no staff account', async () => {
    const phone = newPhone();
    expect(await send(app, phone, 'login-2fa', app.caller(), randomUUID())).toMatchObject({
      status: 401,
      error: { i18nKey: 'auth.2fa.challenge_expired' },
    });
    const user = await givenSmsUser(app, phone);
    const used = await showPassword(app, user.email);
    await showCode(app, used, totp(app, user.secret));
    expect(keyOf(await send(app, phone, 'login-2fa', app.caller(), used))).toBe('auth.2fa.challenge_expired');
    const old = await showPassword(app, user.email);
    app.clock.advance(Duration.minutes(5));
    expect(keyOf(await send(app, phone, 'login-2fa', app.caller(), old))).toBe('auth.2fa.challenge_expired');
    const staff = await givenTwoFactorUser(app, {
      role: AdminRole.ADMIN,
      phone,
      phoneVerified: true,
      smsTwoFactorEnabled: true,
    });
    expect(keyOf(await send(app, phone, 'login-2fa', app.caller(), await showPassword(app, staff.email)))).toBe(
      'auth.otp.send.purpose_disabled',
    );
    expect(await textsTo(app, phone)).toBe(0);
  });
});
