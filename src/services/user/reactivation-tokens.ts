import { ReactivationToken } from '../../entities/user/reactivation-token.entity.js';
import { ReactivationTokenSource } from '../../entities/user/user.enums.js';
import { addTime, Duration, type Clock } from '../../infrastructure/clock.js';
import { randomToken, sha256 } from '../../infrastructure/crypto/hash.js';
import type { Database } from '../../infrastructure/database/database.js';
import { newId } from '../../infrastructure/ids.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import { UserSettingsKeys } from './user.settings.js';

const LOGIN_TTL_SECONDS = 1800;

/** A token as it is handed out. */
export interface IssuedReactivationToken {
  token: string;
  /** Seconds. */
  expiresIn: number;
  expiresAt: Date;
}

/** Tokens that bring a paused account back. They open no session, so a leaked link gains nothing. */
export class ReactivationTokens {
  constructor(
    private readonly database: Database,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /**
   * Writes a token, in the transaction at hand.
   *
   * @param options.id that of the request it answers, where there is one
   * @param options.expiresAt default: 30 minutes for LOGIN; for EMAIL the date of a scheduled deletion, else
   *   `user.reactivate_token_ttl_days`
   */
  async issue(userId: string, source: ReactivationTokenSource, options: { id?: string; expiresAt?: Date } = {}): Promise<IssuedReactivationToken> {
    const now = this.clock.now();
    const end = options.expiresAt ?? (await this.defaultEnd(userId, source));
    const token = randomToken();
    await this.database.manager.insert(ReactivationToken, {
      id: options.id ?? newId(),
      userId,
      tokenHash: sha256(token),
      source,
      expiresAt: end,
      createdAt: now,
    });
    return { token, expiresIn: Math.round((end.getTime() - now.getTime()) / 1000), expiresAt: end };
  }

  /** Due time of a deletion that waits, null when there is none. */
  async deletionDateOf(userId: string): Promise<Date | null> {
    const [row] = await this.database.query<{ scheduled_at: Date }>(
      `select scheduled_at from gdpr_request where user_id = $1 and type = 'DELETION' and status = 'PENDING'`,
      [userId],
    );
    return row?.scheduled_at ?? null;
  }

  async invalidateAll(userId: string): Promise<void> {
    await this.database.query(
      'update reactivation_token set invalidated_at = $2 where user_id = $1 and used_at is null and invalidated_at is null',
      [userId, this.clock.now()],
    );
  }

  private async defaultEnd(userId: string, source: ReactivationTokenSource): Promise<Date> {
    const now = this.clock.now();
    if (source === ReactivationTokenSource.LOGIN) return addTime(now, Duration.seconds(LOGIN_TTL_SECONDS));
    return (await this.deletionDateOf(userId)) ?? addTime(now, Duration.days(this.settings.get(UserSettingsKeys.reactivateTokenTtlDays)));
  }
}
