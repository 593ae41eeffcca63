import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { JobStatus } from './job.enums.js';

/** When a job runs next and how it did last; one row a job. */
@Entity({ name: 'job_state' })
export class JobState {
  /** Name of the job. */
  @PrimaryColumn({ name: 'name', type: 'text' })
  name!: string;

  /** The schedule that `nextRunAt` was reckoned from. */
  @Column({ name: 'schedule', type: 'text', nullable: true })
  schedule!: string | null;

  /** When the schedule fires next; whoever moves it on has fired it. */
  @Column({ name: 'next_run_at', type: 'timestamptz', precision: 3, nullable: true })
  nextRunAt!: Date | null;

  /** When the last attempt began. */
  @Column({ name: 'last_run_at', type: 'timestamptz', precision: 3, nullable: true })
  lastRunAt!: Date | null;

  /** OK or FAILED. */
  @Column({ name: 'last_status', type: 'text', nullable: true })
  lastStatus!: JobStatus | null;

  /** How long the last attempt took. */
  @Column({ name: 'last_duration_ms', type: 'integer', nullable: true })
  lastDurationMs!: number | null;

  /** Message of the last attempt's error, without secrets; null after a success. */
  @Column({ name: 'last_error', type: 'text', nullable: true })
  lastError!: string | null;
}
