import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from '../logger.js';
import type { BusHandler, BusPayload } from './message-bus.js';

/** The handlers of this process by channel. Both buses deliver through it. */
export class LocalSubscribers {
  /** Each subscription is an object of its own, since a handler may subscribe twice. */
  private readonly subscriptions = new Map<string, Set<{ handler: BusHandler }>>();
  /** Handlers must not inherit the transaction or request of whoever publishes. */
  private readonly outsideOfRequests = AsyncLocalStorage.snapshot();

  constructor(private readonly logger: Logger) {}

  get channels(): string[] {
    return [...this.subscriptions.keys()];
  }

  has(channel: string): boolean {
    return this.subscriptions.has(channel);
  }

  /** Adds a handler; the returned function removes it, and does nothing when called again. */
  add(channel: string, handler: BusHandler): () => void {
    const subscription = { handler };
    const subscriptions = this.subscriptions.get(channel) ?? new Set();
    this.subscriptions.set(channel, subscriptions.add(subscription));
    return () => {
      subscriptions.delete(subscription);
      if (subscriptions.size === 0 && this.subscriptions.get(channel) === subscriptions)
        this.subscriptions.delete(channel);
    };
  }

  /** Calls the handlers one after the other, each with the payload parsed once. A handler that throws is logged. */
  deliver(channel: string, json: string): void {
    const subscriptions = this.subscriptions.get(channel);
    if (!subscriptions) return;
    this.outsideOfRequests(() => {
      try {
        const payload = JSON.parse(json) as BusPayload;
        for (const { handler } of [...subscriptions]) this.call(handler, payload, channel);
      } catch (error) {
        this.logger.warn({ err: error, channel }, 'a bus message is not JSON');
      }
    });
  }

  clear(): void {
    this.subscriptions.clear();
  }

  private call(handler: BusHandler, payload: BusPayload, channel: string): void {
    try {
      handler(payload);
    } catch (error) {
      this.logger.error({ err: error, channel }, 'a bus handler failed');
    }
  }
}
