import { Column, Entity, PrimaryColumn } from 'typeorm';
import { AppealStatus, AppealType } from './user.enums.js';

/** An objection to a decision of moderation; at most one is open. */
@Entity({ name: 'appeal' })
export class Appeal {
  /** Key (UUID v7). */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  /** User who objects. */
  @Column({ name: 'user_id', type: 'uuid' })
  userId!: string;

  /** Kind of decision. */
  @Column({ name: 'type', type: 'text' })
  type!: AppealType;

  /** Ban that is appealed. */
  @Column({ name: 'ban_id', type: 'uuid', nullable: true })
  banId!: string | null;

  /** Why the user objects; blanked by the erasure. */
  @Column({ name: 'reason', type: 'text' })
  reason!: string;

  /** What the user puts forward; blanked by the erasure. */
  @Column({ name: 'evidence', type: 'text', nullable: true })
  evidence!: string | null;

  /** Progress. */
  @Column({ name: 'status', type: 'text', default: AppealStatus.PENDING })
  status!: AppealStatus;

  /** Member of staff who took it. */
  @Column({ name: 'reviewed_by', type: 'uuid', nullable: true })
  reviewedBy!: string | null;

  /** Time of the decision. */
  @Column({ name: 'reviewed_at', type: 'timestamptz', nullable: true })
  reviewedAt!: Date | null;

  /** Answer to the user. */
  @Column({ name: 'response', type: 'text', nullable: true })
  response!: string | null;

  /** Time of the objection. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;
}
