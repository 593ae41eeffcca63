import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';
import { ProviderFamily, ProviderHealth } from './provider.enums.js';

/** How staff set up one provider of a family. A provider without a row was never touched. */
@Entity('provider_setting')
@Unique('provider_setting_family_provider_key', ['family', 'provider'])
export class ProviderSetting {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  @Column({ name: 'family', type: 'text' })
  family!: ProviderFamily;

  /** Id of the adapter, such as `smtp`. */
  @Column({ name: 'provider', type: 'text' })
  provider!: string;

  /** Takes part in failover. The provider in force works whatever stands here. */
  @Column({ name: 'enabled', type: 'boolean' })
  enabled!: boolean;

  /** Rank in failover, 0 to 100, lower first. */
  @Column({ name: 'priority', type: 'integer' })
  priority!: number;

  @Column({ name: 'settings', type: 'jsonb' })
  settings!: Record<string, unknown>;

  /** JSON of name to secret, encrypted under ENCRYPTION_MASTER_KEY. */
  @Column({ name: 'credentials', type: 'text', nullable: true })
  credentials!: string | null;

  @Column({ name: 'health', type: 'text' })
  health!: ProviderHealth;

  @Column({ name: 'last_checked_at', type: 'timestamptz', nullable: true })
  lastCheckedAt!: Date | null;

  /** Holds neither secrets nor addresses. */
  @Column({ name: 'last_error', type: 'text', nullable: true })
  lastError!: string | null;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;
}
