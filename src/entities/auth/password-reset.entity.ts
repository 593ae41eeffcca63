import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A link that sets a new password. */
@Entity({ name: 'password_reset' })
export class PasswordReset {
  /** Key (UUID v7). */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  /** Account whose password it sets. */
  @Column({ name: 'user_id', type: 'uuid' })
  userId!: string;

  /** SHA-256 of the token (32 random bytes in base64url). */
  @Column({ name: 'token_hash', type: 'text' })
  tokenHash!: string;

  /** Former address; set on the link that undoes an email change. */
  @Column({ name: 'restore_email', type: 'text', nullable: true })
  restoreEmail!: string | null;

  /** End of its life. */
  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;

  /** Time of its use. */
  @Column({ name: 'used_at', type: 'timestamptz', nullable: true })
  usedAt!: Date | null;

  /** Time at which it was made worthless. */
  @Column({ name: 'invalidated_at', type: 'timestamptz', nullable: true })
  invalidatedAt!: Date | null;

  /** Time at which it was made. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;
}
