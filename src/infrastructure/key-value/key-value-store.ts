/**
 * Short-lived shared state: counters, locks, sign-up decoys, spent tokens. Redis with several instances, process memory
 * without configuration. Nothing that must survive a restart belongs here.
 */
export interface KeyValueStore {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, ttlSeconds: number): Promise<void>;
  /** Stores the value when the key is free; false when somebody else was first. */
  setIfAbsent(key: string, value: string, ttlSeconds: number): Promise<boolean>;
  /** Adds one and answers the new count; the life starts with the first increment and is not prolonged. */
  increment(key: string, ttlSeconds: number): Promise<number>;
  /** Seconds left to live, null for an absent key. */
  ttl(key: string): Promise<number | null>;
  delete(...keys: string[]): Promise<void>;
}
