import { Session } from '../../entities/auth/session.entity.js';
import { SessionEndReason } from '../../entities/auth/auth.enums.js';
import { addTime, Duration, type Clock } from '../../infrastructure/clock.js';
import { sha256 } from '../../infrastructure/crypto/hash.js';
import type { Database } from '../../infrastructure/database/database.js';
import type { DomainEvents } from '../../infrastructure/events/domain-events.js';
import { newId } from '../../infrastructure/ids.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import type { AccessTokens } from './access-tokens.js';
import type { Accounts } from './accounts.js';
import { AuthSettings } from './auth.settings.js';
import type { RefreshTokens } from './refresh-tokens.js';

/** The caller's device, as far as sessions remember it. */
export interface Device {
  ip: string;
  userAgent: string | null;
}

/** What a sign-in or a rotation hands out. */
export interface SessionTokens {
  accessToken: string;
  /** Lifetime of the access token in seconds. */
  expiresIn: number;
  refreshToken: string;
  /** Seconds the refresh cookie lives. */
  refreshMaxAge: number;
}

/** The family of a refresh token and whose it is. */
export interface SessionFamily {
  userId: string;
  familyId: string;
}

/** Live, unless it was rotated, revoked, or one of its limits has passed. The time is parameter `$1`. */
export const LIVE_SESSION = 'rotated_at is null and revoked_at is null and expires_at > $1 and family_expires_at > $1';

/**
 * Sign-ins. One sign-in is one family of rows: the first row gives the family its id, every rotation of the refresh token
 * adds a row, and at most one row of a family is live. Whoever ends sessions locks the account first, as a rotation does,
 * so that no successor escapes that was written at the same moment.
 */
export class Sessions {
  constructor(
    private readonly database: Database,
    private readonly accounts: Accounts,
    private readonly accessTokens: AccessTokens,
    private readonly refreshTokens: RefreshTokens,
    private readonly events: DomainEvents,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /**
   * Opens a session of a new family, inside the transaction of the sign-in. Ends the family of a refresh cookie that came
   * along (REPLACED) and the least recently used one beyond `auth.max_sessions_per_user` (LIMIT).
   *
   * @param methods the factors that were shown, such as `password`, `totp` or `oauth_google`
   */
  async open(userId: string, methods: string[], device: Device, replacedToken: string | null): Promise<SessionTokens> {
    if (replacedToken) await this.endByToken(replacedToken, SessionEndReason.REPLACED);
    const now = this.clock.now();
    // Also locks the account: parallel sign-ins take turns, so that together they keep the limit.
    await this.database.query('update user_account set last_login_at = $2, updated_at = $2 where id = $1', [
      userId,
      now,
    ]);
    const token = this.refreshTokens.create();
    const id = newId();
    const familyExpiresAt = addTime(now, Duration.days(this.settings.get(AuthSettings.sessionMaxDays)));
    const expiresAt = this.idleLimit(familyExpiresAt);
    await this.database.manager.insert(Session, {
      id,
      familyId: id,
      userId,
      refreshTokenHash: sha256(token),
      expiresAt,
      familyStartedAt: now,
      familyExpiresAt,
      methods,
      userAgent: device.userAgent,
      ip: device.ip,
      createdAt: now,
    });
    await this.endBeyondLimit(userId);
    return this.tokensFor({ userId, familyId: id }, now, token, expiresAt);
  }

  /** Access token, refresh token and their lifetimes for the live row of a family. */
  async tokensFor(
    { userId, familyId }: SessionFamily,
    signedInAt: Date,
    refreshToken: string,
    expiresAt: Date,
  ): Promise<SessionTokens> {
    const { token, expiresIn } = await this.accessTokens.issueForSession(userId, familyId, signedInAt);
    const refreshMaxAge = Math.floor((expiresAt.getTime() - this.clock.now().getTime()) / 1000);
    return { accessToken: token, expiresIn, refreshToken, refreshMaxAge };
  }

  /** End of the idle time of a row that is made now, never beyond the limit of its family. */
  idleLimit(familyExpiresAt: Date): Date {
    const idle = addTime(this.clock.now(), Duration.days(this.settings.get(AuthSettings.refreshTokenTtlDays)));
    return idle < familyExpiresAt ? idle : familyExpiresAt;
  }

  /** Ends all live sessions of a user, save the family `except`. @returns how many ended. */
  async endAll(userId: string, reason: SessionEndReason, except: string | null = null): Promise<number> {
    return this.database.transaction(async () => {
      await this.accounts.lock(userId);
      return this.revoke(userId, reason, '$4::uuid is null or family_id <> $4', except);
    });
  }

  /** Ends one family of a user. @returns false when it had no live row. */
  async end(userId: string, familyId: string, reason: SessionEndReason): Promise<boolean> {
    return this.database.transaction(async () => {
      await this.accounts.lock(userId);
      return (await this.revoke(userId, reason, 'family_id = $4', familyId)) > 0;
    });
  }

  /** Ends the family of a genuine token, live or rotated. @returns the family, null when none was ended. */
  async endByToken(token: string, reason: SessionEndReason): Promise<SessionFamily | null> {
    const family = await this.familyOfToken(token);
    return family && (await this.end(family.userId, family.familyId, reason)) ? family : null;
  }

  /** The family and user of a genuine refresh token, whatever its state; no query for a forged one. */
  async familyOfToken(token: string): Promise<SessionFamily | null> {
    if (!this.refreshTokens.isGenuine(token)) return null;
    const [row] = await this.database.query<SessionFamily>(
      'select user_id as "userId", family_id as "familyId" from session where refresh_token_hash = $1',
      [sha256(token)],
    );
    return row ?? null;
  }

  /** The family of the caller's refresh cookie when that token is live and the caller's, else the one of the access token. */
  async currentFamily(
    viewer: { userId: string; sessionId: string | null },
    refreshCookie: string | null,
  ): Promise<string | null> {
    if (refreshCookie && this.refreshTokens.isGenuine(refreshCookie)) {
      const [row] = await this.database.query<{ family_id: string }>(
        `select family_id from session where refresh_token_hash = $2 and user_id = $3 and ${LIVE_SESSION}`,
        [this.clock.now(), sha256(refreshCookie), viewer.userId],
      );
      if (row) return row.family_id;
    }
    return viewer.sessionId;
  }

  private async endBeyondLimit(userId: string): Promise<void> {
    const surplus = await this.database.query<{ family_id: string }>(
      `select family_id from session where user_id = $2 and ${LIVE_SESSION} order by created_at desc, id desc offset $3`,
      [this.clock.now(), userId, this.settings.get(AuthSettings.maxSessionsPerUser)],
    );
    for (const { family_id: familyId } of surplus)
      await this.revoke(userId, SessionEndReason.LIMIT, 'family_id = $4', familyId);
  }

  /** Revokes live rows; the account is locked. @param which a condition on the family, which is parameter `$4` */
  private async revoke(
    userId: string,
    reason: SessionEndReason,
    which: string,
    familyId: string | null,
  ): Promise<number> {
    const ended = await this.database.query<{ family_id: string }>(
      `update session set revoked_at = $1, revoked_reason = $3 where user_id = $2 and (${which}) and ${LIVE_SESSION} returning family_id`,
      [this.clock.now(), userId, reason, familyId],
    );
    for (const { family_id } of ended)
      await this.events.publish('session.ended', { userId, familyId: family_id, reason });
    return ended.length;
  }
}
