import { SessionEndReason } from '../../entities/auth/auth.enums.js';
import type { AuditLog } from '../../infrastructure/audit/audit-log.js';
import type { Clock } from '../../infrastructure/clock.js';
import type { Database } from '../../infrastructure/database/database.js';
import { describeDevice } from '../../infrastructure/device.js';
import { DomainError, type ErrorDefinition } from '../../infrastructure/errors.js';
import type { Mails } from '../mail/mails.js';
import type { WebLinks } from '../web-links.js';
import type { Accounts } from './accounts.js';
import { PasswordErrors } from './auth.errors.js';
import type { Viewer } from './authentication.js';
import type { Passwords } from './passwords.js';
import type { PendingFlows } from './pending-flows.js';
import type { Sessions } from './sessions.js';

/** Who changes a password, and on which device. */
export interface PasswordChangeCaller extends Pick<Viewer, 'userId' | 'sessionId'> {
  refreshCookie: string | null;
  userAgent: string | null;
}

/** Replaces the password of somebody who is signed in and knows the present one. */
export class PasswordChangeService {
  constructor(
    private readonly database: Database,
    private readonly accounts: Accounts,
    private readonly passwords: Passwords,
    private readonly sessions: Sessions,
    private readonly pendingFlows: PendingFlows,
    private readonly mails: Mails,
    private readonly links: WebLinks,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * The calling device stays signed in, all others do not.
   *
   * @throws DomainError `error.validation` for a common password, `auth.change_password.invalid_current`, or
   *   `auth.change_password.same_as_current`
   */
  async change(caller: PasswordChangeCaller, currentPassword: string, newPassword: string): Promise<void> {
    this.passwords.refuseCommon(newPassword, 'newPassword');
    const { userId } = caller;
    const storedHash = (await this.accounts.find(userId))?.passwordHash;
    if (!(await this.passwords.matches(currentPassword, storedHash)))
      return this.refuse(userId, PasswordErrors.invalidCurrent);
    if (this.passwords.areEqual(currentPassword, newPassword)) return this.refuse(userId, PasswordErrors.sameAsCurrent);
    const passwordHash = await this.passwords.hash(newPassword);
    const changed = await this.database.transaction(async () => {
      const account = await this.accounts.lock(userId);
      if (account?.passwordHash !== storedHash) return false;
      await this.store(caller, passwordHash);
      return true;
    });
    // Another change was faster, and the password that was shown is not the current one any more.
    if (!changed) return this.refuse(userId, PasswordErrors.invalidCurrent);
  }

  private async store(caller: PasswordChangeCaller, passwordHash: string): Promise<void> {
    const { userId } = caller;
    const now = this.clock.now();
    await this.database.query(
      'update user_account set password_hash = $2, password_changed_at = $3, updated_at = $3 where id = $1',
      [userId, passwordHash, now],
    );
    const current = await this.sessions.currentFamily(caller, caller.refreshCookie);
    await this.sessions.endAll(userId, SessionEndReason.PASSWORD_CHANGED, current);
    await this.pendingFlows.cancelAll(userId);
    await this.mails.send(
      'security_password_changed',
      { userId },
      {
        happenedAt: now.toISOString(),
        device: describeDevice(caller.userAgent),
        securityUrl: this.links.security,
      },
    );
    await this.audit.record({
      action: 'auth.change_password.success',
      actorId: userId,
      target: { type: 'User', id: userId },
    });
  }

  private async refuse(userId: string, definition: ErrorDefinition): Promise<never> {
    await this.audit.record({
      action: 'auth.change_password.failure',
      actorId: userId,
      target: { type: 'User', id: userId },
      data: { reason: definition.key },
    });
    throw new DomainError(definition);
  }
}
