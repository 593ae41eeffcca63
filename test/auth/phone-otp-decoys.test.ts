import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Duration } from '../../src/infrastructure/clock.js';
import { hashShortCode } from '../../src/services/auth/short-codes.js';
import type { RestAnswer } from '../support/caller.js';
import { codeTo, givenSmsUser, maskOf, newPhone, resend, send, textsTo } from '../support/phones.js';
import { TestApp } from '../support/test-app.js';
import { givenTwoFactorUser, showCode, showPassword, totp } from '../support/two-factor.js';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

const keyOf = ({ error }: RestAnswer) => error?.i18nKey ?? null;

describe('a decoy of login-2fa', () => {
  /** Shape and values of an answer, without what is random. */
  const shape = ({ status, data, error }: RestAnswer) => ({
    status,
    data: data && { ...data, challengeId: 'id', phoneMask: 'mask' },
    key: error?.i18nKey,
  });

  it('cannot be told from a real challenge, sends nothing and takes no code', async () => {
    const phone = newPhone();
    const user = await givenSmsUser(app, phone);
    const wrongNumber = newPhone();
    const tempToken = await showPassword(app, user.email);
    const real = await send(app, phone, 'login-2fa', app.caller(), tempToken);
    const otherToken = await showPassword(app, user.email);
    const decoy = await send(app, wrongNumber, 'login-2fa', app.caller(), otherToken);
    expect(shape(decoy)).toEqual(shape(real));
    const looks = await Promise.all(
      [decoy, real].map(({ data }) => app.caller().get(`/auth/challenge/${data.challengeId}`)),
    );
    // The newer challenge of the user has replaced the real one.
    expect(looks.map(({ status }) => status)).toEqual([200, 404]);
    expect(looks[0]!.data).toMatchObject({
      purpose: 'login-2fa',
      phoneMask: maskOf(wrongNumber),
      attemptsRemaining: 5,
    });

    app.clock.advance(Duration.seconds(60));
    const resent = await resend(app, decoy.data.challengeId);
    expect(resent).toMatchObject({
      status: 200,
      data: {
        challengeId: decoy.data.challengeId,
        attemptsRemaining: 5,
        resendCount: 1,
        expiresAt: decoy.data.expiresAt,
      },
    });
    expect(await textsTo(app, wrongNumber)).toBe(0);

    // Even the code itself, were it known, does not match.
    await app.query('update challenge set code_hash = $2 where id = $1', [
      decoy.data.challengeId,
      await hashShortCode('424242'),
    ]);
    expect(keyOf(await showCode(app, otherToken, '424242'))).toBe('auth.2fa.invalid_code');
  });

  it('is what an account without SMS as second factor gets', async () => {
    const phone = newPhone();
    const user = await givenTwoFactorUser(app, { phone, phoneVerified: true });
    expect((await send(app, phone, 'login-2fa', app.caller(), await showPassword(app, user.email))).status).toBe(200);
    expect(await textsTo(app, phone)).toBe(0);
  });

  it('resends like a real challenge, which never outlives its sign-in', async () => {
    const phone = newPhone();
    const user = await givenSmsUser(app, phone);
    const tempToken = await showPassword(app, user.email);
    const real = await send(app, phone, 'login-2fa', app.caller(), tempToken);
    const end = new Date(app.clock.now().getTime() + Duration.minutes(5)).toISOString();
    expect(real.data.expiresAt).toBe(end);
    app.clock.advance(Duration.seconds(60));
    expect((await resend(app, real.data.challengeId)).data.expiresAt).toBe(end);
    expect((await showCode(app, tempToken, await codeTo(app, phone))).status).toBe(200);
  });

  it('cannot be resent or seen once its sign-in is over', async () => {
    const phone = newPhone();
    const user = await givenSmsUser(app, phone);
    const tempToken = await showPassword(app, user.email);
    const { challengeId } = (await send(app, phone, 'login-2fa', app.caller(), tempToken)).data;
    await showCode(app, tempToken, totp(app, user.secret));
    app.clock.advance(Duration.seconds(60));
    expect(keyOf(await resend(app, challengeId))).toBe('auth.otp.resend.not_found');
    expect(keyOf(await app.caller().get(`/auth/challenge/${challengeId}`))).toBe('auth.challenge.not_found');
  });
});
