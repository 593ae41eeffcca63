import { UserStatus } from '../../entities/user/user.enums.js';
import type { AuditLog } from '../../infrastructure/audit/audit-log.js';
import type { Clock } from '../../infrastructure/clock.js';
import type { Database } from '../../infrastructure/database/database.js';
import type { ReactivationLinks } from '../user/reactivation-links.js';
import type { ReactivationTokens } from '../user/reactivation-tokens.js';
import type { Account } from './accounts.js';
import type { EmailAddresses } from './email-addresses.js';
import type { ConsumedResetLink, PasswordResetLinks } from './password-reset-links.js';
import type { UnverifiedAccounts } from './unverified-accounts.js';

/** Undoes an email change that the owner of the former address did not want. */
export class EmailRestoration {
  constructor(
    private readonly database: Database,
    private readonly unverified: UnverifiedAccounts,
    private readonly addresses: EmailAddresses,
    private readonly resetLinks: PasswordResetLinks,
    private readonly reactivationTokens: ReactivationTokens,
    private readonly reactivationLinks: ReactivationLinks,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Brings the address back, takes away the login identities that were linked since the change, and makes links invalid
   * that went to addresses of a later time, in the transaction at hand.
   *
   * @throws QueryFailedError a violation of user_account_email_key when another account holds the address
   */
  async restore(account: Account, formerEmail: string, link: ConsumedResetLink): Promise<void> {
    const { id: userId, locale } = account;
    await this.unverified.removeHolderOf(formerEmail);
    await this.database.query(
      'update user_account set email = $2, email_verified = true, updated_at = $3 where id = $1',
      [userId, formerEmail, this.clock.now()],
    );
    await this.unlinkIdentitiesSince(userId, link.createdAt);
    await this.resetLinks.invalidateYoungerRestoreLinks(userId, link);
    await this.reactivationTokens.invalidateAll(userId);
    if (account.status === UserStatus.DEACTIVATED)
      await this.reactivationLinks.send({ id: userId, email: formerEmail, locale });
    await this.audit.record({
      action: 'auth.email_change.reverted',
      level: 'WARN',
      actorId: userId,
      target: { type: 'User', id: userId },
      data: { from: this.addresses.hash(account.email!), to: this.addresses.hash(formerEmail) },
    });
  }

  /** The link to restore was written when the address changed. A connected account stays one; it just signs nobody in. */
  private async unlinkIdentitiesSince(userId: string, changedAt: Date): Promise<void> {
    const linkedSince = 'user_id = $1 and for_login and login_linked_at > $2';
    await this.database.query(`delete from social_account where ${linkedSince} and not for_social`, [
      userId,
      changedAt,
    ]);
    await this.database.query(
      `update social_account set for_login = false, login_linked_at = null, updated_at = $3 where ${linkedSince}`,
      [userId, changedAt, this.clock.now()],
    );
  }
}
