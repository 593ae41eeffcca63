import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { EmailVerificationPurpose } from './auth.enums.js';

/** A link that confirms an address. */
@Entity({ name: 'email_verification' })
export class EmailVerification {
  /** Key (UUID v7). */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  /** Account whose address it confirms. */
  @Column({ name: 'user_id', type: 'uuid' })
  userId!: string;

  /** What the link confirms. */
  @Column({ name: 'purpose', type: 'text' })
  purpose!: EmailVerificationPurpose;

  /** New address; EMAIL_CHANGE only. */
  @Column({ name: 'new_email', type: 'text', nullable: true })
  newEmail!: string | null;

  /** SHA-256 of the token (UUID v4). */
  @Column({ name: 'token_hash', type: 'text' })
  tokenHash!: string;

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
