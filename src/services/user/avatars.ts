import type { AuditLog } from '../../infrastructure/audit/audit-log.js';
import type { Clock } from '../../infrastructure/clock.js';
import type { Database } from '../../infrastructure/database/database.js';
import { DomainError, GenericErrors, invalidField } from '../../infrastructure/errors.js';
import type { DomainEvents } from '../../infrastructure/events/domain-events.js';
import type { JobOutbox } from '../../jobs/job-outbox.js';
import type { PublicUrls } from '../upload/public-urls.js';
import { uploadInspectJob } from '../upload/upload.jobs.js';
import { avatarDeleteJob } from './user.jobs.js';

/** The avatar of an account: an upload of its own and nothing else, so that it cannot track who looks at it. */
export class Avatars {
  constructor(
    private readonly database: Database,
    private readonly urls: PublicUrls,
    private readonly outbox: JobOutbox,
    private readonly events: DomainEvents,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError `error.validation` with rule `own_upload` unless the URL is exactly an avatar upload of the user. */
  requireOwnUpload(userId: string, url: string): void {
    if (!this.urls.avatarKeyOf(userId, url)) throw invalidField('avatarUrl', 'own_upload', 'an avatar upload of the caller');
  }

  /** @throws DomainError as {@link requireOwnUpload} does */
  async set(userId: string, url: string): Promise<void> {
    this.requireOwnUpload(userId, url);
    await this.database.transaction(async () => {
      await this.queueFileJobs(userId, await this.replace(userId, url), url);
      await this.tell(userId, 'user.avatar.updated');
    });
  }

  /** Without an avatar this does nothing and is a success. */
  async remove(userId: string): Promise<void> {
    await this.database.transaction(async () => {
      const formerUrl = await this.replace(userId, null);
      if (formerUrl === null) return;
      await this.queueFileJobs(userId, formerUrl, null);
      await this.tell(userId, 'user.avatar.removed');
    });
  }

  /** What follows a new URL, in the transaction at hand: the new file is inspected, the former own one deleted. */
  async queueFileJobs(userId: string, formerUrl: string | null, url: string | null): Promise<void> {
    const key = url && this.urls.avatarKeyOf(userId, url);
    if (key) await this.outbox.enqueue(uploadInspectJob, { userId, key });
    const formerKey = formerUrl && this.urls.avatarKeyOf(userId, formerUrl);
    if (formerKey && formerKey !== key) await this.outbox.enqueue(avatarDeleteJob, { userId, key: formerKey });
  }

  /** @returns the former URL */
  private async replace(userId: string, url: string | null): Promise<string | null> {
    const [row] = await this.database.query<{ formerUrl: string | null }>(
      `with former as (select id, avatar_url from user_account where id = $1 for update)
       update user_account u set avatar_url = $2, updated_at = $3 from former where u.id = former.id
       returning former.avatar_url as "formerUrl"`,
      [userId, url, this.clock.now()],
    );
    if (!row) throw new DomainError(GenericErrors.unauthorized);
    return row.formerUrl;
  }

  private async tell(userId: string, action: string): Promise<void> {
    await this.events.publish('user.profile_changed', { userId, fields: ['avatarUrl'] });
    await this.audit.record({ action, actorId: userId, target: { type: 'User', id: userId } });
  }
}
