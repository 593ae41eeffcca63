import { Column, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { ModerationAction, ModerationKind, ModerationMatcher } from './admin.enums.js';

/** A pattern that texts are checked against. */
@Entity({ name: 'moderation_rule' })
export class ModerationRule {
  /** Key (UUID v7). */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  /** Name of the rule. */
  @Column({ name: 'name', type: 'text' })
  name!: string;

  /** Kinds of text it checks. */
  @Column({ name: 'applies_to', type: 'text', array: true })
  appliesTo!: ModerationKind[];

  /** How the pattern is read. */
  @Column({ name: 'matcher', type: 'text' })
  matcher!: ModerationMatcher;

  /** Word, expression or domain. */
  @Column({ name: 'pattern', type: 'text' })
  pattern!: string;

  /** Language it is for; null means all. */
  @Column({ name: 'locale', type: 'text', nullable: true })
  locale!: string | null;

  /** What a match does. */
  @Column({ name: 'action', type: 'text' })
  action!: ModerationAction;

  /** Category of the cases it opens. */
  @Column({ name: 'category', type: 'text' })
  category!: string;

  /** Weight of a match, 1 to 5. */
  @Column({ name: 'severity', type: 'integer' })
  severity!: number;

  /** Whether it is in force. */
  @Column({ name: 'active', type: 'boolean', default: true })
  active!: boolean;

  /** Place in the list. */
  @Column({ name: 'sort_order', type: 'integer', default: 0 })
  sortOrder!: number;

  /** Time at which it was made. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  /** Time of the last change. */
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz', precision: 3 })
  updatedAt!: Date;
}
