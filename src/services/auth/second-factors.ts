import type { Clock } from '../../infrastructure/clock.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import type { Mails } from '../mail/mails.js';
import type { WebLinks } from '../web-links.js';
import type { BackupCodes } from './backup-codes.js';
import type { OtpAttempt, OtpChallenges } from './otp-challenges.js';
import { matchesShortCode } from './short-codes.js';
import { smsFactorAllowed } from './sms-factor.js';
import type { Totp } from './totp.js';
import type { TwoFactorState, TwoFactorStates } from './two-factor-states.js';

/** A code that was right and is not used up yet. `method` is the name under which the session remembers it. */
export type SecondFactor =
  { method: 'totp'; step: number } | { method: 'sms'; attempt: OtpAttempt } | { method: 'backup_code'; id: string };

const SIX_DIGITS = /^\d{6}$/;

/** What can be shown as a second factor at sign-in: TOTP, a code by SMS, a backup code. */
export class SecondFactors {
  constructor(
    private readonly states: TwoFactorStates,
    private readonly totp: Totp,
    private readonly otpChallenges: OtpChallenges,
    private readonly backupCodes: BackupCodes,
    private readonly mails: Mails,
    private readonly links: WebLinks,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /**
   * Finds out which factor a code is of, and uses nothing up but a try at the code by SMS. bcrypt takes its time: keep it
   * out of transactions.
   *
   * @param code six digits, or a backup code in upper case without hyphen
   * @returns null for a wrong code
   */
  async match(state: TwoFactorState, signInChallengeId: string, code: string): Promise<SecondFactor | null> {
    if (SIX_DIGITS.test(code))
      return this.matchTotp(state, code) ?? (await this.matchSms(state, signInChallengeId, code));
    const id = await this.backupCodes.find(state.userId, code);
    return id === null ? null : { method: 'backup_code', id };
  }

  /** Uses a factor up, in the transaction that completes the sign-in. @returns false when another call was faster */
  async use(userId: string, factor: SecondFactor): Promise<boolean> {
    switch (factor.method) {
      case 'totp':
        return this.states.useStep(userId, factor.step);
      case 'sms':
        return this.otpChallenges.use(factor.attempt, true);
      case 'backup_code':
        return this.useBackupCode(userId, factor.id);
    }
  }

  private matchTotp({ secret, lastStep }: TwoFactorState, code: string): SecondFactor | null {
    const step = secret === null ? null : this.totp.matchingStep(secret, code, lastStep);
    return step === null ? null : { method: 'totp', step };
  }

  /** A decoy takes as long as the real one. */
  private async matchSms(
    { role, smsEnabled }: TwoFactorState,
    signInChallengeId: string,
    code: string,
  ): Promise<SecondFactor | null> {
    const attempt = await this.otpChallenges.countSignInAttempt(signInChallengeId);
    if (!attempt || !(await matchesShortCode(code, attempt.codeHash))) return null;
    return !attempt.decoy && smsEnabled && smsFactorAllowed(this.settings, role) ? { method: 'sms', attempt } : null;
  }

  private async useBackupCode(userId: string, id: string): Promise<boolean> {
    const codesLeft = await this.backupCodes.use(userId, id);
    if (codesLeft === null) return false;
    await this.mails.send(
      'security_backup_code_used',
      { userId },
      {
        happenedAt: this.clock.now().toISOString(),
        codesLeft,
        securityUrl: this.links.security,
      },
    );
    return true;
  }
}
