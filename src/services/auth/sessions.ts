import { randomBytes } from 'node:crypto';
import { Session } from '../../entities/auth/session.entity.js';
import { SessionEndReason } from '../../entities/auth/auth.enums.js';
import { addTime, Duration, type Clock } from '../../infrastructure/clock.js';
import { sha256 } from '../../infrastructure/crypto/hash.js';
import type { Database } from '../../infrastructure/database/database.js';
import type { DomainEvents } from '../../infrastructure/events/domain-events.js';
import { newId } from '../../infrastructure/ids.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import type { AccessTokens } from './access-tokens.js';
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

/** Live, unless it was rotated, revoked, or one of its limits has passed. The time is parameter `$1`. */
export const LIVE_SESSION = 'rotated_at is null and revoked_at is null and expires_at > $1 and family_expires_at > $1';

/**
 * Sign-ins. One sign-in is one family of rows: the first row gives the family its id, every rotation of the refresh token
 * adds a row, and at most one row of a family is live.
 */
export class Sessions {
  constructor(
    private readonly database: Database,
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
    await this.database.query('update user_account set last_login_at = $2, updated_at = $2 where id = $1', [userId, now]);
    return this.tokensFor(userId, id, now, token, expiresAt);
  }

  /** Access token, refresh token and their lifetimes for the live row of a family. */
  async tokensFor(userId: string, familyId: string, signedInAt: Date, refreshToken: string, expiresAt: Date): Promise<SessionTokens> {
    const { token, expiresIn } = await this.accessTokens.issueForSession(userId, familyId, signedInAt);
    const refreshMaxAge = Math.floor((expiresAt.getTime() - this.clock.now().getTime()) / 1000);
    return { accessToken: token, expiresIn, refreshToken, refreshMaxAge };
  }

  /** End of the idle time of a row that is made now, never beyond the limit of its family. */
  idleLimit(familyExpiresAt: Date): Date {
    const idle = addTime(this.clock.now(), Duration.days(this.settings.get(AuthSettings.refreshTokenTtlDays)));
    return idle < familyExpiresAt ? idle : familyExpiresAt;
  }

  newRotationSalt(): Buffer {
    return randomBytes(16);
  }

  /** Ends all live sessions of a user, save the family `except`. @returns how many ended. */
  async endAll(userId: string, reason: SessionEndReason, except: string | null = null): Promise<number> {
    const families = await this.database.query<{ family_id: string }>(
      `update session set revoked_at = $1, revoked_reason = $3
       where user_id = $2 and rotated_at is null and revoked_at is null and ($4::uuid is null or family_id <> $4)
       returning family_id`,
      [this.clock.now(), userId, reason, except],
    );
    for (const { family_id: familyId } of families) await this.events.publish('session.ended', { userId, familyId, reason });
    return families.length;
  }

  /** Ends one family of a user. @returns false when it had no live row. */
  async end(userId: string, familyId: string, reason: SessionEndReason): Promise<boolean> {
    const ended = await this.database.query(
      `update session set revoked_at = $1, revoked_reason = $4
       where user_id = $2 and family_id = $3 and rotated_at is null and revoked_at is null and expires_at > $1 and family_expires_at > $1
       returning id`,
      [this.clock.now(), userId, familyId, reason],
    );
    if (ended.length > 0) await this.events.publish('session.ended', { userId, familyId, reason });
    return ended.length > 0;
  }

  /** Ends the family of a genuine token, live or rotated. @returns the user whose session ended. */
  async endByToken(token: string, reason: SessionEndReason): Promise<{ userId: string; familyId: string } | null> {
    const owner = await this.familyOfToken(token);
    if (!owner || !(await this.end(owner.userId, owner.familyId, reason))) return null;
    return owner;
  }

  /** The family and user of a genuine refresh token, whatever its state; no query for a forged one. */
  async familyOfToken(token: string): Promise<{ userId: string; familyId: string } | null> {
    if (!this.refreshTokens.isGenuine(token)) return null;
    const [row] = await this.database.query<{ userId: string; familyId: string }>(
      'select user_id as "userId", family_id as "familyId" from session where refresh_token_hash = $1',
      [sha256(token)],
    );
    return row ?? null;
  }

  /** The family of the caller's refresh cookie when that token is live and the caller's, else the one of the access token. */
  async currentFamily(viewer: { userId: string; sessionId: string | null }, refreshCookie: string | null): Promise<string | null> {
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
    for (const { family_id: familyId } of surplus) await this.end(userId, familyId, SessionEndReason.LIMIT);
  }
}
