import type { Readable } from 'node:stream';
import type { AuditLog } from '../../infrastructure/audit/audit-log.js';
import type { Database } from '../../infrastructure/database/database.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import type { ProviderRegistry } from '../../providers/provider-registry.js';
import { contentTypeOfKey, matchesContentType, SIGNATURE_BYTES } from '../../providers/storage/content-types.js';
import type { StorageProvider } from '../../providers/storage/storage-provider.js';
import { UploadSettings } from './upload.settings.js';

/** An upload that somebody put to use. */
export interface UsedUpload {
  userId: string;
  key: string;
}

/** The rows that refer to uploads. */
export interface UploadReferences {
  /** Makes the row refer to nothing. @returns whether it referred to this upload */
  drop(upload: UsedUpload): Promise<boolean>;
}

type Flaw = 'missing' | 'too_large' | 'content_type';

/** Looks at uploads when they are put to use, since a signed URL proves neither size nor content with every provider. */
export class UploadInspection {
  constructor(
    private readonly providers: ProviderRegistry,
    private readonly references: UploadReferences,
    private readonly database: Database,
    private readonly audit: AuditLog,
    private readonly settings: Settings,
  ) {}

  /**
   * Handler of the job upload-inspect: deletes a bad file and takes its reference back. A file that is not there loses its
   * reference too, since it could still be uploaded uninspected. A sound one is left alone, however often this runs.
   */
  async inspect(upload: UsedUpload): Promise<void> {
    const flaw = await this.providers.use('storage', (storage) => this.flawOf(upload.key, storage));
    if (!flaw) return;
    if (flaw !== 'missing') await this.providers.use('storage', (storage) => storage.delete(upload.key));
    await this.database.transaction(async () => {
      const dropped = await this.references.drop(upload);
      if (!dropped && flaw === 'missing') return;
      await this.audit.record({
        action: 'upload.rejected',
        level: 'WARN',
        actorId: upload.userId,
        target: { type: 'User', id: upload.userId },
        data: { key: upload.key, reason: flaw },
      });
    });
  }

  private async flawOf(key: string, storage: StorageProvider): Promise<Flaw | null> {
    const object = await storage.stat(key);
    if (!object) return 'missing';
    if (object.size > this.settings.get(UploadSettings.avatarMaxBytes)) return 'too_large';
    const content = await storage.get(key);
    if (!content) return 'missing';
    return matchesContentType(await firstBytes(content, SIGNATURE_BYTES), contentTypeOfKey(key)) ? null : 'content_type';
  }
}

/** Reads no further than needed; leaving the loop closes the stream. */
async function firstBytes(content: Readable, count: number): Promise<Buffer> {
  let start = Buffer.alloc(0);
  for await (const chunk of content as AsyncIterable<Buffer>) {
    start = Buffer.concat([start, chunk]);
    if (start.length >= count) break;
  }
  return start;
}
