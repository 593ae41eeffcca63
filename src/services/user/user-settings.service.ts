import type { DigestMode } from '../../entities/user/user.enums.js';
import type { Clock } from '../../infrastructure/clock.js';
import type { Database } from '../../infrastructure/database/database.js';
import { DomainError, GenericErrors } from '../../infrastructure/errors.js';
import { newId } from '../../infrastructure/ids.js';

/** The preferences of an account. */
export interface Preferences {
  id: string;
  userId: string;
  locale: string | null;
  theme: string | null;
  emailNotifications: boolean;
  pushNotifications: boolean;
  inAppNotifications: boolean;
  digestMode: DigestMode | null;
  createdAt: Date;
  updatedAt: Date;
}

/** Preferences to change: a missing one stays, null clears. */
export type PreferenceChanges = Partial<Omit<Preferences, 'id' | 'userId' | 'createdAt' | 'updatedAt'>>;

/** Column of each preference. */
const COLUMNS = {
  locale: 'locale',
  theme: 'theme',
  emailNotifications: 'email_notifications',
  pushNotifications: 'push_notifications',
  inAppNotifications: 'in_app_notifications',
  digestMode: 'digest_mode',
} as const satisfies Record<keyof PreferenceChanges, string>;

const PREFERENCES =
  'id, user_id as "userId", locale, theme, email_notifications as "emailNotifications", push_notifications as "pushNotifications", ' +
  'in_app_notifications as "inAppNotifications", digest_mode as "digestMode", created_at as "createdAt", updated_at as "updatedAt"';

/** Preferences of accounts. A row that is missing is made with the defaults by whoever looks first. */
export class UserSettingsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError `error.unauthorized` when the account is gone */
  async settingsOf(userId: string): Promise<Preferences> {
    const [found] = await this.settingsOfAll([userId]);
    if (!found) throw new DomainError(GenericErrors.unauthorized);
    return found;
  }

  /** The preferences of each user, null for one who does not exist. */
  readonly settingsOfAll = async (userIds: readonly string[]): Promise<Array<Preferences | null>> => {
    const found = await this.read(userIds);
    const missing = userIds.filter((id) => !found.has(id));
    if (missing.length > 0) {
      await this.createDefaults(missing);
      for (const [id, settings] of await this.read(missing)) found.set(id, settings);
    }
    return userIds.map((id) => found.get(id) ?? null);
  };

  /**
   * Writes the preferences that are present, each by itself, so that parallel changes of different ones all hold.
   *
   * @throws DomainError `error.unauthorized` when the account is gone
   */
  async update(userId: string, changes: PreferenceChanges): Promise<Preferences> {
    const names = (Object.keys(COLUMNS) as Array<keyof PreferenceChanges>).filter((name) => changes[name] !== undefined);
    if (names.length === 0) return this.settingsOf(userId);
    return this.database.transaction(async () => {
      await this.createDefaults([userId]);
      const assignments = names.map((name, index) => `${COLUMNS[name]} = $${index + 3}`);
      const [settings] = await this.database.query<Preferences>(
        `update user_settings set ${assignments.join(', ')}, updated_at = $2 where user_id = $1 returning ${PREFERENCES}`,
        [userId, this.clock.now(), ...names.map((name) => changes[name])],
      );
      if (!settings) throw new DomainError(GenericErrors.unauthorized);
      if (changes.locale !== undefined) {
        await this.database.query('update user_account set locale = $2, updated_at = $3 where id = $1', [userId, changes.locale, this.clock.now()]);
      }
      return settings;
    });
  }

  private async read(userIds: readonly string[]): Promise<Map<string, Preferences>> {
    const rows = await this.database.prepared<Preferences>(
      'user-settings',
      `select ${PREFERENCES} from user_settings where user_id = any($1::uuid[])`,
      [userIds],
    );
    return new Map(rows.map((row) => [row.userId, row]));
  }

  private async createDefaults(userIds: readonly string[]): Promise<void> {
    await this.database.query(
      `insert into user_settings (id, user_id, created_at, updated_at)
       select fresh.id, fresh.user_id, $3, $3 from unnest($1::uuid[], $2::uuid[]) as fresh (id, user_id)
       join user_account u on u.id = fresh.user_id
       on conflict (user_id) do nothing`,
      [userIds.map(() => newId()), userIds, this.clock.now()],
    );
  }
}
