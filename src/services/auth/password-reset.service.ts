import { SessionEndReason } from '../../entities/auth/auth.enums.js';
import { UserStatus } from '../../entities/user/user.enums.js';
import type { AuditLog } from '../../infrastructure/audit/audit-log.js';
import type { Clock } from '../../infrastructure/clock.js';
import { isUniqueViolation, type Database } from '../../infrastructure/database/database.js';
import { DomainError } from '../../infrastructure/errors.js';
import type { Mails } from '../mail/mails.js';
import type { WebLinks } from '../web-links.js';
import type { Accounts } from './accounts.js';
import { PasswordErrors } from './auth.errors.js';
import type { EmailRestoration } from './email-restoration.js';
import type { PasswordResetLinks } from './password-reset-links.js';
import type { Passwords } from './passwords.js';
import type { PendingFlows } from './pending-flows.js';
import type { Sessions } from './sessions.js';

/** Sets a new password with a mailed link, and brings a former address back where the link is of that kind. */
export class PasswordResetService {
  constructor(
    private readonly database: Database,
    private readonly accounts: Accounts,
    private readonly passwords: Passwords,
    private readonly sessions: Sessions,
    private readonly resetLinks: PasswordResetLinks,
    private readonly pendingFlows: PendingFlows,
    private readonly restoration: EmailRestoration,
    private readonly mails: Mails,
    private readonly links: WebLinks,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Ends every session of the user; second factors stay on. A refused password leaves the link usable.
   *
   * @throws DomainError `error.validation` for a common password, or `auth.reset_password.invalid_token`
   */
  async reset(token: string, newPassword: string): Promise<void> {
    this.passwords.refuseCommon(newPassword, 'newPassword');
    const userId = await this.resetLinks.ownerOf(token);
    if (!userId) throw new DomainError(PasswordErrors.invalidResetToken);
    const passwordHash = await this.passwords.hash(newPassword);
    try {
      await this.database.transaction(() => this.apply(userId, token, passwordHash));
    } catch (error) {
      // The address to restore belongs to somebody else by now.
      if (isUniqueViolation(error, 'user_account_email_key')) throw new DomainError(PasswordErrors.invalidResetToken);
      throw error;
    }
  }

  private async apply(userId: string, token: string, passwordHash: string): Promise<void> {
    const account = await this.accounts.lock(userId);
    const link = await this.resetLinks.consume(token);
    const usable =
      account?.status === UserStatus.ACTIVE ||
      (account?.status === UserStatus.DEACTIVATED && link?.restoreEmail != null);
    if (!account || !link || !usable) throw new DomainError(PasswordErrors.invalidResetToken);
    const now = this.clock.now();
    await this.database.query(
      `update user_account set password_hash = $2, password_changed_at = $3, updated_at = $3,
         login_attempts = 0, locked_until = null, two_factor_failures = 0 where id = $1`,
      [userId, passwordHash, now],
    );
    await this.pendingFlows.cancelAll(userId);
    await this.sessions.endAll(userId, SessionEndReason.PASSWORD_RESET);
    if (link.restoreEmail !== null) await this.restoration.restore(account, link.restoreEmail, link);
    await this.mails.send(
      'security_password_reset',
      { userId },
      { happenedAt: now.toISOString(), securityUrl: this.links.security },
    );
    await this.audit.record({
      action: 'auth.reset_password.success',
      actorId: userId,
      target: { type: 'User', id: userId },
    });
  }
}
