import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The archive of a finished export request. */
@Entity({ name: 'data_export' })
export class DataExport {
  /** Key (UUID v7). */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  /** Request it answers. */
  @Column({ name: 'request_id', type: 'uuid' })
  requestId!: string;

  /** User whose data it holds. */
  @Column({ name: 'user_id', type: 'uuid' })
  userId!: string;

  /** Key of the ZIP file in private storage. */
  @Column({ name: 'storage_key', type: 'text' })
  storageKey!: string;

  /** Size in bytes. */
  @Column({ name: 'size_bytes', type: 'integer' })
  sizeBytes!: number;

  /** SHA-256 of the file. */
  @Column({ name: 'sha256', type: 'text' })
  sha256!: string;

  /** End of the time in which it can be fetched. */
  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;

  /** Time at which the file was deleted. */
  @Column({ name: 'deleted_at', type: 'timestamptz', nullable: true })
  deletedAt!: Date | null;

  /** Time at which it was built. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;
}
