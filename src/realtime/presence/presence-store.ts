/** Whether a user has an open connection, and when the last one closed. */
export interface Presence {
  isOnline: boolean;
  lastSeen: Date | null;
}

/** Somebody who was never connected; also the answer when it cannot be found out. */
export const OFFLINE: Presence = { isOnline: false, lastSeen: null };

/** Seconds after which a connection without a sign of life does not count any more. */
export const CONNECTION_LIFE = 60;
/** Seconds for which the time of the last disconnect is kept. */
export const LAST_SEEN_LIFE = 30 * 86_400;

/**
 * Who is connected, over all instances. It never throws: a connection must not fail because presence does, and readers
 * see everybody offline.
 */
export interface PresenceStore {
  /**
   * Adds an acknowledged connection.
   *
   * @param connectionId as {@link formatConnectionId} makes it
   * @returns how many connections the user has now, over all instances
   */
  connect(userId: string, connectionId: string): Promise<number>;
  /** Prolongs a connection by a minute; called at each pong. */
  renew(userId: string, connectionId: string): Promise<void>;
  /** Removes a connection; the last one of the user leaves the time behind. */
  disconnect(userId: string, connectionId: string): Promise<void>;
  /** The presence of each of the users, in one step. */
  read(userIds: readonly string[]): Promise<Map<string, Presence>>;
  /** Removes every connection of this instance. */
  shutdown(): Promise<void>;
}

/** `{instanceId}:{n}`: tells in Redis which instance a connection died with. */
export function formatConnectionId(instanceId: string, sequence: number): string {
  return `${instanceId}:${sequence}`;
}
