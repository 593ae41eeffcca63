import type { Counter } from 'prom-client';
import type { UserIntent } from '../../entities/user/user.enums.js';
import type { AuditLog } from '../../infrastructure/audit/audit-log.js';
import type { Clock } from '../../infrastructure/clock.js';
import type { Database } from '../../infrastructure/database/database.js';
import { DomainError } from '../../infrastructure/errors.js';
import type { Logger } from '../../infrastructure/logger.js';
import { IntentErrors, UserErrors } from './user.errors.js';

/** What users came for. The first choice counts. */
export class UserIntents {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly intentsSet: Counter<'intent'>,
  ) {}

  /** @throws DomainError `error.user.intent_already_set` or `error.user.not_found` */
  async set(userId: string, intent: UserIntent): Promise<void> {
    await this.database.transaction(async () => {
      const changed = await this.database.execute(
        'update user_account set intent = $2, updated_at = $3 where id = $1 and intent is null',
        [userId, intent, this.clock.now()],
      );
      if (changed === 0) throw await this.refusal(userId);
      await this.audit.record({ action: 'user.intent.set', actorId: userId, target: { type: 'User', id: userId }, data: { intent } });
    });
    this.intentsSet.inc({ intent });
    this.logger.info({ userId, intent }, '[intent] set');
  }

  private async refusal(userId: string): Promise<DomainError> {
    const known = await this.database.query('select 1 from user_account where id = $1', [userId]);
    return new DomainError(known.length > 0 ? IntentErrors.alreadySet : UserErrors.notFound);
  }
}
