import type { Clock } from '../../infrastructure/clock.js';
import type { Redis } from '../../infrastructure/redis.js';
import type { RedisFailures } from '../../infrastructure/redis-failures.js';
import { withTimeout } from '../../infrastructure/timeout.js';
import { CONNECT, DISCONNECT } from './presence-scripts.js';
import { CONNECTION_LIFE, LAST_SEEN_LIFE, OFFLINE, type Presence, type PresenceStore } from './presence-store.js';

/** Milliseconds that a reader waits before everybody counts as offline. */
const READ_LIMIT = 200;
/** Milliseconds between two signs of life of the instance; the life of its key has room for one that is lost. */
const HEARTBEAT_INTERVAL = 25_000;

const INSTANCE_KEY_PREFIX = 'presence:instance:';
const connectionsKey = (userId: string): string => `presence:${userId}`;
const lastSeenKey = (userId: string): string => `presence:lastseen:${userId}`;

/**
 * Presence shared by all instances:
 * `presence:{userId}` is the set of connection ids, `presence:lastseen:{userId}` the time of the final disconnect,
 * `presence:instance:{instanceId}` tells that an instance lives. Connections of a crashed instance run out with their set,
 * or go when another connection of the user opens or closes.
 */
export class RedisPresenceStore implements PresenceStore {
  /** The open connections of this instance by user, whether or not Redis knows of them. */
  private readonly own = new Map<string, Set<string>>();
  private heartbeatTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly redis: Redis,
    private readonly failures: RedisFailures,
    private readonly clock: Clock,
    private readonly instanceId: string,
  ) {}

  /** Makes the instance known and keeps it so until {@link shutdown}. Needed before the first connection. */
  async start(): Promise<void> {
    await this.heartbeat();
    this.heartbeatTimer = setInterval(() => void this.heartbeat(), HEARTBEAT_INTERVAL).unref();
  }

  /** When Redis is away the answer counts the connections of this instance alone. */
  async connect(userId: string, connectionId: string): Promise<number> {
    const own = this.own.get(userId) ?? new Set();
    this.own.set(userId, own.add(connectionId));
    const call = {
      keys: [connectionsKey(userId)],
      arguments: [...this.scriptArguments(connectionId), String(CONNECTION_LIFE)],
    };
    const count = await this.attempt('connect', () => this.redis.commands.run((client) => client.eval(CONNECT, call)));
    return count === undefined ? own.size : Number(count);
  }

  async renew(userId: string, connectionId: string): Promise<void> {
    // A pong that comes in after the close must not bring the connection back.
    if (!this.own.get(userId)?.has(connectionId)) return;
    const key = connectionsKey(userId);
    // Added again, since the key may have run out while Redis was away.
    await this.attempt('renew', () =>
      this.redis.commands.run((client) => client.multi().sAdd(key, connectionId).expire(key, CONNECTION_LIFE).exec()),
    );
  }

  async disconnect(userId: string, connectionId: string): Promise<void> {
    const own = this.own.get(userId);
    if (!own?.delete(connectionId)) return;
    if (own.size === 0) this.own.delete(userId);
    const call = {
      keys: [connectionsKey(userId), lastSeenKey(userId)],
      arguments: [...this.scriptArguments(connectionId), this.clock.now().toISOString(), String(LAST_SEEN_LIFE)],
    };
    await this.attempt('disconnect', () => this.redis.commands.run((client) => client.eval(DISCONNECT, call)));
  }

  async read(userIds: readonly string[]): Promise<Map<string, Presence>> {
    const found = userIds.length > 0 ? await this.attempt('read', () => this.readAll(userIds)) : [];
    return new Map(userIds.map((userId, index) => [userId, found?.[index] ?? OFFLINE]));
  }

  /** As {@link disconnect} for every connection, after which nobody waits for the instance key to run out. */
  async shutdown(): Promise<void> {
    clearInterval(this.heartbeatTimer);
    for (const [userId, connectionIds] of this.own) {
      for (const connectionId of [...connectionIds]) await this.disconnect(userId, connectionId);
    }
    await this.attempt('shutdown', () => this.redis.commands.run((client) => client.del(this.instanceKey)));
  }

  private get instanceKey(): string {
    return INSTANCE_KEY_PREFIX + this.instanceId;
  }

  private async heartbeat(): Promise<void> {
    const options = { expiration: { type: 'EX', value: CONNECTION_LIFE } } as const;
    await this.attempt('heartbeat', () =>
      this.redis.commands.run((client) => client.set(this.instanceKey, this.clock.now().toISOString(), options)),
    );
  }

  private async readAll(userIds: readonly string[]): Promise<Presence[]> {
    // Commands of one tick go out as one pipeline.
    const replies = this.redis.commands.run((client) =>
      Promise.all([
        client.mGet(userIds.map(lastSeenKey)),
        Promise.all(userIds.map((userId) => client.exists(connectionsKey(userId)))),
      ]),
    );
    const [lastSeen, connected] = await withTimeout(replies, READ_LIMIT, 'reading presence');
    return userIds.map((_userId, index) => {
      const time = lastSeen[index];
      return { isOnline: connected[index] === 1, lastSeen: time ? new Date(time) : null };
    });
  }

  private scriptArguments(connectionId: string): string[] {
    // The driver adds its prefix to keys alone, and the script makes up the instance keys itself.
    return [connectionId, this.instanceId, this.redis.keyPrefix + INSTANCE_KEY_PREFIX];
  }

  /** The result, or undefined when Redis failed, which is reported. */
  private async attempt<T>(operation: string, command: () => Promise<T>): Promise<T | undefined> {
    try {
      return await command();
    } catch (error) {
      this.failures.report(`presence.${operation}`, error);
      return undefined;
    }
  }
}
