import { Duration, type Clock } from '../clock.js';
import { ExpiringMap } from '../expiring-map.js';
import type { KeyValueStore } from './key-value-store.js';

/** Enough for a laptop and the tests; the least recently used key goes first. */
const MAX_ENTRIES = 100_000;

/** Keys in process memory, for a server without Redis. Lost at a restart. */
export class MemoryKeyValueStore implements KeyValueStore {
  private readonly entries: ExpiringMap<string>;

  constructor(
    private readonly clock: Clock,
    maxEntries = MAX_ENTRIES,
  ) {
    this.entries = new ExpiringMap(clock, maxEntries);
  }

  async get(key: string): Promise<string | null> {
    return this.entries.get(key) ?? null;
  }

  async set(key: string, value: string, ttlSeconds: number): Promise<void> {
    this.entries.set(key, value, Duration.seconds(ttlSeconds));
  }

  async setIfAbsent(key: string, value: string, ttlSeconds: number): Promise<boolean> {
    if (this.entries.entry(key)) return false;
    this.entries.set(key, value, Duration.seconds(ttlSeconds));
    return true;
  }

  async increment(key: string, ttlSeconds: number): Promise<number> {
    const entry = this.entries.entry(key) ?? this.entries.set(key, '0', Duration.seconds(ttlSeconds));
    const count = Number(entry.value) + 1;
    if (!Number.isSafeInteger(count)) throw new TypeError(`the value of ${key} is no integer`);
    entry.value = String(count);
    return count;
  }

  async ttl(key: string): Promise<number | null> {
    const entry = this.entries.entry(key);
    return entry ? Math.ceil((entry.expiresAt - this.clock.now().getTime()) / 1_000) : null;
  }

  async delete(...keys: string[]): Promise<void> {
    for (const key of keys) this.entries.delete(key);
  }
}
