import type { AdminRole, UserStatus } from '../../entities/user/user.enums.js';
import { addTime, Duration, type Clock } from '../../infrastructure/clock.js';
import type { Database } from '../../infrastructure/database/database.js';
import type { DomainEvents } from '../../infrastructure/events/domain-events.js';

/** What every bearer call looks at. */
export interface AccountState {
  status: UserStatus;
  role: AdminRole;
  twoFactorEnabled: boolean;
  lastActiveAt: Date | null;
  locale: string | null;
}

const TTL = Duration.seconds(5);
const MAX_ENTRIES = 50_000;

/** Status and role of accounts, cached for at most five seconds and dropped on every instance when they change. */
export class AccountStates {
  private readonly cache = new Map<string, { state: AccountState | null; until: Date }>();

  constructor(
    private readonly database: Database,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  async start(): Promise<void> {
    const drop = ({ userId }: { userId: string }) => void this.cache.delete(userId);
    await this.events.on('user.status_changed', drop);
    await this.events.on('user.access_changed', drop);
  }

  /** @returns null when the account does not exist. */
  async get(userId: string): Promise<AccountState | null> {
    const cached = this.cache.get(userId);
    if (cached && cached.until > this.clock.now()) return cached.state;
    const [state = null] = await this.database.query<AccountState>(
      `select u.status, u.role, u.two_factor_enabled as "twoFactorEnabled", u.last_active_at as "lastActiveAt", s.locale
       from user_account u left join user_settings s on s.user_id = u.id where u.id = $1`,
      [userId],
    );
    if (this.cache.size >= MAX_ENTRIES) this.cache.delete(this.cache.keys().next().value!);
    this.cache.set(userId, { state, until: addTime(this.clock.now(), TTL) });
    return state;
  }
}
