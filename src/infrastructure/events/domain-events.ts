import type { BusPayload, MessageBus } from '../bus/message-bus.js';
import type { Database } from '../database/database.js';

/** Facts that other parts react to on every instance. Ids and names only, never content. */
export interface DomainEventMap {
  'session.ended': { userId: string; familyId: string; reason: string };
  'user.verified': { userId: string };
  'user.status_changed': { userId: string; from: string; to: string };
  'user.access_changed': { userId: string };
  'user.profile_changed': { userId: string; fields: string[] };
  'user.username_changed': { userId: string; from: string | null; to: string };
  'user.blocked': { ownerId: string; blockedId: string };
  'user.unblocked': { ownerId: string; blockedId: string };
}

export type DomainEventName = keyof DomainEventMap;

/** Publishes domain events to all instances once the transaction at hand has committed; a rollback publishes nothing. */
export class DomainEvents {
  constructor(
    private readonly bus: MessageBus,
    private readonly database: Database,
  ) {}

  async publish<Name extends DomainEventName>(name: Name, event: DomainEventMap[Name]): Promise<void> {
    await this.database.afterCommit(() => this.bus.publish(channelOf(name), event as unknown as BusPayload));
  }

  /** Calls `handler` for events of every instance, this one included. */
  on<Name extends DomainEventName>(name: Name, handler: (event: DomainEventMap[Name]) => void): Promise<() => Promise<void>> {
    return this.bus.subscribe(channelOf(name), (payload) => handler(payload as unknown as DomainEventMap[Name]));
  }
}

const channelOf = (name: DomainEventName): string => `event:${name}`;
