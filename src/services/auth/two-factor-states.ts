import type { AdminRole } from '../../entities/user/user.enums.js';
import type { Encryption } from '../../infrastructure/crypto/encryption.js';
import type { Database } from '../../infrastructure/database/database.js';

/** What an account has set up beside its password. */
export interface TwoFactorState {
  userId: string;
  role: AdminRole;
  enabled: boolean;
  /** TOTP secret in base32, in clear; pending while `enabled` is false. Never leaves the services. */
  secret: string | null;
  secretSetAt: Date | null;
  /** Newest TOTP time step that was used. */
  lastStep: number | null;
  smsEnabled: boolean;
}

const SELECT = `select id as "userId", role, two_factor_enabled as enabled, two_factor_secret as secret,
  two_factor_secret_set_at as "secretSetAt", two_factor_last_step as "lastStep", sms_two_factor_enabled as "smsEnabled"
  from user_account where id = $1`;

/** Second factors of accounts, with the TOTP secret decrypted. */
export class TwoFactorStates {
  constructor(
    private readonly database: Database,
    private readonly encryption: Encryption,
  ) {}

  find(userId: string): Promise<TwoFactorState | undefined> {
    return this.read(SELECT, userId);
  }

  /** The state as it is now and stays until the transaction at hand ends. */
  lock(userId: string): Promise<TwoFactorState | undefined> {
    return this.read(`${SELECT} for no key update`, userId);
  }

  /** Marks a TOTP time step as used. @returns false when it, or a newer one, was used before */
  async useStep(userId: string, step: number): Promise<boolean> {
    const changed = await this.database.execute(
      `update user_account set two_factor_last_step = $2
       where id = $1 and (two_factor_last_step is null or two_factor_last_step < $2)`,
      [userId, step],
    );
    return changed > 0;
  }

  private async read(sql: string, userId: string): Promise<TwoFactorState | undefined> {
    const [row] = await this.database.query<TwoFactorState>(sql, [userId]);
    return row && { ...row, secret: row.secret && this.encryption.decrypt(row.secret) };
  }
}
