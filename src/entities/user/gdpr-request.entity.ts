import { Column, Entity, PrimaryColumn } from 'typeorm';
import { GDPRRequestStatus, GDPRRequestType } from './user.enums.js';

/** A request for a copy of the data or for its erasure. */
@Entity({ name: 'gdpr_request' })
export class GDPRRequest {
  /** Key (UUID v7). */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  /** User whose data it is. */
  @Column({ name: 'user_id', type: 'uuid' })
  userId!: string;

  /** Right that is exercised. */
  @Column({ name: 'type', type: 'text' })
  type!: GDPRRequestType;

  /** Progress. */
  @Column({ name: 'status', type: 'text', default: GDPRRequestStatus.PENDING })
  status!: GDPRRequestStatus;

  /** Due time of a deletion. */
  @Column({ name: 'scheduled_at', type: 'timestamptz', nullable: true })
  scheduledAt!: Date | null;

  /** Time of the claim by the worker, then of its last heartbeat. */
  @Column({ name: 'started_at', type: 'timestamptz', nullable: true })
  startedAt!: Date | null;

  /** Time of completion or of the final failure. */
  @Column({ name: 'completed_at', type: 'timestamptz', nullable: true })
  completedAt!: Date | null;

  /** Time at which it was called off. */
  @Column({ name: 'cancelled_at', type: 'timestamptz', nullable: true })
  cancelledAt!: Date | null;

  /** Owner or member of staff who called it off. */
  @Column({ name: 'cancelled_by', type: 'uuid', nullable: true })
  cancelledBy!: string | null;

  /** Handlers that are done. */
  @Column({ name: 'steps', type: 'jsonb', default: [] })
  steps!: string[];

  /** Tries so far. */
  @Column({ name: 'attempts', type: 'integer', default: 0 })
  attempts!: number;

  /** Last error, internal. */
  @Column({ name: 'error', type: 'text', nullable: true })
  error!: string | null;

  /** Time of the request. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;
}
