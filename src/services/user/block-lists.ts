import type { AuditLog } from '../../infrastructure/audit/audit-log.js';
import type { Clock } from '../../infrastructure/clock.js';
import { isUniqueViolation, type Database } from '../../infrastructure/database/database.js';
import { DomainError } from '../../infrastructure/errors.js';
import type { DomainEvents } from '../../infrastructure/events/domain-events.js';
import { isUuid, newId } from '../../infrastructure/ids.js';
import type { Logger } from '../../infrastructure/logger.js';
import { BlockErrors } from './user.errors.js';

/** Somebody on a block list. */
export interface BlockedUser {
  id: string;
  username: string | null;
  displayName: string | null;
  blockedAt: Date;
}

/** The newest entries of a block list. */
export interface BlockList {
  items: BlockedUser[];
  /** Of all entries. */
  total: number;
}

const LIST_LENGTH = 50;

/** Whom users have blocked. A block works in both directions and is never announced. */
export class BlockLists {
  constructor(
    private readonly database: Database,
    private readonly events: DomainEvents,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** @throws DomainError one of {@link BlockErrors} save `notBlocked` */
  async block(ownerId: string, targetId: string): Promise<void> {
    if (!isUuid(targetId)) throw new DomainError(BlockErrors.targetNotFound);
    const blockedId = targetId.toLowerCase();
    if (blockedId === ownerId) throw new DomainError(BlockErrors.self);
    try {
      await this.database.transaction(async () => {
        await this.insert(ownerId, blockedId);
        await this.events.publish('user.blocked', { ownerId, blockedId });
        await this.audit.record({ action: 'user.block.created', level: 'WARN', actorId: ownerId, target: { type: 'User', id: blockedId } });
      });
    } catch (error) {
      if (isUniqueViolation(error, 'block_list_pair_key')) throw new DomainError(BlockErrors.alreadyBlocked);
      throw error;
    }
    this.logger.warn({ ownerId, blockedId }, '[block] a user was blocked');
  }

  /** @throws DomainError `user.block.not_blocked` */
  async unblock(ownerId: string, targetId: string): Promise<void> {
    if (!isUuid(targetId)) throw new DomainError(BlockErrors.notBlocked);
    const blockedId = targetId.toLowerCase();
    await this.database.transaction(async () => {
      const removed = await this.database.execute('delete from block_list where owner_id = $1 and blocked_id = $2', [ownerId, blockedId]);
      if (removed === 0) throw new DomainError(BlockErrors.notBlocked);
      await this.events.publish('user.unblocked', { ownerId, blockedId });
      await this.audit.record({ action: 'user.block.removed', actorId: ownerId, target: { type: 'User', id: blockedId } });
    });
    this.logger.info({ ownerId, blockedId }, '[block] a block was removed');
  }

  async blockedBy(ownerId: string): Promise<BlockList> {
    const [list] = await this.blockListsOf([ownerId]);
    return list!;
  }

  /** The newest 50 entries and the total of each owner. */
  readonly blockListsOf = async (ownerIds: readonly string[]): Promise<BlockList[]> => {
    const rows = await this.database.prepared<BlockedUser & { ownerId: string; total: number }>('block-lists', BLOCK_LISTS, [ownerIds, LIST_LENGTH]);
    const byOwner = Map.groupBy(rows, ({ ownerId }) => ownerId);
    return ownerIds.map((id) => {
      const entries = byOwner.get(id) ?? [];
      return { items: entries.map(({ ownerId: _, total: __, ...user }) => user), total: entries[0]?.total ?? 0 };
    });
  };

  /** Whoever never verified an address, or was erased, does not exist for others. */
  private async insert(ownerId: string, blockedId: string): Promise<void> {
    const inserted = await this.database.execute(
      `insert into block_list (id, owner_id, blocked_id, created_at)
       select $1, $2, id, $4 from user_account where id = $3 and email_verified_at is not null and status <> 'DELETED'`,
      [newId(), ownerId, blockedId, this.clock.now()],
    );
    if (inserted === 0) throw new DomainError(BlockErrors.targetNotFound);
  }
}

const BLOCK_LISTS = `
select entry.owner_id as "ownerId", u.id, u.username, u.display_name as "displayName", entry.created_at as "blockedAt", entry.total
from (
  select owner_id, blocked_id, id, created_at, (count(*) over owned)::int as total,
    row_number() over (owned order by created_at desc, id desc) as rank
  from block_list where owner_id = any($1::uuid[]) window owned as (partition by owner_id)
) entry join user_account u on u.id = entry.blocked_id
where entry.rank <= $2
order by entry.created_at desc, entry.id desc`;
