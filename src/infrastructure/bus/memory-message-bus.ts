import type { Logger } from '../logger.js';
import { LocalSubscribers } from './local-subscribers.js';
import type { BusHandler, BusPayload, MessageBus } from './message-bus.js';

/** Publish/subscribe within one process. Handlers have run when `publish` resolves. */
export class MemoryMessageBus implements MessageBus {
  private readonly local: LocalSubscribers;

  constructor(logger: Logger) {
    this.local = new LocalSubscribers(logger);
  }

  async publish(channel: string, payload: BusPayload): Promise<void> {
    // Through JSON, so that handlers see what they would see behind Redis, and share nothing with the publisher.
    this.local.deliver(channel, JSON.stringify(payload));
  }

  async subscribe(channel: string, handler: BusHandler): Promise<() => Promise<void>> {
    const remove = this.local.add(channel, handler);
    return async () => remove();
  }

  /** Process memory is never lost while the process lives: the callback is never called. */
  onReconnect(): () => void {
    return () => undefined;
  }

  async close(): Promise<void> {
    this.local.clear();
  }
}
