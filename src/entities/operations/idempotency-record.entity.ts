import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The stored answer of a call that carried an Idempotency-Key. */
@Entity({ name: 'idempotency_record' })
export class IdempotencyRecord {
  /** User who called. */
  @PrimaryColumn({ name: 'user_id', type: 'uuid' })
  userId!: string;

  /** Name of the operation. */
  @PrimaryColumn({ name: 'operation', type: 'text' })
  operation!: string;

  /** Value of the Idempotency-Key header. */
  @PrimaryColumn({ name: 'key', type: 'text' })
  key!: string;

  /** Hash of the arguments; another one under the same key is a conflict. */
  @Column({ name: 'fingerprint', type: 'text' })
  fingerprint!: string;

  /** Answer to replay. */
  @Column({ name: 'response', type: 'jsonb' })
  response!: unknown;

  /** Time of the first call. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  /** Time from which the key may be used anew. */
  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;
}
