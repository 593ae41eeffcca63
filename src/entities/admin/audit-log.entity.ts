import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ActorType, AuditLevel } from './admin.enums.js';

/** What was done by whom; append-only save for the database functions audit_prune and audit_erase. */
@Entity({ name: 'audit_log' })
export class AuditLog {
  /** Key (UUID v7). */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  /** Dotted name of what was done. */
  @Column({ name: 'action', type: 'text' })
  action!: string;

  /** Weight. */
  @Column({ name: 'level', type: 'text' })
  level!: AuditLevel;

  /** Account that did it; no foreign key, so that the entry outlives it. */
  @Column({ name: 'actor_id', type: 'uuid', nullable: true })
  actorId!: string | null;

  /** Kind of actor. */
  @Column({ name: 'actor_type', type: 'text' })
  actorType!: ActorType;

  /** Kind of thing it was done to. */
  @Column({ name: 'target_type', type: 'text', nullable: true })
  targetType!: string | null;

  /** Id of that thing. */
  @Column({ name: 'target_id', type: 'text', nullable: true })
  targetId!: string | null;

  /** Client address; cleared after a time. */
  @Column({ name: 'ip', type: 'inet', nullable: true })
  ip!: string | null;

  /** User agent; cleared after a time. */
  @Column({ name: 'user_agent', type: 'text', nullable: true })
  userAgent!: string | null;

  /** Id of the request or job. */
  @Column({ name: 'correlation_id', type: 'uuid', nullable: true })
  correlationId!: string | null;

  /** Before, after and reason, without secrets. */
  @Column({ name: 'data', type: 'jsonb', nullable: true })
  data!: Record<string, unknown> | null;

  /** Time of the action. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;
}
