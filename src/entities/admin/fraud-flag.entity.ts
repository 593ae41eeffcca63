import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { FraudSource } from './admin.enums.js';

/** A suspicion of fraud; an account with an open row is flagged. */
@Entity({ name: 'fraud_flag' })
export class FraudFlag {
  /** Key (UUID v7). */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  /** Account under suspicion. */
  @Column({ name: 'user_id', type: 'uuid' })
  userId!: string;

  /** What raised it. */
  @Column({ name: 'source', type: 'text' })
  source!: FraudSource;

  /** Why. */
  @Column({ name: 'reason', type: 'text' })
  reason!: string;

  /** Member of staff who set it; null for the system. */
  @Column({ name: 'created_by', type: 'uuid', nullable: true })
  createdBy!: string | null;

  /** Time at which it was set. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  /** Member of staff who closed it; null for the system. */
  @Column({ name: 'closed_by', type: 'uuid', nullable: true })
  closedBy!: string | null;

  /** Time at which it was closed; null while it is open. */
  @Column({ name: 'closed_at', type: 'timestamptz', nullable: true })
  closedAt!: Date | null;
}
