import { ConsentRecord } from '../../entities/user/consent-record.entity.js';
import type { AuditLog } from '../../infrastructure/audit/audit-log.js';
import type { Clock } from '../../infrastructure/clock.js';
import type { Database } from '../../infrastructure/database/database.js';
import { newId } from '../../infrastructure/ids.js';
import type { Logger } from '../../infrastructure/logger.js';

/** One decision about a document. */
export interface Consent {
  /** For example tos, privacy or marketing-emails. */
  documentType: string;
  documentVersion: string;
  /** False for a decline or a withdrawal. */
  accepted: boolean;
}

/** Where a decision came from; kept with it as proof. */
export interface ConsentClient {
  ip: string;
  userAgent: string | null;
}

const HISTORY_LENGTH = 100;

/** The append-only log of consents. The newest decision about a document is the one in force. */
export class Consents {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Appends a decision, also one that was made before. @returns its id */
  async record(userId: string, { documentType, documentVersion, accepted }: Consent, client: ConsentClient): Promise<string> {
    const id = newId();
    await this.database.transaction(async (manager) => {
      await manager.insert(ConsentRecord, {
        id,
        userId,
        documentType,
        documentVersion,
        accepted,
        source: 'account',
        ipAddress: client.ip,
        userAgent: client.userAgent?.slice(0, 512) ?? null,
        createdAt: this.clock.now(),
      });
      await this.audit.record({
        action: 'user.consent.recorded',
        actorId: userId,
        target: { type: 'ConsentRecord', id },
        data: { documentType, documentVersion, accepted },
      });
    });
    this.logger.info({ userId, documentType, documentVersion, accepted }, '[consent] recorded');
    return id;
  }

  async historyOf(userId: string): Promise<Array<Consent & { createdAt: Date }>> {
    const [history] = await this.historiesOf([userId]);
    return history!;
  }

  /** The newest 100 decisions of each user, newest first. */
  readonly historiesOf = async (userIds: readonly string[]): Promise<Array<Array<Consent & { createdAt: Date }>>> => {
    const rows = await this.database.prepared<Consent & { userId: string; createdAt: Date }>('consent-history', HISTORIES, [userIds, HISTORY_LENGTH]);
    const byUser = Map.groupBy(rows, ({ userId }) => userId);
    return userIds.map((id) => (byUser.get(id) ?? []).map(({ userId: _, ...consent }) => consent));
  };
}

const HISTORIES = `
select consent.user_id as "userId", consent.document_type as "documentType", consent.document_version as "documentVersion",
  consent.accepted, consent.created_at as "createdAt"
from unnest($1::uuid[]) as owner (id), lateral (
  select * from consent_record where user_id = owner.id order by created_at desc, id desc limit $2
) consent
order by consent.created_at desc, consent.id desc`;
