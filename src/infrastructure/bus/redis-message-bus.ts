import type { Logger } from '../logger.js';
import { RedisUnavailableError, type Redis } from '../redis.js';
import type { RedisFailures } from '../redis-failures.js';
import { LocalSubscribers } from './local-subscribers.js';
import type { BusHandler, BusPayload, MessageBus } from './message-bus.js';

/**
 * Publish/subscribe through Redis, at most once. Each instance listens to a channel once, from its first local subscriber
 * to its last.
 *
 * While Redis is away subscribers stay, and events of this instance still reach them; those of other instances are lost.
 * When it is back the channels are listened to again, then the callbacks of `onReconnect` run.
 */
export class RedisMessageBus implements MessageBus {
  private readonly local: LocalSubscribers;
  /** Channels with local subscribers; the promise settles when Redis has confirmed or refused the subscription. */
  private readonly listening = new Map<string, Promise<void>>();
  private readonly reconnectCallbacks = new Set<() => void>();
  private mayHaveMissed = false;
  private readonly stopRecovering: () => void;

  /** Built before `redis` connects, so that no loss of the connection escapes it. */
  constructor(
    private readonly redis: Redis,
    private readonly failures: RedisFailures,
    private readonly logger: Logger,
  ) {
    this.local = new LocalSubscribers(logger);
    redis.subscriber.client.on('error', this.onConnectionLost);
    this.stopRecovering = redis.subscriber.onAvailable(() => void this.recover());
  }

  /** Resolves whether or not Redis took the message, within half a second. */
  async publish(channel: string, payload: BusPayload): Promise<void> {
    const json = JSON.stringify(payload);
    try {
      await this.redis.commands.run((client) => client.publish(this.redis.keyPrefix + channel, json));
    } catch (error) {
      this.failures.report('bus.publish', error);
      // Only when Redis surely does not have it, else this instance could hear it twice.
      if (error instanceof RedisUnavailableError) this.local.deliver(channel, json);
    }
  }

  /** Resolves when events of all instances arrive, or after half a second when Redis is away. */
  async subscribe(channel: string, handler: BusHandler): Promise<() => Promise<void>> {
    const remove = this.local.add(channel, handler);
    let listening = this.listening.get(channel);
    if (!listening) {
      listening = this.listen([channel]);
      this.listening.set(channel, listening);
    }
    await listening;
    return async () => {
      remove();
      if (this.local.has(channel) || !this.listening.delete(channel)) return;
      await this.unlisten([channel]);
    };
  }

  onReconnect(callback: () => void): () => void {
    // Wrapped, since a callback may be registered twice.
    const registration = (): void => callback();
    this.reconnectCallbacks.add(registration);
    return () => void this.reconnectCallbacks.delete(registration);
  }

  /** Stops listening; the connection belongs to whoever made it. */
  async close(): Promise<void> {
    this.redis.subscriber.client.off('error', this.onConnectionLost);
    this.stopRecovering();
    this.reconnectCallbacks.clear();
    const channels = [...this.listening.keys()];
    this.listening.clear();
    this.local.clear();
    if (channels.length > 0) await this.unlisten(channels);
  }

  private readonly onMessage = (json: string, channel: string): void => {
    this.local.deliver(channel.slice(this.redis.keyPrefix.length), json);
  };

  private readonly onConnectionLost = (): void => {
    this.mayHaveMissed = true;
  };

  /** The driver listens again by itself, except to channels that changed while it could not say so to Redis. */
  private async recover(): Promise<void> {
    const missed = this.mayHaveMissed;
    this.mayHaveMissed = false;
    const { client } = this.redis.subscriber;
    const heard = [...client.getPubSubListeners('CHANNELS').keys()].map((name) =>
      name.slice(this.redis.keyPrefix.length),
    );
    const abandoned = heard.filter((channel) => !this.listening.has(channel));
    if (this.listening.size > 0) await this.listen([...this.listening.keys()]);
    if (abandoned.length > 0) await this.unlisten(abandoned);
    if (missed) this.runReconnectCallbacks();
  }

  private listen(channels: string[]): Promise<void> {
    const names = channels.map((channel) => this.redis.keyPrefix + channel);
    return this.attempt('bus.subscribe', () =>
      this.redis.subscriber.run((client) => client.subscribe(names, this.onMessage)),
    );
  }

  private unlisten(channels: string[]): Promise<void> {
    const names = channels.map((channel) => this.redis.keyPrefix + channel);
    return this.attempt('bus.unsubscribe', () =>
      this.redis.subscriber.run((client) => client.unsubscribe(names, this.onMessage)),
    );
  }

  /** A failure is made good when the connection is available again, see {@link recover}. */
  private async attempt(operation: string, command: () => Promise<void>): Promise<void> {
    try {
      await command();
    } catch (error) {
      this.failures.report(operation, error);
      this.mayHaveMissed = true;
    }
  }

  private runReconnectCallbacks(): void {
    for (const callback of this.reconnectCallbacks) {
      try {
        callback();
      } catch (error) {
        this.logger.error({ err: error }, 'a callback after the reconnect of the bus failed');
      }
    }
  }
}
