import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { OutboxState } from './job.enums.js';

/** A job that is not done yet. Written in the transaction that wants it done; the source of truth of all queues. */
@Entity({ name: 'job_outbox' })
export class JobOutboxEntry {
  /** Key (UUID v7), the same over all attempts. */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  /** Name of the job. */
  @Column({ name: 'name', type: 'text' })
  name!: string;

  /** What the handler is given. */
  @Column({ name: 'payload', type: 'jsonb' })
  payload!: unknown;

  /** Unique within a job name: the same work is not kept twice. */
  @Column({ name: 'dedupe_key', type: 'text', nullable: true })
  dedupeKey!: string | null;

  /** Where it stands. */
  @Column({ name: 'state', type: 'text', default: 'WAITING' })
  state!: OutboxState;

  /** From when on the relay may hand it over: its time, the end of a back-off, or the end of a lease. */
  @Column({ name: 'due_at', type: 'timestamptz', precision: 3 })
  dueAt!: Date;

  /** Set when the same work was asked for during the run, which may have missed the change behind it. */
  @Column({ name: 'repeat_at', type: 'timestamptz', precision: 3, nullable: true })
  repeatAt!: Date | null;

  /** Attempts that ended with an error. */
  @Column({ name: 'failures', type: 'integer', default: 0 })
  failures!: number;

  /** Attempts whose worker was lost. */
  @Column({ name: 'crashes', type: 'integer', default: 0 })
  crashes!: number;

  /** The attempt that may end the job. */
  @Column({ name: 'claim_id', type: 'uuid', nullable: true })
  claimId!: string | null;

  /** The JobRun that ends with it. */
  @Column({ name: 'run_id', type: 'uuid', nullable: true })
  runId!: string | null;

  /** Time of the wish. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;
}
