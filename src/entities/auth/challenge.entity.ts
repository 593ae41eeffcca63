import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ChallengeKind, OtpPurpose } from './auth.enums.js';

/** A sign-in that waits for its second factor, or an SMS code that waits to be entered. */
@Entity({ name: 'challenge' })
export class Challenge {
  /** Key (UUID v4, since clients hold it as a capability). */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  /** What it waits for. */
  @Column({ name: 'kind', type: 'text' })
  kind!: ChallengeKind;

  /** User it belongs to; null before there is one. */
  @Column({ name: 'user_id', type: 'uuid', nullable: true })
  userId!: string | null;

  /** Sign-in challenge of an SMS code. */
  @Column({ name: 'parent_id', type: 'uuid', nullable: true })
  parentId!: string | null;

  /** SHA-256 of the temp token; LOGIN_2FA only. */
  @Column({ name: 'token_hash', type: 'text', nullable: true })
  tokenHash!: string | null;

  /** What the SMS code is for. */
  @Column({ name: 'purpose', type: 'text', nullable: true })
  purpose!: OtpPurpose | null;

  /** Number the code goes to (E.164). */
  @Column({ name: 'phone', type: 'text', nullable: true })
  phone!: string | null;

  /** bcrypt of the code. */
  @Column({ name: 'code_hash', type: 'text', nullable: true })
  codeHash!: string | null;

  /** Whether it is never sent and never matches. */
  @Column({ name: 'decoy', type: 'boolean', default: false })
  decoy!: boolean;

  /** First factor of a sign-in challenge. */
  @Column({ name: 'method', type: 'text', nullable: true })
  method!: string | null;

  /** Wrong tries so far. */
  @Column({ name: 'attempts', type: 'integer', default: 0 })
  attempts!: number;

  /** Resends so far. */
  @Column({ name: 'resend_count', type: 'integer', default: 0 })
  resendCount!: number;

  /** Time of the last send. */
  @Column({ name: 'last_sent_at', type: 'timestamptz', nullable: true })
  lastSentAt!: Date | null;

  /** End of its life. */
  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;

  /** Time at which the right code came in. */
  @Column({ name: 'used_at', type: 'timestamptz', nullable: true })
  usedAt!: Date | null;

  /** Time at which the flow behind it acted on the verified phone. */
  @Column({ name: 'consumed_at', type: 'timestamptz', nullable: true })
  consumedAt!: Date | null;

  /** Client address. */
  @Column({ name: 'ip', type: 'inet', nullable: true })
  ip!: string | null;

  /** Time at which it was made. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;
}
