import { generateSecret, generateSync } from 'otplib';
import type { User } from '../../src/entities/user/user.entity.js';
import { Duration } from '../../src/infrastructure/clock.js';
import type { Caller } from './caller.js';
import type { TestApp } from './test-app.js';
import { givenUser, PASSWORD, type TestUser } from './users.js';

const PERIOD_SECONDS = 30;

/** A user whose authenticator app the test holds. */
export interface TwoFactorUser extends TestUser {
  secret: string;
}

/** Makes a signed-in account with TOTP on, without the set-up. */
export async function givenTwoFactorUser(app: TestApp, fields: Partial<User> = {}): Promise<TwoFactorUser> {
  const secret = generateSecret();
  const user = await givenUser(app, {
    twoFactorEnabled: true,
    twoFactorSecret: app.app.infrastructure.encryption.encrypt(secret),
    twoFactorSecretSetAt: app.clock.now(),
    ...fields,
  });
  return { ...user, secret };
}

/** What the authenticator app shows now, or `steps` time steps later. */
export function totp(app: TestApp, secret: string, steps = 0): string {
  const epoch = Math.floor(app.clock.now().getTime() / 1000) + steps * PERIOD_SECONDS;
  return generateSync({ secret, epoch });
}

/** Moves the time so far that the authenticator app shows another code. */
export function nextCode(app: TestApp, secret: string): string {
  app.clock.advance(Duration.seconds(PERIOD_SECONDS));
  return totp(app, secret);
}

/** Six digits that are no code of these secrets for minutes around now. */
export function wrongTotp(app: TestApp, ...secrets: string[]): string {
  const right = new Set(
    secrets.flatMap((secret) => [-4, -3, -2, -1, 0, 1, 2, 3, 4].map((steps) => totp(app, secret, steps))),
  );
  return ['000000', '111111', '222222', '333333'].find((code) => !right.has(code))!;
}

/** Shows the password, from an address of its own. @returns the temp token */
export async function showPassword(app: TestApp, email: string, caller: Caller = app.caller()): Promise<string> {
  const answer = await caller.post('/auth/login', { email, password: PASSWORD });
  if (!answer.data?.tempToken) throw new Error(`no temp token: ${JSON.stringify(answer.body)}`);
  return answer.data.tempToken;
}

/** Shows the second factor, from an address of its own. */
export function showCode(app: TestApp, tempToken: string, code: string, caller: Caller = app.caller()) {
  return caller.post('/auth/login/2fa', { tempToken, code });
}

/** Gives the caller a fresh token of a sign-in of 61 minutes ago, too old for what asks for a recent one. */
export async function ageSignIn(app: TestApp, { caller }: TestUser): Promise<void> {
  app.clock.advance(Duration.minutes(61));
  caller.signIn((await caller.post('/auth/refresh')).data.accessToken);
}
