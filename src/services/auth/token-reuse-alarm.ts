import { SessionEndReason } from '../../entities/auth/auth.enums.js';
import type { AuditLog } from '../../infrastructure/audit/audit-log.js';
import type { Clock } from '../../infrastructure/clock.js';
import type { StaffMembers } from '../admin/staff-members.js';
import type { Mails } from '../mail/mails.js';
import type { WebLinks } from '../web-links.js';
import type { Device, SessionFamily, Sessions } from './sessions.js';

/** Answers a refresh token that was used twice: one of the two who used it is a thief, and nobody can tell which. */
export class TokenReuseAlarm {
  constructor(
    private readonly sessions: Sessions,
    private readonly staff: StaffMembers,
    private readonly mails: Mails,
    private readonly links: WebLinks,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Ends every session of the user and tells the owner and staff, in the transaction at hand.
   *
   * @param presenter who sent the used token
   * @param holder who has its successor
   */
  async raise(
    { userId, familyId }: SessionFamily,
    presenter: Device,
    holder: { ip: string | null; userAgent: string | null },
  ): Promise<void> {
    await this.sessions.endAll(userId, SessionEndReason.TOKEN_REUSE);
    await this.audit.record({
      action: 'auth.refresh.reuse_detected',
      level: 'CRITICAL',
      actorId: null,
      target: { type: 'User', id: userId },
      data: {
        familyId,
        presenter: { ip: presenter.ip, userAgent: presenter.userAgent },
        holder: { ip: holder.ip, userAgent: holder.userAgent },
      },
    });
    const happenedAt = this.clock.now().toISOString();
    await this.mails.send('security_token_reuse', { userId }, { happenedAt, securityUrl: this.links.security });
    for (const staffId of await this.staff.withPermission('user:security')) {
      await this.mails.send(
        'admin_token_reuse',
        { userId: staffId },
        { userId, happenedAt, adminUrl: this.links.adminUser(userId) },
      );
    }
  }
}
