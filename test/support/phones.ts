import { randomInt } from 'node:crypto';
import type { Caller } from './caller.js';
import type { TestApp } from './test-app.js';
import { givenTwoFactorUser, type TwoFactorUser } from './two-factor.js';

/** A Turkish mobile number that no other test uses. */
export const newPhone = (): string => `+9055${String(randomInt(1e8)).padStart(8, '0')}`;

/** How answers and mails show a number of {@link newPhone}. */
export const maskOf = (phone: string): string => `+90********${phone.slice(-2)}`;

/** An account that accepts codes sent to this number as second factor. */
export const givenSmsUser = (app: TestApp, phone: string): Promise<TwoFactorUser> =>
  givenTwoFactorUser(app, { phone, phoneVerified: true, smsTwoFactorEnabled: true });

/** Asks for a code; from an address of its own unless a caller is given. */
export const send = (
  app: TestApp,
  phone: string,
  purpose = 'verify-phone-fan',
  caller: Caller = app.caller(),
  tempToken?: string,
) => caller.post('/auth/send-otp', { phone, purpose, ...(tempToken && { tempToken }) });

/** Enters a code, from an address of its own, so that the challenge answers and not the rate limit. */
export const verify = (app: TestApp, challengeId: string, code: string) =>
  app.caller().post('/auth/verify-otp', { challengeId, code });

/** Asks for another code, from an address of its own. */
export const resend = (app: TestApp, challengeId: string) => app.caller().post('/auth/resend-otp', { challengeId });

/** The newest code that was sent to a number. */
export const codeTo = async (app: TestApp, phone: string): Promise<string> =>
  (await app.message(phone, 'otp', 'sms')).code!;

/** How many messages went to a number. */
export const textsTo = async (app: TestApp, phone: string): Promise<number> => (await app.outbox(phone, 'sms')).length;

/** A challenge and the code that was sent for it. */
export async function sent(
  app: TestApp,
  phone: string,
  purpose?: string,
  caller?: Caller,
): Promise<{ challengeId: string; code: string }> {
  const answer = await send(app, phone, purpose, caller);
  if (answer.status !== 200) throw new Error(`no code was sent: ${JSON.stringify(answer.body)}`);
  return { challengeId: answer.data.challengeId, code: await codeTo(app, phone) };
}

/** The code that was sent for a sign-in. */
export async function signInCode(app: TestApp, phone: string, tempToken: string): Promise<string> {
  const answer = await send(app, phone, 'login-2fa', app.caller(), tempToken);
  if (answer.status !== 200) throw new Error(`no code was sent: ${JSON.stringify(answer.body)}`);
  return codeTo(app, phone);
}

/** Another code than this one. */
export const wrongCode = (code: string): string => (code === '000000' ? '111111' : '000000');
