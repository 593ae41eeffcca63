import { User } from '../entities/user/user.entity.js';
import { UserSettings } from '../entities/user/user-settings.entity.js';
import { AdminRole } from '../entities/user/user.enums.js';
import type { Clock } from '../infrastructure/clock.js';
import type { Database } from '../infrastructure/database/database.js';
import { newId } from '../infrastructure/ids.js';
import { normalizeEmail } from '../services/auth/email-addresses.js';
import type { Passwords } from '../services/auth/passwords.js';
import { newReferralCode, type RegistrationService } from '../services/auth/registration.service.js';
import { DEMO_ACCOUNTS, DEMO_PASSWORD } from './demo-accounts.js';

/** Accounts that exist without a sign-up: the first staff account, and demo content on a laptop. */
export class AccountSeeder {
  constructor(
    private readonly database: Database,
    private readonly passwords: Passwords,
    private readonly registrations: RegistrationService,
    private readonly clock: Clock,
  ) {}

  /** Makes the first SUPER_ADMIN; nothing happens when there is one. @returns false then */
  async createFirstAdmin(email: string, password: string): Promise<boolean> {
    return this.exclusively(async () => {
      const admins = await this.database.query(`select 1 from user_account where role = 'SUPER_ADMIN'`);
      if (admins.length > 0) return false;
      await this.create({ email: normalizeEmail(email), displayName: 'Admin', role: AdminRole.SUPER_ADMIN }, await this.passwords.hash(password));
      return true;
    });
  }

  /** Makes the demo accounts in an empty database. @returns false when there are accounts already */
  async createDemoAccounts(): Promise<boolean> {
    return this.exclusively(async () => {
      const users = await this.database.query('select 1 from user_account limit 1');
      if (users.length > 0) return false;
      const passwordHash = await this.passwords.hash(DEMO_PASSWORD);
      for (const account of DEMO_ACCOUNTS) await this.create(account, passwordHash);
      return true;
    });
  }

  private async create(account: Partial<User> & { email: string }, passwordHash: string): Promise<void> {
    const id = newId();
    const now = this.clock.now();
    await this.database.manager.insert(User, {
      id,
      passwordHash,
      emailVerified: true,
      emailVerifiedAt: now,
      referralCode: newReferralCode(),
      locale: 'en',
      createdAt: now,
      updatedAt: now,
      ...account,
    });
    await this.database.manager.insert(UserSettings, { id: newId(), userId: id, locale: 'en', createdAt: now, updatedAt: now });
    await this.registrations.recordConsents(id, 'register', { ip: '127.0.0.1', userAgent: null, country: null, locale: 'en' });
  }

  /** Any number of instances may start at once. */
  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    return this.database.transaction(async () => {
      await this.database.query(`select pg_advisory_xact_lock(hashtext('account-seeder'))`);
      return work();
    });
  }
}
