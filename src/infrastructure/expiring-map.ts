import { Duration, type Clock } from './clock.js';

/** A value and the moment from which it counts as gone. */
interface ExpiringEntry<V> {
  value: V;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

const SWEEP_INTERVAL = Duration.minutes(1);

/**
 * A map whose entries die, and which never outgrows `maxEntries`: beyond that the least recently used entry goes, so that
 * made-up keys cannot fill the memory while keys in use stay.
 */
export class ExpiringMap<V> {
  /** In the order of use, the least recent first. */
  private readonly entries = new Map<string, ExpiringEntry<V>>();
  private nextSweepAt = 0;

  constructor(
    private readonly clock: Clock,
    private readonly maxEntries: number,
  ) {}

  get size(): number {
    return this.entries.size;
  }

  get(key: string): V | undefined {
    return this.entry(key)?.value;
  }

  /** The live entry; its value may be changed in place, which does not prolong its life. */
  entry(key: string): ExpiringEntry<V> | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    this.entries.delete(key);
    if (entry.expiresAt <= this.now()) return undefined;
    this.entries.set(key, entry);
    return entry;
  }

  /** Stores the value for `life` milliseconds. */
  set(key: string, value: V, life: number): ExpiringEntry<V> {
    this.dropExpired();
    const entry = { value, expiresAt: this.now() + life };
    this.entries.delete(key);
    this.entries.set(key, entry);
    if (this.entries.size > this.maxEntries) this.dropLeastRecentlyUsed();
    return entry;
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  /** Looks at every entry, hence once a minute at most. */
  private dropExpired(): void {
    const now = this.now();
    if (now < this.nextSweepAt) return;
    this.nextSweepAt = now + SWEEP_INTERVAL;
    for (const [key, entry] of this.entries) {
      if (entry.expiresAt <= now) this.entries.delete(key);
    }
  }

  private dropLeastRecentlyUsed(): void {
    for (const key of this.entries.keys()) {
      this.entries.delete(key);
      return;
    }
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}
