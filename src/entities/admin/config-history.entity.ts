import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A change of a setting; append-only. */
@Entity({ name: 'config_history' })
export class ConfigHistory {
  /** Key (UUID v7). */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  /** Dotted key of the setting. */
  @Column({ name: 'key', type: 'text' })
  key!: string;

  /** Override before; null when the default was in force. */
  @Column({ name: 'old_value', type: 'jsonb', nullable: true })
  oldValue!: unknown;

  /** Override after; null when the default is in force again. */
  @Column({ name: 'new_value', type: 'jsonb', nullable: true })
  newValue!: unknown;

  /** Why it was changed. */
  @Column({ name: 'reason', type: 'text' })
  reason!: string;

  /** Member of staff who changed it. */
  @Column({ name: 'changed_by', type: 'uuid' })
  changedBy!: string;

  /** Time of the change. */
  @Column({ name: 'changed_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  changedAt!: Date;
}
