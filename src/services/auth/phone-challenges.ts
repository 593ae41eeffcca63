import { OtpPurpose } from '../../entities/auth/auth.enums.js';
import { addTime, Duration, type Clock } from '../../infrastructure/clock.js';
import type { Database } from '../../infrastructure/database/database.js';
import { DomainError } from '../../infrastructure/errors.js';
import { isUuid } from '../../infrastructure/ids.js';
import { RegistrationErrors } from './auth.errors.js';

const USABLE_MINUTES = 30;

/** Phone numbers that were verified before there was an account, for the sign-up that follows. */
export class PhoneChallenges {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async isVerifiedForSignup(challengeId: string): Promise<boolean> {
    if (!isUuid(challengeId)) return false;
    const rows = await this.database.query(`select 1 from challenge where ${VERIFIED}`, this.parameters(challengeId));
    return rows.length > 0;
  }

  /**
   * Takes the number of a verified challenge, once.
   *
   * @throws DomainError `auth.register.phone_not_verified` when another sign-up was faster
   */
  async consumeForSignup(challengeId: string): Promise<string> {
    const [row] = await this.database.query<{ phone: string }>(
      `update challenge set consumed_at = $4 where ${VERIFIED} returning phone`,
      [...this.parameters(challengeId), this.clock.now()],
    );
    if (!row) throw new DomainError(RegistrationErrors.phoneNotVerified);
    return row.phone;
  }

  private parameters(challengeId: string): unknown[] {
    return [challengeId, OtpPurpose.VERIFY_PHONE_FAN, addTime(this.clock.now(), -Duration.minutes(USABLE_MINUTES))];
  }
}

const VERIFIED = `id = $1 and kind = 'OTP' and purpose = $2 and user_id is null and used_at > $3 and consumed_at is null`;
