import { ModerationKind } from '../../entities/admin/admin.enums.js';
import type { AuditLog } from '../../infrastructure/audit/audit-log.js';
import type { Clock } from '../../infrastructure/clock.js';
import type { Database } from '../../infrastructure/database/database.js';
import { DomainError } from '../../infrastructure/errors.js';
import type { DomainEvents } from '../../infrastructure/events/domain-events.js';
import { toPlainText } from '../../infrastructure/plain-text.js';
import type { TextModeration } from '../moderation/text-moderation.js';
import type { Avatars } from './avatars.js';
import { UserErrors } from './user.errors.js';

/** What of a profile is to change: a missing field stays, null clears. */
export interface ProfileChanges {
  displayName?: string | null;
  bio?: string | null;
  avatarUrl?: string | null;
}

/** The profile after a change. */
export interface EditedProfile {
  id: string;
  displayName: string | null;
  bio: string | null;
  avatarUrl: string | null;
  username: string | null;
  email: string;
  locale: string | null;
}

const FIELDS = ['displayName', 'bio', 'avatarUrl'] as const;

/** Changes what users say about themselves. */
export class ProfileEditor {
  constructor(
    private readonly database: Database,
    private readonly moderation: TextModeration,
    private readonly avatars: Avatars,
    private readonly events: DomainEvents,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Writes the fields that are present; without any, answers the present values.
   *
   * @throws DomainError `error.validation` with rule `own_upload`, `error.user.content_flagged` or `error.user.not_found`
   */
  async update(userId: string, changes: ProfileChanges): Promise<EditedProfile> {
    const cleaned: ProfileChanges = {
      ...changes,
      displayName: changes.displayName && toPlainText(changes.displayName),
      bio: changes.bio && toPlainText(changes.bio),
    };
    const fields = FIELDS.filter((field) => cleaned[field] !== undefined);
    if (fields.length === 0) return this.present(userId);
    if (cleaned.avatarUrl) this.avatars.requireOwnUpload(userId, cleaned.avatarUrl);
    const flaggedNames = await this.moderation.check(ModerationKind.USERNAME, [cleaned.displayName]);
    const flaggedBios = await this.moderation.check(ModerationKind.BIO, [cleaned.bio]);
    return this.database.transaction(async () => {
      const { formerAvatarUrl, ...profile } = await this.write(userId, cleaned);
      await this.moderation.openCases(ModerationKind.USERNAME, userId, flaggedNames);
      await this.moderation.openCases(ModerationKind.BIO, userId, flaggedBios);
      if (cleaned.avatarUrl !== undefined) await this.avatars.queueFileJobs(userId, formerAvatarUrl, cleaned.avatarUrl);
      await this.events.publish('user.profile_changed', { userId, fields });
      await this.audit.record({ action: 'user.profile.updated', actorId: userId, target: { type: 'User', id: userId }, data: { fields } });
      return profile;
    });
  }

  private async present(userId: string): Promise<EditedProfile> {
    const [profile] = await this.database.query<EditedProfile>(
      `select ${EDITED} from user_account u left join user_settings s on s.user_id = u.id where u.id = $1`,
      [userId],
    );
    if (!profile) throw new DomainError(UserErrors.notFound);
    return profile;
  }

  private async write(userId: string, { displayName, bio, avatarUrl }: ProfileChanges): Promise<EditedProfile & { formerAvatarUrl: string | null }> {
    const [row] = await this.database.query<EditedProfile & { formerAvatarUrl: string | null }>(
      `with former as (select id, avatar_url from user_account where id = $1 for update)
       update user_account u set
         display_name = case when $2::boolean then $3 else display_name end,
         bio = case when $4::boolean then $5 else bio end,
         avatar_url = case when $6::boolean then $7 else u.avatar_url end,
         updated_at = $8
       from former left join user_settings s on s.user_id = former.id
       where u.id = former.id
       returning ${EDITED}, former.avatar_url as "formerAvatarUrl"`,
      [
        userId, displayName !== undefined, displayName ?? null, bio !== undefined, bio || null,
        avatarUrl !== undefined, avatarUrl ?? null, this.clock.now(),
      ],
    );
    if (!row) throw new DomainError(UserErrors.notFound);
    return row;
  }
}

const EDITED = 'u.id, u.display_name as "displayName", u.bio, u.avatar_url as "avatarUrl", u.username, u.email, s.locale';
