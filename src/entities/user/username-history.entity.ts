import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A change of username. */
@Entity({ name: 'username_history' })
export class UsernameHistory {
  /** Key (UUID v7). */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  /** Account whose name changed. */
  @Column({ name: 'user_id', type: 'uuid' })
  userId!: string;

  /** Name before; null for the first one. */
  @Column({ name: 'old_username', type: 'text', nullable: true })
  oldUsername!: string | null;

  /** Name after. */
  @Column({ name: 'new_username', type: 'text' })
  newUsername!: string;

  /** Member of staff who made the change; null when the owner did. */
  @Column({ name: 'changed_by', type: 'uuid', nullable: true })
  changedBy!: string | null;

  /** Time of the change. */
  @Column({ name: 'changed_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  changedAt!: Date;
}
