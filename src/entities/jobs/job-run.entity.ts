import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { JobStatus } from './job.enums.js';

/** One run that the schedule or staff started. While it is RUNNING, a unique index keeps a second one of its job away. */
@Entity({ name: 'job_run' })
export class JobRun {
  /** Key (UUID v7). */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  /** Name of the job. */
  @Column({ name: 'name', type: 'text' })
  name!: string;

  /** RUNNING (queued included), OK or FAILED. */
  @Column({ name: 'status', type: 'text' })
  status!: JobStatus;

  /** Staff account that started it; null for the schedule. No foreign key, so that the run outlives the account. */
  @Column({ name: 'started_by', type: 'uuid', nullable: true })
  startedBy!: string | null;

  /** When it was queued, and once a worker has taken it, when its last attempt began. */
  @Column({ name: 'started_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  startedAt!: Date;

  /** When it ended. */
  @Column({ name: 'finished_at', type: 'timestamptz', precision: 3, nullable: true })
  finishedAt!: Date | null;

  /** How long the last attempt took. */
  @Column({ name: 'duration_ms', type: 'integer', nullable: true })
  durationMs!: number | null;

  /** What the handler answered. */
  @Column({ name: 'result', type: 'jsonb', nullable: true })
  result!: unknown;

  /** Message of the error, without secrets. */
  @Column({ name: 'error', type: 'text', nullable: true })
  error!: string | null;
}
