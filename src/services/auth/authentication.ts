import type { AdminRole, UserStatus } from '../../entities/user/user.enums.js';
import { addTime, Duration, type Clock } from '../../infrastructure/clock.js';
import type { Database } from '../../infrastructure/database/database.js';
import { DomainError, GenericErrors } from '../../infrastructure/errors.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import { StepUpErrors } from './auth.errors.js';
import { AuthSettings } from './auth.settings.js';
import type { AccessClaims, AccessTokens } from './access-tokens.js';
import type { AccountStates, AccountState } from './account-states.js';
import { LIVE_SESSION } from './sessions.js';

/** Who calls: the claims of the token and the account behind it as it is now. */
export interface Viewer {
  userId: string;
  /** Session family of the access token; null for an appeal token. */
  sessionId: string | null;
  /** Time of the sign-in. */
  authenticatedAt: Date;
  tokenExpiresAt: Date;
  role: AdminRole;
  status: UserStatus;
  twoFactorEnabled: boolean;
  /** Language setting of the account. */
  locale: string | null;
}

const ACTIVITY_MINUTES = 5;

/** Decides what a bearer is worth. */
export class Authentication {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly accounts: AccountStates,
    private readonly database: Database,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError `error.unauthorized` unless the token is good, of scope user, and its account ACTIVE. */
  async authenticate(bearer: string): Promise<Viewer> {
    const claims = await this.tokens.verify(bearer);
    if (claims?.scope !== 'user') throw new DomainError(GenericErrors.unauthorized);
    const account = await this.accounts.get(claims.userId);
    if (account?.status !== 'ACTIVE') throw new DomainError(GenericErrors.unauthorized);
    await this.noteActivity(claims.userId, account);
    return viewer(claims, account);
  }

  /**
   * The one way in for suspended and banned accounts: an appeal token, or an access token from before the suspension.
   *
   * @throws DomainError `error.unauthorized` for any other token, and for DEACTIVATED and DELETED accounts.
   */
  async authenticateForAppeal(bearer: string): Promise<Viewer> {
    const claims = await this.tokens.verify(bearer);
    const account = claims && (await this.accounts.get(claims.userId));
    if (!claims || !account || account.status === 'DEACTIVATED' || account.status === 'DELETED') {
      throw new DomainError(GenericErrors.unauthorized);
    }
    return viewer(claims, account);
  }

  /** The user a token was made for, whatever the state of the account; null unless the token is good and of scope user. */
  async subjectOf(bearer: string): Promise<string | null> {
    const claims = await this.tokens.verify(bearer);
    return claims?.scope === 'user' ? claims.userId : null;
  }

  /** @throws DomainError `error.unauthorized` when the session family of the token has ended. */
  async requireLiveSession({ sessionId, userId }: Pick<Viewer, 'sessionId' | 'userId'>): Promise<void> {
    const live = await this.database.query(
      `select 1 from session where family_id = $2 and user_id = $3 and ${LIVE_SESSION}`,
      [this.clock.now(), sessionId, userId],
    );
    if (live.length === 0) throw new DomainError(GenericErrors.unauthorized);
  }

  /** @throws DomainError `auth.step_up_required` when the sign-in is too old. */
  requireRecentSignIn({ authenticatedAt }: Pick<Viewer, 'authenticatedAt'>): void {
    const maxAge = Duration.minutes(this.settings.get(AuthSettings.stepUpMaxAgeMinutes));
    if (addTime(authenticatedAt, maxAge) < this.clock.now()) throw new DomainError(StepUpErrors.required);
  }

  private async noteActivity(userId: string, account: AccountState): Promise<void> {
    const now = this.clock.now();
    const due = addTime(now, -Duration.minutes(ACTIVITY_MINUTES));
    if (account.lastActiveAt && account.lastActiveAt > due) return;
    account.lastActiveAt = now;
    await this.database.query(
      'update user_account set last_active_at = $2 where id = $1 and (last_active_at is null or last_active_at <= $3)',
      [userId, now, due],
    );
  }
}

function viewer(claims: AccessClaims, account: AccountState): Viewer {
  return {
    userId: claims.userId,
    sessionId: claims.sessionId,
    authenticatedAt: claims.authenticatedAt,
    tokenExpiresAt: claims.expiresAt,
    role: account.role,
    status: account.status,
    twoFactorEnabled: account.twoFactorEnabled,
    locale: account.locale,
  };
}
