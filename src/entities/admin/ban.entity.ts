import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { BanType } from './admin.enums.js';

/** A suspension or ban of an account; at most one is active. */
@Entity({ name: 'ban' })
export class Ban {
  /** Key (UUID v7). */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  /** Account that is closed. */
  @Column({ name: 'user_id', type: 'uuid' })
  userId!: string;

  /** How it is closed. */
  @Column({ name: 'type', type: 'text' })
  type!: BanType;

  /** Why, for staff. */
  @Column({ name: 'reason', type: 'text' })
  reason!: string;

  /** Why, as the user is told. */
  @Column({ name: 'public_reason', type: 'text' })
  publicReason!: string;

  /** End of a suspension. */
  @Column({ name: 'expires_at', type: 'timestamptz', nullable: true })
  expiresAt!: Date | null;

  /** Whether it is in force. */
  @Column({ name: 'active', type: 'boolean', default: true })
  active!: boolean;

  /** Member of staff who set it; null for the system. */
  @Column({ name: 'created_by', type: 'uuid', nullable: true })
  createdBy!: string | null;

  /** Time from which it is in force. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  /** Member of staff who lifted it; null for the system. */
  @Column({ name: 'lifted_by', type: 'uuid', nullable: true })
  liftedBy!: string | null;

  /** Time at which it was lifted. */
  @Column({ name: 'lifted_at', type: 'timestamptz', nullable: true })
  liftedAt!: Date | null;

  /** Why it was lifted. */
  @Column({ name: 'lift_reason', type: 'text', nullable: true })
  liftReason!: string | null;
}
