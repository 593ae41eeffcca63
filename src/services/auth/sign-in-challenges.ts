import { ChallengeKind } from '../../entities/auth/auth.enums.js';
import { Challenge } from '../../entities/auth/challenge.entity.js';
import { addTime, Duration, type Clock } from '../../infrastructure/clock.js';
import { sha256 } from '../../infrastructure/crypto/hash.js';
import type { Database } from '../../infrastructure/database/database.js';
import { newCapabilityId } from '../../infrastructure/ids.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import { AuthSettings } from './auth.settings.js';

/** How long a sign-in waits for its second factor. */
export const SIGN_IN_CHALLENGE_MINUTES = 5;

/** A sign-in that has shown its first factor. */
export interface SignInChallenge {
  id: string;
  userId: string;
  /** The first factor, such as `password` or `oauth_google`. */
  method: string;
  expiresAt: Date;
  /** Unused, unexpired, and with tries left. */
  open: boolean;
}

/** Condition on a row `challenge`; `$1` is the time, `$2` the limit of tries. */
const OPEN = `kind = 'LOGIN_2FA' and used_at is null and expires_at > $1 and attempts < $2`;

/** Sign-ins that have shown the first factor and wait for the second. */
export class SignInChallenges {
  constructor(
    private readonly database: Database,
    private readonly settings: Settings,
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

  /** The sign-in that a temp token names, open or not. A UUID is the same in upper and lower case. */
  async find(tempToken: string): Promise<SignInChallenge | undefined> {
    const [challenge] = await this.database.query<SignInChallenge>(
      `select id, user_id as "userId", method, expires_at as "expiresAt", ${OPEN} as open
       from challenge where token_hash = $3 and kind = 'LOGIN_2FA'`,
      [...this.limits, sha256(tempToken.toLowerCase())],
    );
    return challenge;
  }

  /** Counts a try before its code is compared. @returns false when the sign-in is over */
  async countAttempt(id: string): Promise<boolean> {
    const changed = await this.database.execute(
      `update challenge set attempts = attempts + 1 where id = $3 and ${OPEN}`,
      [...this.limits, id],
    );
    return changed > 0;
  }

  /** Uses a sign-in up, in the transaction that completes it. @returns false when another call was faster */
  async use(id: string): Promise<boolean> {
    const now = this.clock.now();
    const changed = await this.database.execute(
      'update challenge set used_at = $2 where id = $1 and used_at is null and expires_at > $2',
      [id, now],
    );
    return changed > 0;
  }

  /** Ends every open sign-in of a user, after a change of password or factor. */
  async invalidateAll(userId: string): Promise<void> {
    await this.database.query(
      `update challenge set expires_at = $2 where user_id = $1 and kind = 'LOGIN_2FA' and used_at is null and expires_at > $2`,
      [userId, this.clock.now()],
    );
  }

  private get limits(): [now: Date, maxAttempts: number] {
    return [this.clock.now(), this.settings.get(AuthSettings.twoFactorMaxAttempts)];
  }
}
