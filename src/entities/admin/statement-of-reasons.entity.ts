import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { GroundType } from './admin.enums.js';

/** Why a restriction was imposed (Regulation (EU) 2022/2065, Art. 17); final but for delivery, withdrawal and erasure. */
@Entity({ name: 'statement_of_reasons' })
export class StatementOfReasons {
  /** Key (UUID v7). */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  /** User who is restricted. */
  @Column({ name: 'user_id', type: 'uuid' })
  userId!: string;

  /** Kind of thing that is restricted. */
  @Column({ name: 'target_type', type: 'text' })
  targetType!: string;

  /** Id of that thing. */
  @Column({ name: 'target_id', type: 'uuid' })
  targetId!: string;

  /** Moderation case behind it. */
  @Column({ name: 'case_id', type: 'uuid', nullable: true })
  caseId!: string | null;

  /** What was imposed. */
  @Column({ name: 'restriction', type: 'text' })
  restriction!: string;

  /** Kind of ground. */
  @Column({ name: 'ground_type', type: 'text' })
  groundType!: GroundType;

  /** Law or clause of the terms. */
  @Column({ name: 'ground', type: 'text' })
  ground!: string;

  /** Facts relied on; empty after an erasure. */
  @Column({ name: 'facts', type: 'text' })
  facts!: string;

  /** Whether a rule found it. */
  @Column({ name: 'automated_detection', type: 'boolean' })
  automatedDetection!: boolean;

  /** Whether no human decided. */
  @Column({ name: 'automated_decision', type: 'boolean' })
  automatedDecision!: boolean;

  /** Member of staff who decided; null for the system. */
  @Column({ name: 'created_by', type: 'uuid', nullable: true })
  createdBy!: string | null;

  /** Time at which the user got it. */
  @Column({ name: 'delivered_at', type: 'timestamptz', nullable: true })
  deliveredAt!: Date | null;

  /** Time at which it was withdrawn on appeal. */
  @Column({ name: 'withdrawn_at', type: 'timestamptz', nullable: true })
  withdrawnAt!: Date | null;

  /** Time of the decision. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;
}
