import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Duration } from '../../src/infrastructure/clock.js';
import type { RestAnswer } from '../support/caller.js';
import {
  codeTo,
  givenSmsUser,
  maskOf,
  newPhone,
  resend,
  send,
  sent,
  textsTo,
  verify,
  wrongCode,
} from '../support/phones.js';
import { TestApp } from '../support/test-app.js';
import { givenTwoFactorUser, showCode, showPassword } from '../support/two-factor.js';
import { givenUser, type TestUser } from '../support/users.js';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

const keyOf = ({ error }: RestAnswer) => error?.i18nKey ?? null;

const phoneOf = async ({ id }: TestUser) =>
  (
    await app.query(
      'select phone, phone_verified as verified, sms_two_factor_enabled as sms from user_account where id = $1',
      [id],
    )
  )[0];

describe('POST /auth/verify-otp', () => {
  it('lets the number of an anonymous challenge register one account', async () => {
    const phone = newPhone();
    const { challengeId, code } = await sent(app, phone);
    expect(await verify(app, challengeId, code)).toMatchObject({
      status: 200,
      data: { success: true, accessToken: null, expiresIn: null },
    });
    const register = () =>
      app.caller().post('/auth/register', {
        email: `new-${randomUUID()}@example.org`,
        password: 'Correct-h0rse',
        acceptedTerms: true,
        acceptedPrivacy: true,
        phoneChallengeId: challengeId,
      });
    const { data } = await register();
    expect(
      await app.query('select phone, phone_verified as verified from user_account where id = $1', [data.userId]),
    ).toEqual([{ phone, verified: true }]);
    expect(keyOf(await register())).toBe('auth.register.phone_not_verified');
  });

  it.each(['verify-phone-fan', 'verify-phone-profile'])(
    'sets the number of a signed-in user for %s',
    async (purpose) => {
      const phone = newPhone();
      const user = await givenUser(app);
      const { challengeId, code } = await sent(app, phone, purpose, user.caller);
      expect((await verify(app, challengeId, code)).status).toBe(200);
      expect(await phoneOf(user)).toEqual({ phone, verified: true, sms: false });
      const mail = await app.message(user.email, 'security_phone_verified');
      expect(mail.text).toContain(maskOf(phone));
      expect(mail.text).not.toContain(phone);
      const [challenge] = await app.query(
        'select used_at is not null as used, consumed_at is not null as consumed from challenge where id = $1',
        [challengeId],
      );
      expect(challenge).toEqual({ used: true, consumed: true });
      expect(
        await app.query(`select 1 from audit_log where action = 'auth.otp.verify.success' and actor_id = $1`, [
          user.id,
        ]),
      ).toHaveLength(1);
    },
  );

  it('makes the number a second factor for 2fa-setup, until another number takes its place', async () => {
    const user = await givenTwoFactorUser(app);
    const first = newPhone();
    const setup = await sent(app, first, '2fa-setup', user.caller);
    expect((await verify(app, setup.challengeId, setup.code)).status).toBe(200);
    expect(await phoneOf(user)).toEqual({ phone: first, verified: true, sms: true });
    await app.message(user.email, 'security_2fa_sms_enabled');
    await app.message(user.email, 'security_phone_verified');
    expect(
      await app.query(`select 1 from audit_log where action = 'auth.2fa.sms_enabled' and actor_id = $1`, [user.id]),
    ).toHaveLength(1);

    const again = await sent(app, first, 'verify-phone-profile', user.caller);
    await verify(app, again.challengeId, again.code);
    expect(await phoneOf(user)).toEqual({ phone: first, verified: true, sms: true });
    const second = newPhone();
    const other = await sent(app, second, 'verify-phone-profile', user.caller);
    await verify(app, other.challengeId, other.code);
    expect(await phoneOf(user)).toEqual({ phone: second, verified: true, sms: false });
  });

  it('makes the number no second factor when TOTP went off meanwhile', async () => {
    const user = await givenTwoFactorUser(app);
    const phone = newPhone();
    const { challengeId, code } = await sent(app, phone, '2fa-setup', user.caller);
    await app.query('update user_account set two_factor_enabled = false, two_factor_secret = null where id = $1', [
      user.id,
    ]);
    expect((await verify(app, challengeId, code)).status).toBe(200);
    expect(await phoneOf(user)).toEqual({ phone, verified: true, sms: false });
  });

  it('counts at most five of twenty parallel wrong codes', async () => {
    const { challengeId, code } = await sent(app, newPhone());
    const answers = await Promise.all(Array.from({ length: 20 }, () => verify(app, challengeId, wrongCode(code))));
    const keys = answers.map(keyOf);
    expect(keys.filter((key) => key === 'auth.otp.verify.invalid')).toHaveLength(5);
    expect(keys.filter((key) => key === 'auth.otp.verify.attempts_exhausted')).toHaveLength(15);
    expect(await verify(app, challengeId, code)).toMatchObject({
      status: 401,
      error: { i18nKey: 'auth.otp.verify.attempts_exhausted' },
    });
    expect(await app.query('select attempts from challenge where id = $1', [challengeId])).toEqual([{ attempts: 5 }]);
  });

  it('takes a right code once of two parallel ones', async () => {
    const user = await givenUser(app);
    const { challengeId, code } = await sent(app, newPhone(), 'verify-phone-profile', user.caller);
    const answers = await Promise.all([verify(app, challengeId, code), verify(app, challengeId, code)]);
    expect(answers.map(keyOf).sort()).toEqual(['auth.otp.verify.already_used', null]);
    expect(
      (await app.outbox(user.email)).filter(({ template }) => template === 'security_phone_verified'),
    ).toHaveLength(1);
    expect(keyOf(await verify(app, challengeId, code))).toBe('auth.otp.verify.already_used');
  });

  it('refuses what is unknown, too old or malformed', async () => {
    const phone = newPhone();
    const { challengeId, code } = await sent(app, phone);
    expect(keyOf(await verify(app, randomUUID(), code))).toBe('auth.otp.verify.invalid');
    expect(keyOf(await verify(app, 'nonsense', code))).toBe('error.validation');
    expect(keyOf(await verify(app, challengeId, '12345'))).toBe('error.validation');
    app.clock.advance(Duration.minutes(10));
    expect(keyOf(await verify(app, challengeId, code))).toBe('auth.otp.verify.expired');
  });

  it('refuses the code of a sign-in without using up a try', async () => {
    const phone = newPhone();
    const user = await givenSmsUser(app, phone);
    const tempToken = await showPassword(app, user.email);
    const { challengeId } = (await send(app, phone, 'login-2fa', app.caller(), tempToken)).data;
    const code = await codeTo(app, phone);
    expect(keyOf(await verify(app, challengeId, code))).toBe('auth.otp.verify.invalid');
    expect((await app.caller().get(`/auth/challenge/${challengeId}`)).data.attemptsRemaining).toBe(5);
    expect((await showCode(app, tempToken, code)).status).toBe(200);
  });

  it('refuses the code of an account that is not ACTIVE any more', async () => {
    const user = await givenUser(app);
    const { challengeId, code } = await sent(app, newPhone(), 'verify-phone-profile', user.caller);
    await app.query(`update user_account set status = 'SUSPENDED' where id = $1`, [user.id]);
    expect(keyOf(await verify(app, challengeId, code))).toBe('auth.otp.verify.invalid');
    expect(await phoneOf(user)).toMatchObject({ phone: null, verified: false });
    expect(
      await app.query(`select data from audit_log where action = 'auth.otp.verify.failure' and target_id = $1`, [
        user.id,
      ]),
    ).toEqual([{ data: { reason: 'auth.otp.verify.invalid' } }]);
  });
});

describe('POST /auth/resend-otp', () => {
  it('sends a fresh code with all its tries, and the former one fails', async () => {
    const phone = newPhone();
    const { challengeId, code } = await sent(app, phone);
    await verify(app, challengeId, wrongCode(code));
    app.clock.advance(Duration.seconds(60));
    const answer = await app
      .caller()
      .graphql(
        'mutation ($challengeId: ID!) { resendPhoneOtp(challengeId: $challengeId) { challengeId expiresAt attemptsRemaining resendCount } }',
        { challengeId },
      );
    expect(answer.data.resendPhoneOtp).toEqual({
      challengeId,
      attemptsRemaining: 5,
      resendCount: 1,
      expiresAt: new Date(app.clock.now().getTime() + Duration.minutes(10)).toISOString(),
    });
    const fresh = await codeTo(app, phone);
    if (fresh !== code) expect(keyOf(await verify(app, challengeId, code))).toBe('auth.otp.verify.invalid');
    expect((await verify(app, challengeId, fresh)).status).toBe(200);
    expect(keyOf(await resend(app, challengeId))).toBe('auth.otp.resend.not_found');
  });

  it('makes the caller wait between two sends, also when they come in parallel', async () => {
    const phone = newPhone();
    const { challengeId } = await sent(app, phone);
    app.clock.advance(Duration.seconds(18));
    expect(await resend(app, challengeId)).toMatchObject({
      status: 400,
      error: { i18nKey: 'auth.otp.resend.cooldown', details: { retryAfterSeconds: 42 } },
    });
    app.clock.advance(Duration.seconds(42));
    const answers = await Promise.all([resend(app, challengeId), resend(app, challengeId)]);
    expect(answers.map(keyOf).sort()).toEqual(['auth.otp.resend.cooldown', null]);
    expect(await textsTo(app, phone)).toBe(2);
  });

  it('ends after three resends', async () => {
    const { challengeId } = await sent(app, newPhone());
    for (const resendCount of [1, 2, 3]) {
      app.clock.advance(Duration.seconds(60));
      expect((await resend(app, challengeId)).data).toMatchObject({ resendCount });
    }
    app.clock.advance(Duration.seconds(60));
    expect(await resend(app, challengeId)).toMatchObject({
      status: 400,
      error: { i18nKey: 'auth.otp.resend.cap_reached' },
    });
    expect((await app.caller().get(`/auth/challenge/${challengeId}`)).data.resendAvailableAt).toBeNull();
  });

  it('knows no challenge that is unknown, replaced or too old', async () => {
    const phone = newPhone();
    const former = await sent(app, phone);
    await sent(app, phone);
    expect(await resend(app, former.challengeId)).toMatchObject({
      status: 404,
      error: { i18nKey: 'auth.otp.resend.not_found' },
    });
    expect(keyOf(await resend(app, randomUUID()))).toBe('auth.otp.resend.not_found');
    expect(keyOf(await resend(app, 'nonsense'))).toBe('error.validation');
  });
});

describe('GET /auth/challenge/:id', () => {
  it('shows what the code entry screen needs and nothing else', async () => {
    const phone = newPhone();
    const { challengeId, code } = await sent(app, phone);
    await verify(app, challengeId, wrongCode(code));
    const answer = await app.caller().get(`/auth/challenge/${challengeId}`);
    const after = (milliseconds: number) => new Date(app.clock.now().getTime() + milliseconds).toISOString();
    expect(answer.data).toEqual({
      challengeId,
      purpose: 'verify-phone-fan',
      phoneMask: maskOf(phone),
      expiresAt: after(Duration.minutes(10)),
      attemptsRemaining: 4,
      resendAvailableAt: after(Duration.seconds(60)),
    });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const graphql = await app
      .caller()
      .graphql(
        'query ($id: ID!) { otpChallenge(id: $id) { challengeId purpose phoneMask expiresAt attemptsRemaining resendAvailableAt } }',
        { id: challengeId },
      );
    expect(graphql.data.otpChallenge).toEqual(answer.data);
  });

  it('knows nothing under a temp token, a malformed, unknown, used or old id', async () => {
    const user = await givenTwoFactorUser(app);
    const { challengeId, code } = await sent(app, newPhone());
    await verify(app, challengeId, code);
    const old = await sent(app, newPhone());
    app.clock.advance(Duration.minutes(10));
    const tempToken = await showPassword(app, user.email);
    const [signIn] = await app.query<{ id: string }>(
      `select id from challenge where user_id = $1 and kind = 'LOGIN_2FA'`,
      [user.id],
    );
    for (const id of [tempToken, signIn!.id, 'nonsense', randomUUID(), challengeId, old.challengeId]) {
      expect(await app.caller().get(`/auth/challenge/${id}`)).toMatchObject({
        status: 404,
        error: { i18nKey: 'auth.challenge.not_found' },
      });
    }
  });
});
