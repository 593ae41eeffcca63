import { Column, Entity, PrimaryColumn } from 'typeorm';
import { ModerationCaseStatus, ModerationKind } from './admin.enums.js';

/** A text that staff decides on. */
@Entity({ name: 'moderation_case' })
export class ModerationCase {
  /** Key (UUID v7). */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  /** Kind of text. */
  @Column({ name: 'kind', type: 'text' })
  kind!: ModerationKind;

  /** Message, account or link that holds the text. */
  @Column({ name: 'target_id', type: 'uuid' })
  targetId!: string;

  /** Author. */
  @Column({ name: 'user_id', type: 'uuid' })
  userId!: string;

  /** Rule that matched; no foreign key, so that the case outlives it. */
  @Column({ name: 'rule_id', type: 'uuid', nullable: true })
  ruleId!: string | null;

  /** Category of the rule. */
  @Column({ name: 'category', type: 'text' })
  category!: string;

  /** Weight, 1 to 5. */
  @Column({ name: 'severity', type: 'integer' })
  severity!: number;

  /** What matched. */
  @Column({ name: 'matches', type: 'jsonb' })
  matches!: unknown[];

  /** The text, encrypted; null for a message, which keeps its own, and after an erasure. */
  @Column({ name: 'content', type: 'bytea', nullable: true })
  content!: Buffer | null;

  /** Progress. */
  @Column({ name: 'status', type: 'text', default: ModerationCaseStatus.OPEN })
  status!: ModerationCaseStatus;

  /** Time at which it was opened. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  /** Member of staff who decided. */
  @Column({ name: 'decided_by', type: 'uuid', nullable: true })
  decidedBy!: string | null;

  /** Time of the decision. */
  @Column({ name: 'decided_at', type: 'timestamptz', nullable: true })
  decidedAt!: Date | null;
}
