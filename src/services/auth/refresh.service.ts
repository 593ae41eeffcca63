import { SessionEndReason } from '../../entities/auth/auth.enums.js';
import { Session } from '../../entities/auth/session.entity.js';
import { UserStatus } from '../../entities/user/user.enums.js';
import { addTime, Duration, type Clock } from '../../infrastructure/clock.js';
import { sha256 } from '../../infrastructure/crypto/hash.js';
import type { Database } from '../../infrastructure/database/database.js';
import { DomainError } from '../../infrastructure/errors.js';
import { newId } from '../../infrastructure/ids.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import type { Accounts } from './accounts.js';
import { RefreshErrors } from './auth.errors.js';
import { AuthSettings } from './auth.settings.js';
import type { RefreshTokens } from './refresh-tokens.js';
import type { Device, SessionTokens, Sessions } from './sessions.js';
import type { TokenReuseAlarm } from './token-reuse-alarm.js';

/** The row of a presented token, and the newest row of its family, its head: the only one that can be live. */
interface PresentedSession {
  id: string;
  familyId: string;
  userId: string;
  signedInAt: Date;
  familyExpiresAt: Date;
  methods: string[];
  userAgent: string | null;
  rotatedAt: Date | null;
  rotationSalt: Buffer | null;
  replacedById: string | null;
  /** One of the limits of the token or of the head has passed. */
  expired: boolean;
  headId: string;
  headExpiresAt: Date;
  headEndedBecause: SessionEndReason | null;
  headUserAgent: string | null;
  headIp: string | null;
}

const PRESENTED = `
select s.id, s.family_id as "familyId", s.user_id as "userId", s.family_started_at as "signedInAt",
       s.family_expires_at as "familyExpiresAt", s.methods, s.user_agent as "userAgent", s.rotated_at as "rotatedAt",
       s.rotation_salt as "rotationSalt", s.replaced_by_id as "replacedById",
       least(s.expires_at, s.family_expires_at, head.expires_at) <= $2 as expired,
       head.id as "headId", head.expires_at as "headExpiresAt", head.revoked_reason as "headEndedBecause",
       head.user_agent as "headUserAgent", host(head.ip) as "headIp"
from session s join session head on head.family_id = s.family_id and head.rotated_at is null
where s.refresh_token_hash = $1 for update of s`;

/**
 * Trades a refresh token for its successor and a new access token. Each token works once. A repeat within a short grace
 * gets the same successor again, as parallel tabs and lost answers need it; a later one is the mark of a stolen token.
 */
export class RefreshService {
  constructor(
    private readonly database: Database,
    private readonly accounts: Accounts,
    private readonly sessions: Sessions,
    private readonly refreshTokens: RefreshTokens,
    private readonly alarm: TokenReuseAlarm,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError one of {@link RefreshErrors} */
  async refresh(token: string | null, device: Device): Promise<SessionTokens> {
    const family = token === null ? null : await this.sessions.familyOfToken(token);
    if (token === null || family === null) throw new DomainError(RefreshErrors.invalidToken);
    return this.database.transaction(async () => {
      const account = await this.accounts.lock(family.userId);
      const [session] = await this.database.query<PresentedSession>(PRESENTED, [sha256(token), this.clock.now()]);
      if (!account || !session) throw new DomainError(RefreshErrors.invalidToken);
      refuseEnded(session);
      await this.refuseReuse(session, device);
      await this.refuseUnlessActive(account.status, session);
      return session.rotatedAt === null ? this.rotate(session, token, device) : this.repeat(session, token);
    });
  }

  private async refuseReuse(session: PresentedSession, device: Device): Promise<void> {
    if (session.rotatedAt === null) return;
    const graceEnd = addTime(session.rotatedAt, Duration.seconds(this.settings.get(AuthSettings.refreshGraceSeconds)));
    if (graceEnd < this.clock.now() || session.userAgent !== device.userAgent) {
      await this.alarm.raise(session, device, { ip: session.headIp, userAgent: session.headUserAgent });
      throw new DomainError(RefreshErrors.tokenReuse, undefined, { commits: true });
    }
    if (session.replacedById !== session.headId) throw new DomainError(RefreshErrors.superseded);
  }

  private async refuseUnlessActive(status: UserStatus, { userId, familyId }: PresentedSession): Promise<void> {
    if (status === UserStatus.ACTIVE) return;
    if (status !== UserStatus.SUSPENDED && status !== UserStatus.BANNED)
      throw new DomainError(RefreshErrors.invalidToken);
    await this.sessions.end(userId, familyId, SessionEndReason.ACCOUNT_SUSPENDED);
    throw new DomainError(RefreshErrors.accountSuspended, undefined, { commits: true });
  }

  private async rotate(session: PresentedSession, token: string, device: Device): Promise<SessionTokens> {
    const now = this.clock.now();
    const salt = this.refreshTokens.newRotationSalt();
    const successor = this.refreshTokens.successorOf(token, salt);
    const id = newId();
    const expiresAt = this.sessions.idleLimit(session.familyExpiresAt);
    // Rotated first: a family has one live row at most. The successor is named once it is there.
    await this.database.query('update session set rotated_at = $2, rotation_salt = $3 where id = $1', [
      session.id,
      now,
      salt,
    ]);
    await this.database.manager.insert(Session, {
      id,
      familyId: session.familyId,
      userId: session.userId,
      refreshTokenHash: sha256(successor),
      expiresAt,
      familyStartedAt: session.signedInAt,
      familyExpiresAt: session.familyExpiresAt,
      methods: session.methods,
      userAgent: device.userAgent,
      ip: device.ip,
      createdAt: now,
    });
    await this.database.query('update session set replaced_by_id = $2 where id = $1', [session.id, id]);
    return this.sessions.tokensFor(session, session.signedInAt, successor, expiresAt);
  }

  /** The same successor once more; nothing is written. */
  private repeat(session: PresentedSession, token: string): Promise<SessionTokens> {
    const successor = this.refreshTokens.successorOf(token, session.rotationSalt!);
    return this.sessions.tokensFor(session, session.signedInAt, successor, session.headExpiresAt);
  }
}

/** A token of a session that was ended or ran out is just invalid, rotated or not: the session has nothing left to lose. */
function refuseEnded({ headEndedBecause, expired }: PresentedSession): void {
  if (headEndedBecause === SessionEndReason.ACCOUNT_SUSPENDED) throw new DomainError(RefreshErrors.accountSuspended);
  if (headEndedBecause !== null || expired) throw new DomainError(RefreshErrors.invalidToken);
}
