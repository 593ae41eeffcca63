/**
 * Hands jobs to workers. It holds ids and no more: the outbox knows the payload, the attempts and whether the job is still
 * to be done. So a queue may lose an entry (the relay hands it over again) or deliver it twice (the second claim fails).
 */
export interface JobQueue {
  /** Connects; a queue that is away for the moment does not keep the process from starting. */
  start(): Promise<void>;
  /** Adds an entry for each id. */
  add(jobIds: readonly string[]): Promise<void>;
  /** Calls `deliver` for entries, at most `concurrency` at a time. `deliver` never rejects. */
  consume(concurrency: number, deliver: (jobId: string) => Promise<void>): Promise<void>;
  /** Begins no further delivery; those under way go on. */
  pause(): Promise<void>;
  /** Disconnects without waiting for deliveries under way. */
  close(): Promise<void>;
}
