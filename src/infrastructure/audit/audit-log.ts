import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { newId } from '../ids.js';
import { currentRequestScope } from '../request-scope.js';

export type AuditLevel = 'INFO' | 'WARN' | 'CRITICAL';

/** One line of the audit log. Holds no secret, token or message text. */
export interface AuditEntry {
  /** `<area>.<object>.<verb or outcome>`. */
  action: string;
  level?: AuditLevel;
  /** Who acted; null for nobody known, the system included. */
  actorId: string | null;
  actorType?: 'USER' | 'ADMIN' | 'SYSTEM';
  target?: { type: string; id: string };
  data?: Record<string, unknown>;
}

/** Writes the append-only audit log, in the transaction at hand, with the caller's address and correlation id. */
export class AuditLog {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async record({ action, level = 'INFO', actorId, actorType, target, data }: AuditEntry): Promise<void> {
    const scope = currentRequestScope();
    await this.database.query(
      `insert into audit_log (id, action, level, actor_id, actor_type, target_type, target_id, ip, user_agent, correlation_id, data, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        newId(), action, level, actorId, actorType ?? scope?.actorType ?? 'SYSTEM', target?.type ?? null, target?.id ?? null,
        scope?.ip ?? null, scope?.userAgent ?? null, scope?.correlationId ?? null, data ? JSON.stringify(data) : null, this.clock.now(),
      ],
    );
  }
}
