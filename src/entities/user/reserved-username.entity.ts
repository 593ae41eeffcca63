import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A username nobody may take; staff edits the list. */
@Entity({ name: 'reserved_username' })
export class ReservedUsername {
  /** Reserved name, lower case. */
  @PrimaryColumn({ name: 'username', type: 'text' })
  username!: string;

  /** Why it is reserved. */
  @Column({ name: 'note', type: 'text', nullable: true })
  note!: string | null;

  /** Time at which it was reserved. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;
}
