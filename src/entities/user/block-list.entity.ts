import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One user blocking another; a one-way row. */
@Entity({ name: 'block_list' })
export class BlockList {
  /** Key (UUID v7). */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  /** User who blocks. */
  @Column({ name: 'owner_id', type: 'uuid' })
  ownerId!: string;

  /** User who is blocked. */
  @Column({ name: 'blocked_id', type: 'uuid' })
  blockedId!: string;

  /** Time of the block. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;
}
