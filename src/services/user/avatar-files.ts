import type { Clock } from '../../infrastructure/clock.js';
import type { Database } from '../../infrastructure/database/database.js';
import type { DomainEvents } from '../../infrastructure/events/domain-events.js';
import type { Logger } from '../../infrastructure/logger.js';
import type { JobOutbox } from '../../jobs/job-outbox.js';
import type { ProviderRegistry } from '../../providers/provider-registry.js';
import type { UploadReferences, UsedUpload } from '../upload/upload-inspection.js';
import { uploadInspectJob } from '../upload/upload.jobs.js';

/** The files behind avatars. A key holds the id of its owner and a random name, so a URL that ends with it refers to it. */
export class AvatarFiles implements UploadReferences {
  constructor(
    private readonly database: Database,
    private readonly providers: ProviderRegistry,
    private readonly outbox: JobOutbox,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Handler of the job avatar-delete. A missing file counts as deleted; the present avatar is left alone. */
  async deleteFormer(upload: UsedUpload): Promise<void> {
    if (await this.isPresent(upload)) return;
    try {
      await this.providers.use('storage', (storage) => storage.delete(upload.key));
    } catch (error) {
      this.logger.warn({ err: error, userId: upload.userId }, '[avatar] a former file could not be deleted yet');
      throw error;
    }
    // Set again while it was being deleted: the inspection finds the file missing and takes the avatar back.
    if (await this.isPresent(upload)) await this.outbox.enqueue(uploadInspectJob, upload);
  }

  async drop({ userId, key }: UsedUpload): Promise<boolean> {
    const dropped = await this.database.execute(
      `update user_account set avatar_url = null, updated_at = $3 where id = $1 and avatar_url like '%/' || $2`,
      [userId, key, this.clock.now()],
    );
    if (dropped > 0) await this.events.publish('user.profile_changed', { userId, fields: ['avatarUrl'] });
    return dropped > 0;
  }

  private async isPresent({ userId, key }: UsedUpload): Promise<boolean> {
    const rows = await this.database.query(`select 1 from user_account where id = $1 and avatar_url like '%/' || $2`, [userId, key]);
    return rows.length > 0;
  }
}
