import { addTime, Duration, type Clock } from '../../infrastructure/clock.js';
import type { Database } from '../../infrastructure/database/database.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import { AuthSettings } from './auth.settings.js';

/** Removes what sign-in leaves behind. Each is a conditional delete, safe to repeat. */
export class AuthCleanup {
  constructor(
    private readonly database: Database,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /** Sessions 30 days after the whole family ended or ran out. @returns how many rows went */
  removeOldSessions(): Promise<number> {
    return this.database.execute(
      `delete from session s where not exists (
         select 1 from session newer where newer.family_id = s.family_id
         and coalesce(newer.revoked_at, newer.rotated_at, least(newer.expires_at, newer.family_expires_at)) > $1)`,
      [this.ago(Duration.days(30))],
    );
  }

  /** Challenges 24 hours after they expired. */
  removeOldChallenges(): Promise<number> {
    return this.database.execute('delete from challenge where expires_at < $1', [this.ago(Duration.hours(24))]);
  }

  /** Verification and reset links 30 days after they expired. */
  async removeOldLinks(): Promise<number> {
    const limit = [this.ago(Duration.days(30))];
    const verifications = await this.database.execute('delete from email_verification where expires_at < $1', limit);
    return verifications + (await this.database.execute('delete from password_reset where expires_at < $1', limit));
  }

  /** Accounts that were never verified. The condition is checked again in the delete, so a verification in between wins. */
  async removeUnverifiedAccounts(): Promise<number> {
    const limit = this.ago(Duration.days(this.settings.get(AuthSettings.unverifiedAccountTtlDays)));
    const candidates = await this.database.query<{ id: string }>(
      `select id from user_account where not email_verified and email_verified_at is null and status <> 'DELETED' and created_at < $1 limit 1000`,
      [limit],
    );
    let removed = 0;
    for (const { id } of candidates) {
      removed += await this.database.transaction(async () => {
        const locked = await this.database.query(
          'select 1 from user_account where id = $1 and not email_verified and email_verified_at is null for update',
          [id],
        );
        if (locked.length === 0) return 0;
        await this.database.query('select consent_record_erase($1, true)', [id]);
        return this.database.execute('delete from user_account where id = $1', [id]);
      });
    }
    return removed;
  }

  private ago(milliseconds: number): Date {
    return addTime(this.clock.now(), -milliseconds);
  }
}
