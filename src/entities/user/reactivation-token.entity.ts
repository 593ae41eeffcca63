import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ReactivationTokenSource } from './user.enums.js';

/** A single-use token that brings a deactivated account back; it opens no session. */
@Entity({ name: 'reactivation_token' })
export class ReactivationToken {
  /** Key (UUID v7). */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  /** Account it brings back. */
  @Column({ name: 'user_id', type: 'uuid' })
  userId!: string;

  /** SHA-256 of the token. */
  @Column({ name: 'token_hash', type: 'text' })
  tokenHash!: string;

  /** How the token reached the user. */
  @Column({ name: 'source', type: 'text' })
  source!: ReactivationTokenSource;

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
