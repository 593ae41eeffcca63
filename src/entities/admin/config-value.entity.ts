import { Column, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';

/** An override of a setting; definitions and defaults are code. */
@Entity({ name: 'config_value' })
export class ConfigValue {
  /** Dotted key of the setting. */
  @PrimaryColumn({ name: 'key', type: 'text' })
  key!: string;

  /** Value in force. */
  @Column({ name: 'value', type: 'jsonb' })
  value!: unknown;

  /** Member of staff who set it. */
  @Column({ name: 'updated_by', type: 'uuid' })
  updatedBy!: string;

  /** Time of the last change. */
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz', precision: 3 })
  updatedAt!: Date;
}
