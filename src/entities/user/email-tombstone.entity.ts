import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The address of an erased account, which counts as taken. */
@Entity({ name: 'email_tombstone' })
export class EmailTombstone {
  /** HMAC-SHA-256 of the normalised address. */
  @PrimaryColumn({ name: 'email_hash', type: 'text' })
  emailHash!: string;

  /** Time at which the address is free again; null means never. */
  @Column({ name: 'expires_at', type: 'timestamptz', nullable: true })
  expiresAt!: Date | null;

  /** Time of the erasure. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;
}
