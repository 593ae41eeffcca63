import { addTime, Duration, type Clock } from '../../infrastructure/clock.js';
import type { Database } from '../../infrastructure/database/database.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import { AuthSettings } from './auth.settings.js';

const NEVER_VERIFIED = 'not email_verified and email_verified_at is null';

/** Accounts whose address was never verified; for other users they do not exist. */
export class UnverifiedAccounts {
  constructor(
    private readonly database: Database,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /** Takes the account away that holds an address whose owner turned up, in the transaction at hand. */
  async removeHolderOf(email: string): Promise<void> {
    const [holder] = await this.database.query<{ id: string }>(
      `select id from user_account where email = $1 and ${NEVER_VERIFIED} for update`,
      [email],
    );
    if (holder) await this.remove(holder.id);
  }

  /** Removes those older than `auth.unverified_account_ttl_days`. A verification in between wins. @returns how many went */
  async removeOld(): Promise<number> {
    const limit = addTime(this.clock.now(), -Duration.days(this.settings.get(AuthSettings.unverifiedAccountTtlDays)));
    const candidates = await this.database.query<{ id: string }>(
      `select id from user_account where ${NEVER_VERIFIED} and status <> 'DELETED' and created_at < $1 limit 1000`,
      [limit],
    );
    let removed = 0;
    for (const { id } of candidates) removed += await this.removeIfStillUnverified(id);
    return removed;
  }

  private removeIfStillUnverified(id: string): Promise<number> {
    return this.database.transaction(async () => {
      const locked = await this.database.query(
        `select 1 from user_account where id = $1 and ${NEVER_VERIFIED} for update`,
        [id],
      );
      return locked.length > 0 ? this.remove(id) : 0;
    });
  }

  private async remove(id: string): Promise<number> {
    await this.database.query('select consent_record_erase($1, true)', [id]);
    return this.database.execute('delete from user_account where id = $1', [id]);
  }
}
