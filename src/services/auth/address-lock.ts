import { addTime, Duration, type Clock } from '../../infrastructure/clock.js';
import type { Database } from '../../infrastructure/database/database.js';
import type { KeyValueStore } from '../../infrastructure/key-value/key-value-store.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import { AuthSettings } from './auth.settings.js';
import type { EmailAddresses } from './email-addresses.js';

/** How long wrong passwords for an unknown address are remembered; those of a known one never run out. */
const UNKNOWN_ADDRESS_MEMORY_SECONDS = 30 * 86_400;

/** An attempt that was counted before its password is compared. */
export interface CountedAttempt {
  /** The last one before the lock: it locks the address unless the password is right. */
  locks: boolean;
}

/**
 * Counts wrong passwords by address, whether or not it is known, so that neither the answer nor a lock tells who has an
 * account. An attempt counts before the comparison: parallel guesses share one budget.
 */
export class AddressLock {
  constructor(
    private readonly database: Database,
    private readonly store: KeyValueStore,
    private readonly addresses: EmailAddresses,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /** @returns null while the address is locked; then the password must not be looked at. */
  countAttempt(email: string, userId: string | null): Promise<CountedAttempt | null> {
    return userId ? this.countKnown(userId) : this.countUnknown(email);
  }

  /** A right password sets the counter back and lifts the lock of this counter; one that wrong second factors set stays. */
  async reset(userId: string): Promise<void> {
    await this.database.query(
      `update user_account set login_attempts = 0, locked_until = case when login_attempts < $2 then locked_until end where id = $1`,
      [userId, this.settings.get(AuthSettings.maxLoginAttempts)],
    );
  }

  /**
   * The lock starts with the attempt that fills the budget, so that a crash in between cannot leave it half set. It stays
   * apart from the lock of {@link SecondFactorLock}: the counter of second factors starts anew after its own lock has run
   * out, and is below its limit while wrong passwords lock the address.
   */
  private async countKnown(userId: string): Promise<CountedAttempt | null> {
    const now = this.clock.now();
    const maxFactorFailures = this.settings.get(AuthSettings.twoFactorMaxFailures);
    const [row] = await this.database.query<{ locks: boolean }>(
      `update user_account set
         login_attempts = case when locked_until is null then login_attempts + 1 else 1 end,
         locked_until = case when (case when locked_until is null then login_attempts + 1 else 1 end) >= $3 then $4::timestamptz end,
         two_factor_failures = case
           when two_factor_failures < $5 then two_factor_failures
           when locked_until is null then $5 - 1
           else 0
         end
       where id = $1 and (locked_until is null or locked_until <= $2)
       returning locked_until is not null as locks`,
      [userId, now, this.settings.get(AuthSettings.maxLoginAttempts), addTime(now, this.lockout), maxFactorFailures],
    );
    return row ?? null;
  }

  private async countUnknown(email: string): Promise<CountedAttempt | null> {
    const key = `login-attempts:${this.addresses.hash(email)}`;
    const max = this.settings.get(AuthSettings.maxLoginAttempts);
    const attempts = await this.store.increment(key, UNKNOWN_ADDRESS_MEMORY_SECONDS);
    if (attempts > max) return null;
    if (attempts === max) await this.store.set(key, String(max), this.lockout / 1000);
    return { locks: attempts === max };
  }

  private get lockout(): number {
    return Duration.minutes(this.settings.get(AuthSettings.lockoutMinutes));
  }
}
