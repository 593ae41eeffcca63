import { ModerationKind } from '../../entities/admin/admin.enums.js';
import { UsernameHistory } from '../../entities/user/username-history.entity.js';
import { UsernameHoldReason } from '../../entities/user/user.enums.js';
import type { AuditLog } from '../../infrastructure/audit/audit-log.js';
import { addTime, Duration, type Clock } from '../../infrastructure/clock.js';
import { isUniqueViolation, type Database } from '../../infrastructure/database/database.js';
import { DomainError } from '../../infrastructure/errors.js';
import type { DomainEvents } from '../../infrastructure/events/domain-events.js';
import { newId } from '../../infrastructure/ids.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import type { TextModeration } from '../moderation/text-moderation.js';
import { UserErrors, UsernameErrors } from './user.errors.js';
import { UserSettingsKeys } from './user.settings.js';
import type { Usernames } from './usernames.js';

/** Gives accounts another username. */
export class UsernameChanges {
  constructor(
    private readonly database: Database,
    private readonly usernames: Usernames,
    private readonly moderation: TextModeration,
    private readonly events: DomainEvents,
    private readonly audit: AuditLog,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /**
   * Sets the first username, or replaces the present one and keeps that from others for `username.release_hold_days`.
   *
   * @throws DomainError one of {@link UsernameErrors}, `error.user.content_flagged` or `error.user.not_found`
   */
  async change(userId: string, wanted: string): Promise<void> {
    const username = this.usernames.normalize(wanted);
    this.requireForm(username);
    try {
      await this.database.transaction(async () => {
        const present = await this.lock(userId);
        if (present === username) throw new DomainError(UsernameErrors.same);
        if (present !== null) await this.requireCooledDown(userId);
        const flagged = await this.moderation.check(ModerationKind.USERNAME, [username]);
        await this.requireClaimable(username, userId);
        await this.write(userId, present, username);
        await this.moderation.openCases(ModerationKind.USERNAME, userId, flagged);
        await this.events.publish('user.username_changed', { userId, from: present, to: username });
        await this.audit.record({
          action: 'user.username.changed',
          actorId: userId,
          target: { type: 'User', id: userId },
          data: { from: present, to: username },
        });
      });
    } catch (error) {
      // Somebody else took the name between the look and the write.
      if (isUniqueViolation(error, 'user_account_username_key')) throw new DomainError(UsernameErrors.taken);
      throw error;
    }
  }

  private requireForm(username: string): void {
    const obstacle = this.usernames.formObstacle(username);
    if (obstacle === 'length') throw new DomainError(UsernameErrors.length, this.usernames.bounds);
    if (obstacle) throw new DomainError(UsernameErrors.format);
  }

  /** @returns the present username; the row stays locked, so that changes of one user follow each other */
  private async lock(userId: string): Promise<string | null> {
    const [user] = await this.database.query<{ username: string | null }>('select username from user_account where id = $1 for update', [userId]);
    if (!user) throw new DomainError(UserErrors.notFound);
    return user.username;
  }

  private async requireCooledDown(userId: string): Promise<void> {
    const [last] = await this.database.query<{ changedAt: Date }>(
      'select changed_at as "changedAt" from username_history where user_id = $1 order by changed_at desc limit 1',
      [userId],
    );
    if (!last) return;
    const cooldown = Duration.days(this.settings.get(UserSettingsKeys.usernameChangeCooldownDays));
    const left = addTime(last.changedAt, cooldown).getTime() - this.clock.now().getTime();
    if (left > 0) throw new DomainError(UsernameErrors.cooldown, { daysLeft: Math.ceil(left / Duration.days(1)) });
  }

  private async requireClaimable(username: string, userId: string): Promise<void> {
    const obstacle = await this.usernames.claimObstacle(username, userId);
    if (obstacle) throw new DomainError(UsernameErrors[obstacle]);
  }

  private async write(userId: string, former: string | null, username: string): Promise<void> {
    const now = this.clock.now();
    await this.database.query('update user_account set username = $2, updated_at = $3 where id = $1', [userId, username, now]);
    await this.database.manager.insert(UsernameHistory, { id: newId(), userId, oldUsername: former, newUsername: username, changedAt: now });
    // What is left on the new name is a hold for its owner, or one that has run out.
    await this.database.query('delete from username_hold where username = $1', [username]);
    if (former !== null) await this.hold(former, userId);
  }

  private async hold(username: string, formerOwner: string): Promise<void> {
    const now = this.clock.now();
    await this.database.query(
      `insert into username_hold (username, user_id, reason, expires_at, created_at) values ($1, $2, $3, $4, $5)
       on conflict (username) do update set
         user_id = excluded.user_id, reason = excluded.reason, expires_at = excluded.expires_at, created_at = excluded.created_at`,
      [username, formerOwner, UsernameHoldReason.RELEASED, addTime(now, Duration.days(this.settings.get(UserSettingsKeys.usernameReleaseHoldDays))), now],
    );
  }
}
