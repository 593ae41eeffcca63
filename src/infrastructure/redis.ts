import { createClient, type RedisClientType } from 'redis';
import type { Logger } from './logger.js';
import { TimeoutError, withTimeout } from './timeout.js';

/** A command gets this long, in milliseconds; a healthy Redis needs a thousandth of it. */
const COMMAND_LIMIT = 500;
const CONNECT_LIMIT = 5_000;
/** A silent server is noticed by a ping without an answer, and its connection dropped. */
const PING_INTERVAL = 2_000;
const SILENCE_LIMIT = 5_000;
const MAX_RECONNECT_DELAY = 2_000;

/** Redis is not connected or has stopped answering; the command was not sent. */
export class RedisUnavailableError extends Error {
  override readonly name = 'RedisUnavailableError';
}

/**
 * One connection, which comes back by itself for as long as it takes. Nothing is queued while it is away: commands fail at
 * once and their callers fall back.
 */
class RedisConnection {
  /** Commands whose time ran out and whose answer is still to come. */
  private overdue = 0;
  private readonly availableCallbacks = new Set<() => void>();

  constructor(
    readonly client: RedisClientType,
    logger: Logger,
  ) {
    // One line when the connection is lost or fails in a new way and one when it is there, not one for each attempt.
    let lastMessage: string | null = null;
    client.on('error', (error: Error) => {
      if (error.message !== lastMessage) logger.error({ err: error }, 'Redis connection failed, trying again');
      lastMessage = error.message;
    });
    client.on('ready', () => {
      lastMessage = null;
      logger.info('Redis connected');
      this.announceAvailable();
    });
  }

  /** True when commands are worth sending. */
  get isReady(): boolean {
    return this.client.isReady && this.overdue === 0;
  }

  /** Calls back after each connect and whenever a hanging Redis answers again. Returns a function that stops it. */
  onAvailable(callback: () => void): () => void {
    this.availableCallbacks.add(callback);
    return () => void this.availableCallbacks.delete(callback);
  }

  /** Resolves once connected, however long that takes, or when closed meanwhile. */
  async connect(): Promise<void> {
    await this.client.connect().catch(() => undefined);
  }

  /**
   * Runs one command or pipeline, with half a second to answer. While an answer is overdue every further command fails
   * at once, so that a hanging Redis costs a few requests half a second and not all of them.
   *
   * @throws RedisUnavailableError when the command was not sent; TimeoutError or an error of the driver when it is not
   *   known whether Redis carried it out.
   */
  async run<T>(command: (client: RedisClientType) => Promise<T>): Promise<T> {
    if (!this.isReady) throw new RedisUnavailableError('Redis is not connected or does not answer');
    const reply = command(this.client);
    try {
      return await withTimeout(reply, COMMAND_LIMIT, 'a Redis command');
    } catch (error) {
      if (error instanceof TimeoutError) this.countUntilSettled(reply);
      throw error;
    }
  }

  /** Waits a moment for answers under way. */
  async close(): Promise<void> {
    if (this.client.isReady) await withTimeout(this.client.close(), COMMAND_LIMIT, 'closing').catch(() => undefined);
    this.client.destroy();
  }

  private countUntilSettled(reply: Promise<unknown>): void {
    this.overdue += 1;
    const settled = (): void => {
      this.overdue -= 1;
      if (this.isReady) this.announceAvailable();
    };
    // Settles with the late answer or, at the latest, when the silent connection is dropped. Nothing is written until
    // then, since the driver takes a write for a sign of life.
    reply.then(settled, settled);
  }

  private announceAvailable(): void {
    for (const callback of this.availableCallbacks) callback();
  }
}

/** The connections of one server to Redis: one for commands, one that only listens to channels. */
export class Redis {
  constructor(
    readonly commands: RedisConnection,
    readonly subscriber: RedisConnection,
    /** Stands before every key (the driver adds it) and every channel; empty unless several servers share one Redis. */
    readonly keyPrefix: string,
    private readonly logger: Logger,
  ) {}

  /**
   * Connects. A Redis that cannot be reached in five seconds does not keep the server from starting, since every use of
   * it has a rule for its absence; the connections go on trying.
   */
  async connect(): Promise<void> {
    const connected = Promise.all([this.commands.connect(), this.subscriber.connect()]);
    try {
      await withTimeout(connected, CONNECT_LIMIT, 'connecting to Redis');
    } catch (error) {
      this.logger.error({ err: error }, 'Redis is not reachable, starting without it');
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.commands.close(), this.subscriber.close()]);
  }
}

/** @throws TypeError when the URL is not one of Redis. The result is not connected yet. */
export function createRedis(url: string, logger: Logger, { keyPrefix = '' }: { keyPrefix?: string } = {}): Redis {
  const open = (connection: string): RedisConnection => {
    const client = createClient({
      url,
      keyPrefix,
      disableOfflineQueue: true,
      pingInterval: PING_INTERVAL,
      // A feature of Redis Enterprise; other servers answer the handshake with an error.
      maintNotifications: 'disabled',
      socket: { connectTimeout: CONNECT_LIMIT, socketTimeout: SILENCE_LIMIT, reconnectStrategy: reconnectDelay },
    });
    return new RedisConnection(client, logger.child({ connection }));
  };
  return new Redis(open('commands'), open('subscriber'), keyPrefix, logger);
}

/** Exponential from 50 ms to two seconds, with jitter, so that instances do not come back in step. Never gives up. */
function reconnectDelay(retries: number): number {
  return Math.min(50 * 2 ** retries, MAX_RECONNECT_DELAY) + Math.floor(Math.random() * 200);
}
