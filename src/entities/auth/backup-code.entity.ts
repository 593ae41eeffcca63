import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A single-use code in place of the second factor; the row goes when it is used. */
@Entity({ name: 'backup_code' })
export class BackupCode {
  /** Key (UUID v7). */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  /** Account it opens. */
  @Column({ name: 'user_id', type: 'uuid' })
  userId!: string;

  /** bcrypt of the upper-case code without hyphen. */
  @Column({ name: 'code_hash', type: 'text' })
  codeHash!: string;

  /** Time at which the batch was made. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;
}
