import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Proof of a consent given or withdrawn; append-only save for the database function consent_record_erase. */
@Entity({ name: 'consent_record' })
export class ConsentRecord {
  /** Key (UUID v7). */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  /** User who decided; null for a visitor or a removed account. */
  @Column({ name: 'user_id', type: 'uuid', nullable: true })
  userId!: string | null;

  /** Keyed hash of an address without a user (mail opt-outs). */
  @Column({ name: 'email_hash', type: 'text', nullable: true })
  emailHash!: string | null;

  /** What was decided on, for example tos, privacy, cookies or COOKIE_CONSENT. */
  @Column({ name: 'document_type', type: 'text' })
  documentType!: string;

  /** Version of the document. */
  @Column({ name: 'document_version', type: 'text' })
  documentVersion!: string;

  /** Whether it was accepted. */
  @Column({ name: 'accepted', type: 'boolean' })
  accepted!: boolean;

  /** Single flags of a cookie consent. */
  @Column({ name: 'choices', type: 'jsonb', nullable: true })
  choices!: Record<string, boolean> | null;

  /** Where the decision came from, for example register or cookie_banner. */
  @Column({ name: 'source', type: 'text' })
  source!: string;

  /** Client address; cleared by the erasure. */
  @Column({ name: 'ip_address', type: 'inet', nullable: true })
  ipAddress!: string | null;

  /** User agent, cut to 512 characters; cleared by the erasure. */
  @Column({ name: 'user_agent', type: 'text', nullable: true })
  userAgent!: string | null;

  /** Time of the decision. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;
}
