import type { AuditLog } from '../../infrastructure/audit/audit-log.js';
import type { Database } from '../../infrastructure/database/database.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import type { Mails } from '../mail/mails.js';
import type { WebLinks } from '../web-links.js';
import type { Accounts } from './accounts.js';
import { AuthSettings } from './auth.settings.js';

/** Tells the owner of an account that too many wrong passwords or second factors have locked it. */
export class AccountLockNotices {
  constructor(
    private readonly database: Database,
    private readonly accounts: Accounts,
    private readonly mails: Mails,
    private readonly links: WebLinks,
    private readonly audit: AuditLog,
    private readonly settings: Settings,
  ) {}

  /** Call once a lock. An address that was never verified may be a stranger's and gets no mail. */
  async send(userId: string): Promise<void> {
    await this.database.transaction(async () => {
      const account = await this.accounts.find(userId);
      if (account?.emailVerified) {
        await this.mails.send(
          'security_account_locked',
          { userId },
          {
            lockedForMinutes: this.settings.get(AuthSettings.lockoutMinutes),
            securityUrl: this.links.security,
          },
        );
      }
      await this.audit.record({
        action: 'auth.account.locked',
        level: 'WARN',
        actorId: null,
        target: { type: 'User', id: userId },
      });
    });
  }
}
