import type { OtpPurpose } from '../../entities/auth/auth.enums.js';
import type { AuditLog } from '../../infrastructure/audit/audit-log.js';
import { addTime, Duration, type Clock } from '../../infrastructure/clock.js';
import { randomDigits } from '../../infrastructure/crypto/hash.js';
import type { Database } from '../../infrastructure/database/database.js';
import { DomainError, invalidField } from '../../infrastructure/errors.js';
import { isUuid } from '../../infrastructure/ids.js';
import { maskPhone } from '../../infrastructure/masking.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import type { SmsMessages } from '../mail/sms-messages.js';
import { OtpErrors } from './auth.errors.js';
import { AuthSettings } from './auth.settings.js';
import type { Viewer } from './authentication.js';
import type { OtpBudget } from './otp-budget.js';
import type { NewOtpChallenge, OtpChallenge, OtpChallenges } from './otp-challenges.js';
import type { OtpPurposeRules, OtpRequest } from './otp-purpose-rules.js';
import { hashShortCode } from './short-codes.js';

/** Where a code stands after it was sent. */
export interface SentOtp {
  challengeId: string;
  expiresAt: Date;
  attemptsRemaining: number;
}

/** What the code entry screen shows. */
export interface OtpChallengeView extends SentOtp {
  purpose: OtpPurpose;
  phoneMask: string;
  /** Null once no resend is left. */
  resendAvailableAt: Date | null;
}

/** The caller, as far as sending a code is concerned. */
export interface OtpClient {
  ip: string;
  locale: string;
}

/** Sends codes by SMS. The answers of decoys are those of real challenges. */
export class PhoneOtpService {
  constructor(
    private readonly database: Database,
    private readonly rules: OtpPurposeRules,
    private readonly budget: OtpBudget,
    private readonly challenges: OtpChallenges,
    private readonly messages: SmsMessages,
    private readonly audit: AuditLog,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /**
   * Opens a challenge and sends its code.
   *
   * @throws DomainError `error.validation` for a country that gets no SMS, `auth.otp.send.rate_limit`, or what
   *   {@link OtpPurposeRules.targetOf} throws
   */
  async send(request: OtpRequest, viewer: Viewer | null, client: OtpClient): Promise<SentOtp> {
    const { phone, purpose } = request;
    this.refuseForeignCountry(phone);
    const { userId, signIn, decoy } = await this.rules.targetOf(request, viewer);
    if (!(await this.budget.take(phone))) throw new DomainError(OtpErrors.sendRateLimit);

    const code = randomDigits();
    const codeHash = await hashShortCode(code);
    const challenge = {
      userId,
      parentId: signIn?.id ?? null,
      purpose,
      phone,
      decoy,
      expiresAt: this.expiry(signIn?.expiresAt ?? null),
    };
    const challengeId = await this.database.transaction(async () => {
      const id = await this.challenges.open(challenge, codeHash, client.ip);
      await this.deliver(challenge, code, client.locale);
      return id;
    });
    return { challengeId, expiresAt: challenge.expiresAt, attemptsRemaining: this.maxAttempts };
  }

  /**
   * Gives a challenge a fresh code and sends it.
   *
   * @throws DomainError `auth.otp.resend.not_found`, `auth.otp.resend.cap_reached` or `auth.otp.resend.cooldown`
   */
  async resend(challengeId: string, locale: string): Promise<SentOtp & { resendCount: number }> {
    const code = randomDigits();
    const codeHash = await hashShortCode(code);
    return this.database.transaction(async () => {
      const challenge = await this.challenges.lockLive(challengeId);
      if (!challenge) throw new DomainError(OtpErrors.resendNotFound);
      await this.takeResend(challenge);
      const expiresAt = this.expiry(challenge.signInExpiresAt);
      await this.challenges.rotate(challengeId, codeHash, expiresAt);
      await this.deliver({ ...challenge, expiresAt }, code, locale);
      return { challengeId, expiresAt, attemptsRemaining: this.maxAttempts, resendCount: challenge.resendCount + 1 };
    });
  }

  /** @throws DomainError `auth.challenge.not_found` */
  async view(challengeId: string): Promise<OtpChallengeView> {
    const challenge = isUuid(challengeId) ? await this.challenges.findLive(challengeId) : undefined;
    if (!challenge) throw new DomainError(OtpErrors.challengeNotFound);
    return {
      challengeId: challenge.id,
      purpose: challenge.purpose,
      phoneMask: maskPhone(challenge.phone),
      expiresAt: challenge.expiresAt,
      attemptsRemaining: Math.max(this.maxAttempts - challenge.attempts, 0),
      resendAvailableAt: this.resendsLeft(challenge) ? this.resendAvailableAt(challenge) : null,
    };
  }

  /** Calling codes are prefix-free (ITU-T E.164), so a prefix tells the country. */
  private refuseForeignCountry(phone: string): void {
    const allowed = this.settings.get(AuthSettings.otpAllowedCountryCodes);
    if (
      allowed.length > 0 &&
      !allowed.some((callingCode) => phone.startsWith(`+${String(callingCode).replace(/\D/g, '')}`))
    ) {
      throw invalidField('phone', 'country_not_supported', 'a country that gets no SMS');
    }
  }

  private async takeResend(challenge: OtpChallenge): Promise<void> {
    if (!this.resendsLeft(challenge)) throw new DomainError(OtpErrors.resendCapReached);
    const wait = this.resendAvailableAt(challenge).getTime() - this.clock.now().getTime();
    if (wait > 0) throw new DomainError(OtpErrors.resendCooldown, { retryAfterSeconds: Math.ceil(wait / 1000) });
    if (!(await this.budget.take(challenge.phone))) throw new DomainError(OtpErrors.resendCapReached);
  }

  private async deliver(challenge: NewOtpChallenge, code: string, locale: string): Promise<void> {
    const { userId, purpose, phone, decoy, expiresAt } = challenge;
    if (!decoy) {
      const expiresInMinutes = Math.ceil((expiresAt.getTime() - this.clock.now().getTime()) / Duration.minutes(1));
      await this.messages.send('otp', { to: phone, userId, locale }, { variant: purpose, code, expiresInMinutes });
    }
    await this.audit.record({ action: 'auth.otp.send', actorId: userId, data: { purpose, phone: maskPhone(phone) } });
  }

  /** A code for a sign-in does not outlive it. */
  private expiry(signInExpiresAt: Date | null): Date {
    const expiresAt = addTime(this.clock.now(), Duration.minutes(this.settings.get(AuthSettings.otpTtlMinutes)));
    return signInExpiresAt && signInExpiresAt < expiresAt ? signInExpiresAt : expiresAt;
  }

  private resendsLeft({ resendCount }: OtpChallenge): boolean {
    return resendCount < this.settings.get(AuthSettings.otpMaxResends);
  }

  private resendAvailableAt({ lastSentAt }: OtpChallenge): Date {
    return addTime(lastSentAt, Duration.seconds(this.settings.get(AuthSettings.otpResendCooldownSeconds)));
  }

  private get maxAttempts(): number {
    return this.settings.get(AuthSettings.otpMaxAttempts);
  }
}
