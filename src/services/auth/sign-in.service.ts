import { ReactivationTokenSource, UserStatus } from '../../entities/user/user.enums.js';
import { addTime, Duration, type Clock } from '../../infrastructure/clock.js';
import type { Database } from '../../infrastructure/database/database.js';
import { describeDevice, deviceKey } from '../../infrastructure/device.js';
import { DomainError, type ErrorDefinition, type ErrorDetails } from '../../infrastructure/errors.js';
import type { ReactivationTokens } from '../user/reactivation-tokens.js';
import type { Mails } from '../mail/mails.js';
import type { WebLinks } from '../web-links.js';
import { LoginErrors } from './auth.errors.js';
import type { AccessTokens } from './access-tokens.js';
import type { Accounts } from './accounts.js';
import type { Sessions, SessionTokens } from './sessions.js';
import type { SignInChallenges } from './sign-in-challenges.js';

/** The caller of a sign-in. */
export interface SignInClient {
  ip: string;
  userAgent: string | null;
  country: string | null;
  /** A refresh cookie that came along; its session ends when the sign-in succeeds. */
  refreshCookie: string | null;
}

/** An account whose first factor was right. */
export interface SignInAccount {
  id: string;
  status: UserStatus;
  twoFactorEnabled: boolean;
}

/** Either a session, or a temp token for the second factor. */
export type SignInOutcome = { tokens: SessionTokens; tempToken: null } | { tokens: null; tempToken: string };

const KNOWN_DEVICE_DAYS = 90;

/** The last steps of every sign-in, whatever its factors: account status, session, notice about a new device. */
export class SignInService {
  constructor(
    private readonly database: Database,
    private readonly accounts: Accounts,
    private readonly sessions: Sessions,
    private readonly challenges: SignInChallenges,
    private readonly accessTokens: AccessTokens,
    private readonly reactivationTokens: ReactivationTokens,
    private readonly mails: Mails,
    private readonly links: WebLinks,
    private readonly clock: Clock,
  ) {}

  /** After the first factor: asks for the second where there is one, and says nothing about the account before it. */
  async afterFirstFactor(account: SignInAccount, method: string, client: SignInClient): Promise<SignInOutcome> {
    if (account.twoFactorEnabled)
      return { tokens: null, tempToken: await this.challenges.open(account.id, method, client.ip) };
    return { tokens: await this.openSession(account.id, [method], client), tempToken: null };
  }

  /**
   * Refuses an account that is not ACTIVE. The transaction at hand commits nevertheless: the token that is handed out, a
   * counter that was set back and a challenge that was used up stay.
   *
   * @throws DomainError `auth.login.account_suspended` with an appeal token, `auth.login.account_deactivated` with a
   *   reactivation token, or `auth.login.invalid_credentials` for an account that is erased
   */
  async refuseUnlessActive({ id, status }: Pick<SignInAccount, 'id' | 'status'>): Promise<void> {
    switch (status) {
      case UserStatus.ACTIVE:
        return;
      case UserStatus.SUSPENDED:
      case UserStatus.BANNED: {
        const { token, expiresIn } = await this.accessTokens.issueForAppeal(id);
        throw refusal(LoginErrors.accountSuspended, { appealToken: token, expiresIn });
      }
      case UserStatus.DEACTIVATED: {
        const { token, expiresIn } = await this.reactivationTokens.issue(id, ReactivationTokenSource.LOGIN);
        const deletionDate = await this.reactivationTokens.deletionDateOf(id);
        throw refusal(LoginErrors.accountDeactivated, {
          reactivateToken: token,
          expiresIn,
          ...(deletionDate && { deletionDate: deletionDate.toISOString() }),
        });
      }
      case UserStatus.DELETED:
        throw refusal(LoginErrors.invalidCredentials);
    }
  }

  /**
   * Opens a session of a new family and tells the owner about a device that had none in the last 90 days. The status is
   * looked at under the lock of the account, so that a suspension cannot slip in between.
   *
   * @throws DomainError like {@link refuseUnlessActive}
   */
  openSession(userId: string, methods: string[], client: SignInClient): Promise<SessionTokens> {
    return this.database.transaction(async () => {
      const account = await this.accounts.lock(userId);
      await this.refuseUnlessActive(account ?? { id: userId, status: UserStatus.DELETED });
      const known = await this.isKnownDevice(userId, client);
      const tokens = await this.sessions.open(userId, methods, client, client.refreshCookie);
      if (!known) {
        await this.mails.send(
          'security_new_login',
          { userId },
          {
            happenedAt: this.clock.now().toISOString(),
            device: describeDevice(client.userAgent),
            country: client.country,
            securityUrl: this.links.security,
          },
        );
      }
      return tokens;
    });
  }

  private async isKnownDevice(userId: string, client: SignInClient): Promise<boolean> {
    const devices = await this.database.query<{ user_agent: string | null; ip: string | null }>(
      'select distinct user_agent, host(ip) as ip from session where user_id = $1 and created_at > $2 limit 500',
      [userId, addTime(this.clock.now(), -Duration.days(KNOWN_DEVICE_DAYS))],
    );
    const present = deviceKey(client.userAgent, client.ip);
    return devices.some(({ user_agent, ip }) => deviceKey(user_agent, ip) === present);
  }
}

const refusal = (definition: ErrorDefinition, details?: ErrorDetails): DomainError =>
  new DomainError(definition, details, { commits: true });
