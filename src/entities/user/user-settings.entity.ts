import { Column, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { DigestMode } from './user.enums.js';

/** Preferences of an account; source of truth for its locale. */
@Entity({ name: 'user_settings' })
export class UserSettings {
  /** Key (UUID v7). */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  /** Account they belong to. */
  @Column({ name: 'user_id', type: 'uuid' })
  userId!: string;

  /** Language of the account. */
  @Column({ name: 'locale', type: 'text', nullable: true })
  locale!: string | null;

  /** Theme chosen for the app. */
  @Column({ name: 'theme', type: 'text', nullable: true })
  theme!: string | null;

  /** Whether mails may be sent. */
  @Column({ name: 'email_notifications', type: 'boolean', default: true })
  emailNotifications!: boolean;

  /** Whether push messages may be sent. */
  @Column({ name: 'push_notifications', type: 'boolean', default: true })
  pushNotifications!: boolean;

  /** Whether notifications show in the app. */
  @Column({ name: 'in_app_notifications', type: 'boolean', default: true })
  inAppNotifications!: boolean;

  /** How often notifications are gathered in one mail. */
  @Column({ name: 'digest_mode', type: 'text', nullable: true })
  digestMode!: DigestMode | null;

  /** Time at which the row was made. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  /** Time of the last change. */
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz', precision: 3 })
  updatedAt!: Date;
}
