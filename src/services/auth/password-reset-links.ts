import { PasswordReset } from '../../entities/auth/password-reset.entity.js';
import { addTime, Duration, type Clock } from '../../infrastructure/clock.js';
import { randomToken, sha256 } from '../../infrastructure/crypto/hash.js';
import type { Database } from '../../infrastructure/database/database.js';
import { newId } from '../../infrastructure/ids.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import type { Mails } from '../mail/mails.js';
import type { WebLinks } from '../web-links.js';
import { AuthSettings } from './auth.settings.js';

/** A link that was just used up. */
export interface ConsumedResetLink {
  id: string;
  /** Former address that it brings back, null for a link that sets the password alone. */
  restoreEmail: string | null;
  createdAt: Date;
}

/** Condition on a row `password_reset`: the link with the hash `$1` can be used at the time `$2`. */
const OPEN = 'token_hash = $1 and used_at is null and invalidated_at is null and expires_at > $2';

/** Mailed links that set a password, and those that also bring a former address back. */
export class PasswordResetLinks {
  constructor(
    private readonly database: Database,
    private readonly mails: Mails,
    private readonly links: WebLinks,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /**
   * Replaces earlier links of the user by a new one and mails it, in the transaction at hand.
   *
   * @param linkId id of the link; that of the request it answers, where there is one
   */
  async send(user: { id: string; email: string; locale: string | null }, linkId = newId()): Promise<void> {
    await this.invalidate(user.id);
    const expiresInMinutes = this.settings.get(AuthSettings.passwordResetTtlMinutes);
    const token = await this.create(linkId, user.id, null, Duration.minutes(expiresInMinutes));
    await this.mails.send(
      'password_reset',
      { to: user.email, locale: user.locale },
      { resetUrl: this.links.resetPassword(token), expiresInMinutes },
    );
  }

  /** A link that sets a password and gives the account its former address back. @returns the token */
  createRestoreLink(userId: string, restoreEmail: string, validHours: number): Promise<string> {
    return this.create(newId(), userId, restoreEmail, Duration.hours(validHours));
  }

  /** Makes open links invalid; those that restore a former address end by use or expiry alone. */
  async invalidate(userId: string): Promise<void> {
    await this.database.query(
      'update password_reset set invalidated_at = $2 where user_id = $1 and restore_email is null and used_at is null and invalidated_at is null',
      [userId, this.clock.now()],
    );
  }

  /** The user of a link that can be used now. */
  async ownerOf(token: string): Promise<string | null> {
    const [link] = await this.database.query<{ userId: string }>(
      `select user_id as "userId" from password_reset where ${OPEN}`,
      [sha256(token), this.clock.now()],
    );
    return link?.userId ?? null;
  }

  /** Uses a link up, in the transaction that acts on it. @returns null when it cannot be used, or another call was faster */
  async consume(token: string): Promise<ConsumedResetLink | null> {
    const [link] = await this.database.query<ConsumedResetLink>(
      `update password_reset set used_at = $2 where ${OPEN} returning id, restore_email as "restoreEmail", created_at as "createdAt"`,
      [sha256(token), this.clock.now()],
    );
    return link ?? null;
  }

  /** Those to older addresses stay: the youngest addresses may be a thief's. */
  async invalidateYoungerRestoreLinks(userId: string, { id, createdAt }: ConsumedResetLink): Promise<void> {
    await this.database.query(
      `update password_reset set invalidated_at = $2 where user_id = $1 and restore_email is not null
       and used_at is null and invalidated_at is null and (created_at, id) > ($3, $4::uuid)`,
      [userId, this.clock.now(), createdAt, id],
    );
  }

  private async create(id: string, userId: string, restoreEmail: string | null, lifetime: number): Promise<string> {
    const token = randomToken();
    const now = this.clock.now();
    await this.database.manager.insert(PasswordReset, {
      id,
      userId,
      tokenHash: sha256(token),
      restoreEmail,
      expiresAt: addTime(now, lifetime),
      createdAt: now,
    });
    return token;
  }
}
