import { ChallengeKind, OtpPurpose } from '../../entities/auth/auth.enums.js';
import { Challenge } from '../../entities/auth/challenge.entity.js';
import type { Clock } from '../../infrastructure/clock.js';
import type { Database } from '../../infrastructure/database/database.js';
import { newCapabilityId } from '../../infrastructure/ids.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import { AuthSettings } from './auth.settings.js';

/** A challenge before it is written. */
export interface NewOtpChallenge {
  userId: string | null;
  /** Sign-in that the code belongs to; login-2fa only. */
  parentId: string | null;
  purpose: OtpPurpose;
  phone: string;
  /** Nothing is sent, and no code matches. */
  decoy: boolean;
  expiresAt: Date;
}

/** A code that waits to be entered. */
export interface OtpChallenge extends NewOtpChallenge {
  id: string;
  attempts: number;
  resendCount: number;
  lastSentAt: Date;
  /** End of the sign-in that the code belongs to. */
  signInExpiresAt: Date | null;
}

/** A challenge with a try that was counted. */
export interface OtpAttempt {
  id: string;
  userId: string | null;
  purpose: OtpPurpose;
  phone: string;
  codeHash: string;
  decoy: boolean;
}

/** Condition on a row `c`; `$1` is the time. */
const LIVE = `c.kind = 'OTP' and c.used_at is null and c.expires_at > $1`;

/** SMS codes that wait to be entered: their rows, their lifetimes, and their tries. */
export class OtpChallenges {
  constructor(
    private readonly database: Database,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /** Writes a challenge in the place of earlier ones of the same user or number and purpose, in the transaction at hand. */
  async open(challenge: NewOtpChallenge, codeHash: string, ip: string): Promise<string> {
    const { userId, phone, purpose } = challenge;
    const now = this.clock.now();
    // Parallel sends take turns, or neither would see the other's challenge.
    for (const key of [phone, userId]) {
      if (key) await this.database.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`otp:${key}`]);
    }
    await this.database.query(
      `update challenge c set expires_at = $1 where ${LIVE} and c.purpose = $2 and (c.user_id = $3 or c.phone = $4)`,
      [now, purpose, userId, phone],
    );
    const id = newCapabilityId();
    await this.database.manager.insert(Challenge, {
      ...challenge,
      id,
      kind: ChallengeKind.OTP,
      codeHash,
      lastSentAt: now,
      ip,
      createdAt: now,
    });
    return id;
  }

  /** A challenge that can still be entered; the one of a sign-in only while that waits. */
  async findLive(id: string): Promise<OtpChallenge | undefined> {
    return (await this.readLive(id, ''))[0];
  }

  /** Like {@link findLive}, and nobody else changes it until the transaction at hand ends. */
  async lockLive(id: string): Promise<OtpChallenge | undefined> {
    return (await this.readLive(id, 'for update of c'))[0];
  }

  /** Puts a fresh code in the place of the former one. */
  async rotate(id: string, codeHash: string, expiresAt: Date): Promise<void> {
    await this.database.query(
      `update challenge set code_hash = $2, attempts = 0, resend_count = resend_count + 1, last_sent_at = $3, expires_at = $4
       where id = $1`,
      [id, codeHash, this.clock.now(), expiresAt],
    );
  }

  /**
   * Counts a try at a code before the code is compared, so that parallel guesses share one budget.
   *
   * @returns null when the challenge cannot be tried; codes of sign-ins are entered there
   */
  countAttempt(id: string): Promise<OtpAttempt | null> {
    return this.attempt(`c.id = $3 and c.purpose <> '${OtpPurpose.LOGIN_TWO_FACTOR}'`, id);
  }

  /** Counts a try at the code that was sent for a sign-in; null when there is none to try. */
  countSignInAttempt(signInChallengeId: string): Promise<OtpAttempt | null> {
    return this.attempt('c.parent_id = $3', signInChallengeId);
  }

  /**
   * Uses a challenge up, in the transaction at hand.
   *
   * @param consumed whether this also acts on the number; a sign-up does so later
   * @returns false when the challenge was used, replaced or given another code meanwhile
   */
  async use({ id, codeHash }: Pick<OtpAttempt, 'id' | 'codeHash'>, consumed: boolean): Promise<boolean> {
    const changed = await this.database.execute(
      `update challenge c set used_at = $1, consumed_at = case when $4 then $1 end where c.id = $2 and c.code_hash = $3 and ${LIVE}`,
      [this.clock.now(), id, codeHash, consumed],
    );
    return changed > 0;
  }

  private readLive(id: string, lock: string): Promise<OtpChallenge[]> {
    return this.database.query<OtpChallenge>(
      `select c.id, c.user_id as "userId", c.parent_id as "parentId", c.purpose, c.phone, c.decoy, c.attempts,
         c.resend_count as "resendCount", c.last_sent_at as "lastSentAt", c.expires_at as "expiresAt",
         parent.expires_at as "signInExpiresAt"
       from challenge c left join challenge parent on parent.id = c.parent_id
       where c.id = $2 and ${LIVE} and (
         c.parent_id is null or (parent.used_at is null and parent.expires_at > $1 and parent.attempts < $3)
       ) ${lock}`,
      [this.clock.now(), id, this.settings.get(AuthSettings.twoFactorMaxAttempts)],
    );
  }

  private async attempt(which: string, id: string): Promise<OtpAttempt | null> {
    const [row] = await this.database.query<OtpAttempt>(
      `update challenge c set attempts = c.attempts + 1 where ${which} and ${LIVE} and c.attempts < $2
       returning c.id, c.user_id as "userId", c.purpose, c.phone, c.code_hash as "codeHash", c.decoy`,
      [this.clock.now(), this.settings.get(AuthSettings.otpMaxAttempts), id],
    );
    return row ?? null;
  }
}
