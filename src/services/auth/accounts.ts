import type { AdminRole, UserStatus } from '../../entities/user/user.enums.js';
import type { Database } from '../../infrastructure/database/database.js';

/** An account as sign-in and recovery see it. */
export interface Account {
  id: string;
  /** Null only when the account is erased. */
  email: string | null;
  emailVerified: boolean;
  /** Several people signed up with the address before it was verified. */
  signupContested: boolean;
  status: UserStatus;
  role: AdminRole;
  passwordHash: string | null;
  twoFactorEnabled: boolean;
  locale: string | null;
}

const COLUMNS = `u.id, u.email, u.email_verified as "emailVerified", u.signup_contested as "signupContested", u.status, u.role,
  u.password_hash as "passwordHash", u.two_factor_enabled as "twoFactorEnabled", s.locale`;
const TABLES = 'user_account u left join user_settings s on s.user_id = u.id';

/**
 * Accounts, read and locked. Whatever changes the status, the credentials, the address or the sessions of an account locks
 * it first: then no session is opened or rotated beside a change that ends all of them, and flows never wait for each
 * other in a circle.
 */
export class Accounts {
  constructor(private readonly database: Database) {}

  async find(userId: string): Promise<Account | undefined> {
    return (await this.database.query<Account>(`select ${COLUMNS} from ${TABLES} where u.id = $1`, [userId]))[0];
  }

  async findByEmail(email: string): Promise<Account | undefined> {
    return (await this.database.query<Account>(`select ${COLUMNS} from ${TABLES} where u.email = $1`, [email]))[0];
  }

  /** The account as it is now and stays until the transaction at hand ends. */
  async lock(userId: string): Promise<Account | undefined> {
    return (
      await this.database.query<Account>(`select ${COLUMNS} from ${TABLES} where u.id = $1 for no key update of u`, [
        userId,
      ])
    )[0];
  }

  /** Like {@link lock}, by the present address. */
  async lockByEmail(email: string): Promise<Account | undefined> {
    return (
      await this.database.query<Account>(`select ${COLUMNS} from ${TABLES} where u.email = $1 for no key update of u`, [
        email,
      ])
    )[0];
  }
}
