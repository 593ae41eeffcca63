import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { SessionEndReason } from './auth.enums.js';

/** One refresh token of a sign-in; the rows of a sign-in form a family. */
@Entity({ name: 'session' })
export class Session {
  /** Key (UUID v7). */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  /** Id of the first row of the sign-in, the session id on the wire. */
  @Column({ name: 'family_id', type: 'uuid' })
  familyId!: string;

  /** User who signed in. */
  @Column({ name: 'user_id', type: 'uuid' })
  userId!: string;

  /** SHA-256 of the refresh token. */
  @Column({ name: 'refresh_token_hash', type: 'text' })
  refreshTokenHash!: string;

  /** Salt (16 bytes) from which the successor is derived again inside the grace. */
  @Column({ name: 'rotation_salt', type: 'bytea', nullable: true })
  rotationSalt!: Buffer | null;

  /** Time at which a successor took its place. */
  @Column({ name: 'rotated_at', type: 'timestamptz', nullable: true })
  rotatedAt!: Date | null;

  /** Successor. */
  @Column({ name: 'replaced_by_id', type: 'uuid', nullable: true })
  replacedById!: string | null;

  /** Time at which the session was ended. */
  @Column({ name: 'revoked_at', type: 'timestamptz', nullable: true })
  revokedAt!: Date | null;

  /** Why it was ended. */
  @Column({ name: 'revoked_reason', type: 'text', nullable: true })
  revokedReason!: SessionEndReason | null;

  /** Idle limit. */
  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;

  /** Time of the sign-in (auth_time). */
  @Column({ name: 'family_started_at', type: 'timestamptz' })
  familyStartedAt!: Date;

  /** Absolute limit. */
  @Column({ name: 'family_expires_at', type: 'timestamptz' })
  familyExpiresAt!: Date;

  /** Factors of the sign-in, for example password and totp. */
  @Column({ name: 'methods', type: 'text', array: true })
  methods!: string[];

  /** User agent, cut to 512 characters. */
  @Column({ name: 'user_agent', type: 'text', nullable: true })
  userAgent!: string | null;

  /** Client address. */
  @Column({ name: 'ip', type: 'inet', nullable: true })
  ip!: string | null;

  /** Time of the sign-in or of the last refresh. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;
}
