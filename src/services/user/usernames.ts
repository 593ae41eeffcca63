import type { Database } from '../../infrastructure/database/database.js';
import type { Clock } from '../../infrastructure/clock.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import { UserSettingsKeys } from './user.settings.js';

/** Why a name cannot be claimed. */
export type UsernameObstacle = 'length' | 'format' | 'reserved' | 'taken';

const PATTERN = /^[a-z0-9._-]+$/;
const FILE_LIKE = /\.(txt|xml|ico|json|php|html|js|css|png)$/;

/** One rule for usernames everywhere: sign-up, change, creator upgrade and staff. */
export class Usernames {
  constructor(
    private readonly database: Database,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  normalize(username: string): string {
    return username.trim().toLowerCase();
  }

  get bounds(): { minLen: number; maxLen: number } {
    return {
      minLen: this.settings.get(UserSettingsKeys.usernameMinLength),
      maxLen: this.settings.get(UserSettingsKeys.usernameMaxLength),
    };
  }

  /** Checks the form of a normalised name. */
  formObstacle(username: string): 'length' | 'format' | null {
    const { minLen, maxLen } = this.bounds;
    if (username.length < minLen || username.length > maxLen) return 'length';
    return PATTERN.test(username) ? null : 'format';
  }

  /**
   * Checks a well-formed name against reserved names, users and holds.
   *
   * @param claimant may take back a name that is on hold for them
   */
  async claimObstacle(username: string, claimant: string | null): Promise<'reserved' | 'taken' | null> {
    if (!/[a-z0-9]/.test(username) || FILE_LIKE.test(username)) return 'reserved';
    const [found] = await this.database.query<{ reserved: boolean; taken: boolean }>(
      `select exists (select 1 from reserved_username where username = $1) as reserved,
              exists (select 1 from user_account where username = $1 and ($2::uuid is null or id <> $2))
              or exists (select 1 from username_hold where username = $1 and expires_at > $3 and (user_id is null or user_id is distinct from $2)) as taken`,
      [username, claimant, this.clock.now()],
    );
    if (found?.reserved) return 'reserved';
    return found?.taken ? 'taken' : null;
  }

  /** True when anybody could claim the name now; a malformed one is just not available. */
  async isAvailable(username: string): Promise<boolean> {
    const name = this.normalize(username);
    return this.formObstacle(name) === null && (await this.claimObstacle(name, null)) === null;
  }
}
