import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UsernameHoldReason } from './user.enums.js';

/** A username kept from others for a time. */
@Entity({ name: 'username_hold' })
export class UsernameHold {
  /** Name on hold, lower case. */
  @PrimaryColumn({ name: 'username', type: 'text' })
  username!: string;

  /** User who may take the name back. */
  @Column({ name: 'user_id', type: 'uuid', nullable: true })
  userId!: string | null;

  /** Why the name is on hold. */
  @Column({ name: 'reason', type: 'text' })
  reason!: UsernameHoldReason;

  /** End of the hold. */
  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;

  /** Start of the hold. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;
}
