import { addTime, Duration, type Clock } from '../../infrastructure/clock.js';
import type { Database } from '../../infrastructure/database/database.js';

/** Removes what sign-in leaves behind. Each is a conditional delete, safe to repeat. */
export class AuthCleanup {
  constructor(
    private readonly database: Database,
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

  private ago(milliseconds: number): Date {
    return addTime(this.clock.now(), -milliseconds);
  }
}
