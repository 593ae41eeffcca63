import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A job whose last attempt failed. Staff puts it back, which moves the row to the outbox again. */
@Entity({ name: 'dead_job' })
export class DeadJob {
  /** Key that the job had in the outbox. */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  /** Name of the job. */
  @Column({ name: 'name', type: 'text' })
  name!: string;

  /** What the handler was given; never shown. */
  @Column({ name: 'payload', type: 'jsonb' })
  payload!: unknown;

  /** Unique among waiting jobs of that name. */
  @Column({ name: 'dedupe_key', type: 'text', nullable: true })
  dedupeKey!: string | null;

  /** Message of the last error, without secrets. */
  @Column({ name: 'error', type: 'text' })
  error!: string;

  /** Attempts made. */
  @Column({ name: 'attempts', type: 'integer' })
  attempts!: number;

  /** Time of the last attempt. */
  @Column({ name: 'failed_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  failedAt!: Date;
}
