import type { UserStatus } from '../../entities/user/user.enums.js';
import type { Database } from '../../infrastructure/database/database.js';
import { DomainError, GenericErrors } from '../../infrastructure/errors.js';

/** The short identity of an account. */
export interface Identity {
  id: string;
  email: string;
  username: string | null;
  displayName: string | null;
  avatarUrl: string | null;
  status: UserStatus;
  emailVerified: boolean;
  twoFactorEnabled: boolean;
}

/** Tells a signed-in user who they are. */
export class IdentityService {
  constructor(private readonly database: Database) {}

  /** @throws DomainError `error.unauthorized` when the account is gone. */
  async identityOf(userId: string): Promise<Identity> {
    const [identity] = await this.database.prepared<Identity>(
      'identity',
      `select id, email, username, display_name as "displayName", avatar_url as "avatarUrl", status,
              email_verified as "emailVerified", two_factor_enabled as "twoFactorEnabled"
       from user_account where id = $1`,
      [userId],
    );
    if (!identity) throw new DomainError(GenericErrors.unauthorized);
    return identity;
  }
}
