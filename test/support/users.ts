import { randomUUID } from 'node:crypto';
import { User } from '../../src/entities/user/user.entity.js';
import { UserSettings } from '../../src/entities/user/user-settings.entity.js';
import { newId } from '../../src/infrastructure/ids.js';
import { newReferralCode } from '../../src/services/auth/registration.service.js';
import type { Caller } from './caller.js';
import type { TestApp } from './test-app.js';

export const PASSWORD = 'Correct-h0rse';
let passwordHash: Promise<string> | undefined;

/** A caller with an account. */
export interface TestUser {
  id: string;
  email: string;
  caller: Caller;
}

/** Makes a verified account and signs it in on a device of its own, without the cost of the whole sign-up. */
export async function givenUser(app: TestApp, fields: Partial<User> = {}): Promise<TestUser> {
  const { passwords, sessions } = app.app.services;
  const { database } = app.app.infrastructure;
  const id = newId();
  const email = fields.email ?? `user-${randomUUID()}@example.org`;
  const now = app.clock.now();
  passwordHash ??= passwords.hash(PASSWORD);
  await database.manager.insert(User, {
    id,
    email,
    emailVerified: true,
    emailVerifiedAt: now,
    passwordHash: await passwordHash,
    referralCode: newReferralCode(),
    createdAt: now,
    updatedAt: now,
    ...fields,
  });
  await database.manager.insert(UserSettings, { id: newId(), userId: id, createdAt: now, updatedAt: now });
  const caller = app.caller();
  const tokens = await database.transaction(() => sessions.open(id, ['password'], { ip: caller.ip, userAgent: caller.userAgent }, null));
  caller.token = tokens.accessToken;
  caller.cookie = tokens.refreshToken;
  return { id, email, caller };
}
