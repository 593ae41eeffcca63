import { SessionEndReason } from '../../entities/auth/auth.enums.js';
import type { AuditLog } from '../../infrastructure/audit/audit-log.js';
import type { Clock } from '../../infrastructure/clock.js';
import type { Database } from '../../infrastructure/database/database.js';
import { DomainError, GenericErrors } from '../../infrastructure/errors.js';
import type { DomainEvents } from '../../infrastructure/events/domain-events.js';
import type { Mails } from '../mail/mails.js';
import type { WebLinks } from '../web-links.js';
import type { AccountLockNotices } from './account-lock-notices.js';
import type { Accounts } from './accounts.js';
import { TwoFactorErrors } from './auth.errors.js';
import type { BackupCodes } from './backup-codes.js';
import type { Passwords } from './passwords.js';
import type { SecondFactorLock } from './second-factor-lock.js';
import type { Sessions } from './sessions.js';
import type { SignInChallenges } from './sign-in-challenges.js';
import type { Totp } from './totp.js';
import type { TwoFactorStates } from './two-factor-states.js';

/** The second factor of a signed-in user: whether it is on, switching it off, new backup codes. */
export class TwoFactorService {
  constructor(
    private readonly database: Database,
    private readonly accounts: Accounts,
    private readonly states: TwoFactorStates,
    private readonly totp: Totp,
    private readonly backupCodes: BackupCodes,
    private readonly lock: SecondFactorLock,
    private readonly lockNotices: AccountLockNotices,
    private readonly passwords: Passwords,
    private readonly sessions: Sessions,
    private readonly challenges: SignInChallenges,
    private readonly mails: Mails,
    private readonly links: WebLinks,
    private readonly audit: AuditLog,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  /** A secret that was never proved counts as off. @throws DomainError `error.unauthorized` when the account is gone */
  async isEnabled(userId: string): Promise<boolean> {
    const [row] = await this.database.prepared<{ enabled: boolean }>(
      'two-factor-status',
      'select two_factor_enabled as enabled from user_account where id = $1',
      [userId],
    );
    if (!row) throw new DomainError(GenericErrors.unauthorized);
    return row.enabled;
  }

  /**
   * Switches TOTP and SMS off and ends every session, the calling one too. While it is off already, only a secret that
   * waits is dropped.
   *
   * @returns whether it was on
   * @throws DomainError `auth.2fa.no_password` or `auth.2fa.invalid_password`
   */
  async disable(userId: string, password: string): Promise<boolean> {
    const account = await this.accounts.find(userId);
    if (!account?.passwordHash) throw new DomainError(TwoFactorErrors.noPassword);
    if (!(await this.passwords.matches(password, account.passwordHash)))
      throw new DomainError(TwoFactorErrors.invalidPassword);
    return this.database.transaction(async () => {
      const state = await this.states.lock(userId);
      await this.database.query(
        `update user_account set two_factor_enabled = false, sms_two_factor_enabled = false, two_factor_secret = null,
           two_factor_secret_set_at = null, two_factor_last_step = null, updated_at = $2 where id = $1`,
        [userId, this.clock.now()],
      );
      if (!state?.enabled) return false;
      await this.backupCodes.removeAll(userId);
      await this.sessions.endAll(userId, SessionEndReason.TWO_FACTOR_CHANGED);
      await this.challenges.invalidateAll(userId);
      await this.events.publish('user.access_changed', { userId });
      await this.mails.send('security_2fa_disabled', { userId }, this.notice);
      await this.audit.record({ action: 'auth.2fa.disabled', actorId: userId, target: { type: 'User', id: userId } });
      return true;
    });
  }

  /**
   * Puts new backup codes in the place of all earlier ones.
   *
   * @param code TOTP of a time step that was not used yet
   * @returns the codes, which nobody sees again
   * @throws DomainError `auth.2fa.not_enabled` or `auth.2fa.invalid_code`
   */
  async regenerateBackupCodes(userId: string, code: string): Promise<string[]> {
    await this.useTotp(userId, code);
    const batch = await this.backupCodes.generate();
    await this.database.transaction(async () => {
      const state = await this.states.lock(userId);
      if (!state?.enabled) throw new DomainError(TwoFactorErrors.notEnabled);
      await this.backupCodes.replace(userId, batch);
      await this.mails.send('security_backup_codes_regenerated', { userId }, this.notice);
      await this.audit.record({
        action: 'auth.2fa.backup_codes.regenerated',
        actorId: userId,
        target: { type: 'User', id: userId },
      });
    });
    return batch.codes;
  }

  /** Takes turns on the locked account, so that a wrong code counts and a right one works once. */
  private async useTotp(userId: string, code: string): Promise<void> {
    await this.database.transaction(async () => {
      const state = await this.states.lock(userId);
      if (!state?.enabled || state.secret === null) throw new DomainError(TwoFactorErrors.notEnabled);
      const step = this.totp.matchingStep(state.secret, code, state.lastStep);
      if (step === null) {
        const attempt = await this.lock.countAttempt(userId);
        if (attempt?.locks) await this.lockNotices.send(userId);
        throw new DomainError(TwoFactorErrors.wrongSetupCode, undefined, { commits: true });
      }
      await this.states.useStep(userId, step);
      await this.lock.reset(userId);
    });
  }

  private get notice(): { happenedAt: string; securityUrl: string } {
    return { happenedAt: this.clock.now().toISOString(), securityUrl: this.links.security };
  }
}
