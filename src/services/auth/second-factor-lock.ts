import { addTime, Duration, type Clock } from '../../infrastructure/clock.js';
import type { Database } from '../../infrastructure/database/database.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import type { CountedAttempt } from './address-lock.js';
import { AuthSettings } from './auth.settings.js';

/**
 * Counts the wrong second factors of an account over all its sign-ins, since whoever gets that far may know the password.
 * It shares `User.lockedUntil` with {@link AddressLock}: a lock comes from second factors exactly while
 * `User.twoFactorFailures` has reached `auth.two_factor_max_failures`. So a stranger's wrong passwords do not keep out
 * an owner who has passed the first factor by other means.
 */
export class SecondFactorLock {
  constructor(
    private readonly database: Database,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /**
   * Counts a try before its code is compared, so that parallel guesses share one budget; {@link reset} takes it back. The
   * lock starts with the try that fills the budget, and a lock that has run out starts from 0.
   *
   * @returns null while wrong second factors have the account locked; then no code must be looked at
   */
  async countAttempt(userId: string): Promise<CountedAttempt | null> {
    const now = this.clock.now();
    const lockedUntil = addTime(now, Duration.minutes(this.settings.get(AuthSettings.lockoutMinutes)));
    const [row] = await this.database.query<CountedAttempt>(
      `with counted as (
         select id, case when two_factor_failures >= $3 and locked_until <= $2 then 1 else two_factor_failures + 1 end as failures
         from user_account
         where id = $1 and (two_factor_failures < $3 or locked_until is null or locked_until <= $2)
         for no key update
       )
       update user_account u set
         two_factor_failures = counted.failures,
         locked_until = case when counted.failures >= $3 then greatest(u.locked_until, $4::timestamptz) else u.locked_until end
       from counted where u.id = counted.id
       returning counted.failures >= $3 as locks`,
      [userId, now, this.maxFailures, lockedUntil],
    );
    return row ?? null;
  }

  /** A right code sets the counter back. Where its own try had filled the budget, the lock goes with it. */
  async reset(userId: string): Promise<void> {
    await this.database.query(
      `update user_account set two_factor_failures = 0,
         locked_until = case when two_factor_failures >= $2 then null else locked_until end
       where id = $1 and two_factor_failures > 0`,
      [userId, this.maxFailures],
    );
  }

  private get maxFailures(): number {
    return this.settings.get(AuthSettings.twoFactorMaxFailures);
  }
}
