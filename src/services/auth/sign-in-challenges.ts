import { ChallengeKind } from '../../entities/auth/auth.enums.js';
import { Challenge } from '../../entities/auth/challenge.entity.js';
import { addTime, Duration, type Clock } from '../../infrastructure/clock.js';
import { sha256 } from '../../infrastructure/crypto/hash.js';
import type { Database } from '../../infrastructure/database/database.js';
import { newCapabilityId } from '../../infrastructure/ids.js';

/** How long a sign-in waits for its second factor. */
export const SIGN_IN_CHALLENGE_MINUTES = 5;

/** Sign-ins that have shown the first factor and wait for the second. */
export class SignInChallenges {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @param method the first factor, such as `password` or `oauth_google`. @returns the temp token */
  async open(userId: string, method: string, ip: string): Promise<string> {
    const tempToken = newCapabilityId();
    const now = this.clock.now();
    await this.database.manager.insert(Challenge, {
      id: newCapabilityId(),
      kind: ChallengeKind.LOGIN_2FA,
      userId,
      tokenHash: sha256(tempToken),
      method,
      ip,
      expiresAt: addTime(now, Duration.minutes(SIGN_IN_CHALLENGE_MINUTES)),
      createdAt: now,
    });
    return tempToken;
  }

  /** Ends every open sign-in of a user, after a change of password or factor. */
  async invalidateAll(userId: string): Promise<void> {
    await this.database.query(
      `update challenge set expires_at = $2 where user_id = $1 and kind = 'LOGIN_2FA' and used_at is null and expires_at > $2`,
      [userId, this.clock.now()],
    );
  }
}
