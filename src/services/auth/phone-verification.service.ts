import { OtpPurpose } from '../../entities/auth/auth.enums.js';
import { UserStatus } from '../../entities/user/user.enums.js';
import type { AuditLog } from '../../infrastructure/audit/audit-log.js';
import type { Clock } from '../../infrastructure/clock.js';
import type { Database } from '../../infrastructure/database/database.js';
import { DomainError, type ErrorDefinition } from '../../infrastructure/errors.js';
import { maskPhone } from '../../infrastructure/masking.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import type { Mails } from '../mail/mails.js';
import type { WebLinks } from '../web-links.js';
import type { Account, Accounts } from './accounts.js';
import { OtpErrors } from './auth.errors.js';
import { AuthSettings } from './auth.settings.js';
import type { OtpAttempt, OtpChallenges } from './otp-challenges.js';
import { matchesShortCode } from './short-codes.js';
import { smsFactorAllowed } from './sms-factor.js';

/** Takes the codes that came by SMS, and does what they were asked for. */
export class PhoneVerificationService {
  constructor(
    private readonly database: Database,
    private readonly challenges: OtpChallenges,
    private readonly accounts: Accounts,
    private readonly mails: Mails,
    private readonly links: WebLinks,
    private readonly audit: AuditLog,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /**
   * Checks a code. One of a signed-in user sets their number at once; an anonymous one waits for the sign-up.
   *
   * @throws DomainError `auth.otp.verify.invalid`, `auth.otp.verify.expired`, `auth.otp.verify.attempts_exhausted` or
   *   `auth.otp.verify.already_used`
   */
  async verify(challengeId: string, code: string): Promise<void> {
    const attempt = await this.challenges.countAttempt(challengeId);
    try {
      if (!attempt) throw new DomainError(await this.refusalOf(challengeId));
      if (!(await matchesShortCode(code, attempt.codeHash))) throw new DomainError(OtpErrors.invalid);
      await this.database.transaction(() => this.complete(attempt));
    } catch (error) {
      if (error instanceof DomainError) await this.recordFailure(error.definition, attempt);
      throw error;
    }
  }

  private async complete(attempt: OtpAttempt): Promise<void> {
    const account = attempt.userId === null ? null : await this.activeAccount(attempt.userId);
    if (!(await this.challenges.use(attempt, account !== null)))
      throw new DomainError(await this.refusalOf(attempt.id));
    await this.audit.record({
      action: 'auth.otp.verify.success',
      actorId: attempt.userId,
      data: { purpose: attempt.purpose },
    });
    if (account) await this.confirmNumber(account, attempt);
  }

  private async activeAccount(userId: string): Promise<Account> {
    const account = await this.accounts.lock(userId);
    if (account?.status !== UserStatus.ACTIVE) throw new DomainError(OtpErrors.invalid);
    return account;
  }

  /** Another number than before is no second factor until it was set up as one. */
  private async confirmNumber({ id, role, twoFactorEnabled }: Account, { purpose, phone }: OtpAttempt): Promise<void> {
    const asFactor =
      purpose === OtpPurpose.TWO_FACTOR_SETUP && twoFactorEnabled && smsFactorAllowed(this.settings, role);
    await this.database.query(
      `update user_account set phone = $2, phone_verified = true, updated_at = $4,
         sms_two_factor_enabled = $3 or (sms_two_factor_enabled and phone is not distinct from $2)
       where id = $1`,
      [id, phone, asFactor, this.clock.now()],
    );
    const notice = { phoneMasked: maskPhone(phone), securityUrl: this.links.security };
    await this.mails.send('security_phone_verified', { userId: id }, notice);
    if (!asFactor) return;
    await this.mails.send('security_2fa_sms_enabled', { userId: id }, notice);
    await this.audit.record({ action: 'auth.2fa.sms_enabled', actorId: id, target: { type: 'User', id } });
  }

  /** Why a challenge takes no code: it is unknown or belongs to a sign-in, used, too old, or out of tries. */
  private async refusalOf(challengeId: string): Promise<ErrorDefinition> {
    const [challenge] = await this.database.query<{ used: boolean; expired: boolean; exhausted: boolean }>(
      `select used_at is not null as used, expires_at <= $2 as expired, attempts >= $3 as exhausted
       from challenge where id = $1 and kind = 'OTP' and purpose <> $4`,
      [challengeId, this.clock.now(), this.settings.get(AuthSettings.otpMaxAttempts), OtpPurpose.LOGIN_TWO_FACTOR],
    );
    if (challenge?.used) return OtpErrors.alreadyUsed;
    if (challenge?.expired) return OtpErrors.expired;
    return challenge?.exhausted ? OtpErrors.attemptsExhausted : OtpErrors.invalid;
  }

  private async recordFailure({ key }: ErrorDefinition, attempt: OtpAttempt | null): Promise<void> {
    await this.audit.record({
      action: 'auth.otp.verify.failure',
      actorId: null,
      target: attempt?.userId ? { type: 'User', id: attempt.userId } : undefined,
      data: { reason: key },
    });
  }
}
