import { addTime, Duration, type Clock } from '../../infrastructure/clock.js';
import { ExpiringMap } from '../../infrastructure/expiring-map.js';
import { CONNECTION_LIFE, LAST_SEEN_LIFE, type Presence, type PresenceStore } from './presence-store.js';

/** Beyond it the users that nobody asked about for longest are as if never seen. */
const MAX_LAST_SEEN = 100_000;

/** Presence in process memory, for a server without Redis. Lost at a restart. */
export class MemoryPresenceStore implements PresenceStore {
  /** The open connections by user, each with the time of its last pong. */
  private readonly connections = new Map<string, Map<string, Date>>();
  private readonly lastSeen: ExpiringMap<Date>;

  constructor(
    private readonly clock: Clock,
    maxLastSeen = MAX_LAST_SEEN,
  ) {
    this.lastSeen = new ExpiringMap(clock, maxLastSeen);
  }

  async connect(userId: string, connectionId: string): Promise<number> {
    const connections = this.connections.get(userId) ?? new Map<string, Date>();
    this.connections.set(userId, connections.set(connectionId, this.clock.now()));
    return this.countLive(userId);
  }

  async renew(userId: string, connectionId: string): Promise<void> {
    const connections = this.connections.get(userId);
    // A pong that comes in after the close must not bring the connection back.
    if (connections?.has(connectionId)) connections.set(connectionId, this.clock.now());
  }

  async disconnect(userId: string, connectionId: string): Promise<void> {
    const connections = this.connections.get(userId);
    if (!connections?.delete(connectionId)) return;
    if (connections.size === 0) this.connections.delete(userId);
    if (this.countLive(userId) > 0) return;
    this.lastSeen.set(userId, this.clock.now(), Duration.seconds(LAST_SEEN_LIFE));
  }

  async read(userIds: readonly string[]): Promise<Map<string, Presence>> {
    return new Map(userIds.map((userId) => [userId, this.presenceOf(userId)]));
  }

  async shutdown(): Promise<void> {
    for (const [userId, connections] of this.connections) {
      for (const connectionId of [...connections.keys()]) await this.disconnect(userId, connectionId);
    }
  }

  private presenceOf(userId: string): Presence {
    return { isOnline: this.countLive(userId) > 0, lastSeen: this.lastSeen.get(userId) ?? null };
  }

  /** Connections that gave a sign of life within the last minute. */
  private countLive(userId: string): number {
    const connections = this.connections.get(userId);
    if (!connections) return 0;
    const oldest = addTime(this.clock.now(), -Duration.seconds(CONNECTION_LIFE));
    return [...connections.values()].filter((lastPong) => lastPong > oldest).length;
  }
}
