/** How a job did last. */
export enum JobStatus {
  OK = 'OK',
  FAILED = 'FAILED',
  RUNNING = 'RUNNING',
  /** It has not run yet. */
  NEVER = 'NEVER',
}

/** What staff asks for: a run at once, or another try of the dead letters. */
export enum JobMode {
  RUN = 'RUN',
  RETRY_FAILED = 'RETRY_FAILED',
}

/** Where a row of the outbox stands. It is deleted when the job is done. */
export enum OutboxState {
  /** Not handed to the queue; due at `dueAt`. */
  WAITING = 'WAITING',
  /** Handed to the queue, which is believed to hold it until `dueAt`. */
  QUEUED = 'QUEUED',
  /** A worker runs it and renews `dueAt`, the end of its lease. */
  RUNNING = 'RUNNING',
}
