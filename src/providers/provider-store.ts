import { ProviderSetting } from '../entities/admin/provider-setting.entity.js';
import { ProviderHealth, type ProviderFamily } from '../entities/admin/provider.enums.js';
import { Duration, type Clock } from '../infrastructure/clock.js';
import type { Encryption } from '../infrastructure/crypto/encryption.js';
import type { Database } from '../infrastructure/database/database.js';
import { newId } from '../infrastructure/ids.js';

/** Rank of a provider that was never given one. */
export const DEFAULT_PRIORITY = 50;

/** Bounds how long a lost change message can matter. */
const CACHE_LIFE = Duration.minutes(1);

/**
 * The stored set-up of providers as the sending side reads it: held in memory until {@link drop}. Always outside the
 * transaction at hand, since the rows are shared with others and a failed send must not undo the note about it.
 */
export class ProviderStore {
  private cache?: { rows: Promise<ProviderSetting[]>; readAt: number };

  constructor(
    private readonly database: Database,
    private readonly encryption: Encryption,
    private readonly clock: Clock,
  ) {}

  drop(): void {
    this.cache = undefined;
  }

  /** The rows of a family, by rank. */
  async ofFamily(family: ProviderFamily): Promise<ProviderSetting[]> {
    return (await this.rows()).filter((row) => row.family === family);
  }

  /** @throws Error when the ciphertext cannot be read with the present keys. */
  credentialsOf({ credentials }: Pick<ProviderSetting, 'credentials'>): Record<string, string> {
    return credentials === null ? {} : (JSON.parse(this.encryption.decrypt(credentials)) as Record<string, string>);
  }

  /** What a probe or a test found. */
  async recordHealth(family: ProviderFamily, provider: string, error: string | null): Promise<void> {
    const now = this.clock.now();
    await this.database.source.query(
      `insert into provider_setting (id, family, provider, enabled, priority, settings, health, last_checked_at, last_error, updated_at)
       values ($1, $2, $3, false, $4, '{}', $5, $6, $7, $6)
       on conflict (family, provider) do update set health = $5, last_checked_at = $6, last_error = $7`,
      [
        newId(),
        family,
        provider,
        DEFAULT_PRIORITY,
        error === null ? ProviderHealth.UP : ProviderHealth.DOWN,
        now,
        error,
      ],
    );
  }

  /** A call failed. Says so until the next probe; writes once per kind of failure, not once per failed message. */
  async recordFailure(family: ProviderFamily, provider: string, error: string): Promise<void> {
    await this.database.source.query(
      `insert into provider_setting (id, family, provider, enabled, priority, settings, health, last_error, updated_at)
       values ($1, $2, $3, false, $4, '{}', 'DEGRADED', $5, $6)
       on conflict (family, provider) do update
         set health = case provider_setting.health when 'DOWN' then 'DOWN' else 'DEGRADED' end, last_error = $5
         where provider_setting.health not in ('DEGRADED', 'DOWN') or provider_setting.last_error is distinct from $5`,
      [newId(), family, provider, DEFAULT_PRIORITY, error, this.clock.now()],
    );
  }

  private rows(): Promise<ProviderSetting[]> {
    const now = this.clock.now().getTime();
    if (this.cache && now - this.cache.readAt < CACHE_LIFE) return this.cache.rows;
    const cache = { rows: this.read(), readAt: now };
    this.cache = cache;
    cache.rows.catch(() => {
      if (this.cache === cache) this.cache = undefined;
    });
    return cache.rows;
  }

  private read(): Promise<ProviderSetting[]> {
    return this.database.source.manager.find(ProviderSetting, { order: { priority: 'ASC', provider: 'ASC' } });
  }
}
