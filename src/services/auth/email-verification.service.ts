import { EmailVerificationPurpose } from '../../entities/auth/auth.enums.js';
import { EmailVerification } from '../../entities/auth/email-verification.entity.js';
import { addTime, Duration, type Clock } from '../../infrastructure/clock.js';
import { sha256 } from '../../infrastructure/crypto/hash.js';
import { isUniqueViolation, type Database } from '../../infrastructure/database/database.js';
import { DomainError } from '../../infrastructure/errors.js';
import type { AuditLog } from '../../infrastructure/audit/audit-log.js';
import type { DomainEvents } from '../../infrastructure/events/domain-events.js';
import { newCapabilityId, newId } from '../../infrastructure/ids.js';
import { maskEmail } from '../../infrastructure/masking.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import type { Mails } from '../mail/mails.js';
import type { WebLinks } from '../web-links.js';
import { VerificationErrors } from './auth.errors.js';
import { AuthSettings } from './auth.settings.js';
import type { EmailAddresses } from './email-addresses.js';
import type { PasswordResetLinks } from './password-reset-links.js';

interface LockedVerification {
  id: string;
  userId: string;
  purpose: EmailVerificationPurpose;
  newEmail: string | null;
  usable: boolean;
  usedAt: Date | null;
  email: string;
  emailVerified: boolean;
  contested: boolean;
  locale: string | null;
}

/** Links that prove an address: of a new account, or the new one of an email change. */
export class EmailVerificationService {
  constructor(
    private readonly database: Database,
    private readonly addresses: EmailAddresses,
    private readonly resetLinks: PasswordResetLinks,
    private readonly mails: Mails,
    private readonly links: WebLinks,
    private readonly audit: AuditLog,
    private readonly events: DomainEvents,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /**
   * Writes a sign-up link and puts its mail into the outbox, in the transaction at hand.
   *
   * @param linkId id of the link; that of the request it answers, where there is one
   */
  async sendSignupLink(user: { id: string; email: string; locale: string | null }, linkId = newId()): Promise<void> {
    const token = await this.createLink(linkId, user.id, EmailVerificationPurpose.SIGNUP, null);
    await this.mails.send(
      'account_verification',
      { to: user.email, locale: user.locale },
      { verifyUrl: this.links.verifyEmail(token), expiresInHours: this.settings.get(AuthSettings.emailVerificationTtlHours) },
    );
  }

  /** Writes the link of an email change, in the transaction at hand, and makes earlier ones invalid. */
  async sendEmailChangeLink(user: { id: string; newEmail: string; locale: string | null }): Promise<void> {
    await this.invalidateEmailChanges(user.id);
    const token = await this.createLink(newId(), user.id, EmailVerificationPurpose.EMAIL_CHANGE, user.newEmail);
    await this.mails.send(
      'email_change_confirm',
      { to: user.newEmail, locale: user.locale },
      { confirmUrl: this.links.verifyEmail(token), expiresInHours: this.settings.get(AuthSettings.emailVerificationTtlHours) },
    );
  }

  async invalidateEmailChanges(userId: string): Promise<void> {
    await this.invalidate(userId, EmailVerificationPurpose.EMAIL_CHANGE);
  }

  async invalidateSignupLinks(userId: string): Promise<void> {
    await this.invalidate(userId, EmailVerificationPurpose.SIGNUP);
  }

  /**
   * Confirms an address. A token that did its work is a success again, as mail scanners and double clicks repeat it.
   *
   * @throws DomainError `auth.verify_email.invalid_token`
   */
  async verify(token: string): Promise<void> {
    try {
      await this.database.transaction(async () => {
        const row = await this.lock(token);
        if (row?.usedAt && inForce(row)) return;
        if (!row?.usable) throw new DomainError(VerificationErrors.invalidToken);
        if (row.purpose === EmailVerificationPurpose.SIGNUP) await this.confirmSignup(row);
        else await this.confirmEmailChange(row, row.newEmail!);
      });
    } catch (error) {
      // Two users confirmed the same address at the same moment.
      if (isUniqueViolation(error, 'user_account_email_key')) throw new DomainError(VerificationErrors.invalidToken);
      throw error;
    }
  }

  private async lock(token: string): Promise<LockedVerification | undefined> {
    const [row] = await this.database.query<LockedVerification>(
      `select v.id, v.user_id as "userId", v.purpose, v.new_email as "newEmail", v.used_at as "usedAt",
              v.used_at is null and v.invalidated_at is null and v.expires_at > $2 and u.status in ('ACTIVE', 'SUSPENDED', 'BANNED') as usable,
              u.email, u.email_verified as "emailVerified", u.signup_contested as contested, s.locale
       from email_verification v join user_account u on u.id = v.user_id left join user_settings s on s.user_id = u.id
       where v.token_hash = $1 for update of v, u`,
      [sha256(token), this.clock.now()],
    );
    return row;
  }

  private async confirmSignup(row: LockedVerification): Promise<void> {
    const now = this.clock.now();
    await this.database.query(
      `update user_account set email_verified = true, email_verified_at = $2, updated_at = $2, signup_contested = false,
         password_hash = case when signup_contested then null else password_hash end,
         username = case when signup_contested then null else username end,
         display_name = case when signup_contested then null else display_name end,
         intent = case when signup_contested then null else intent end
       where id = $1`,
      [row.userId, now],
    );
    await this.markUsed(row.id);
    await this.invalidateSignupLinks(row.userId);
    // Whoever signed up first with a foreign address gains nothing: no password given before the proof survives it.
    if (row.contested) await this.resetLinks.send({ id: row.userId, email: row.email, locale: row.locale });
    await this.events.publish('user.verified', { userId: row.userId });
    await this.audit.record({ action: 'auth.verify_email.success', actorId: row.userId, target: { type: 'User', id: row.userId } });
  }

  private async confirmEmailChange(row: LockedVerification, newEmail: string): Promise<void> {
    const now = this.clock.now();
    const refused =
      this.addresses.isDisposable(newEmail) ||
      !(await this.addresses.acceptsMail(newEmail)) ||
      (await this.addresses.isTombstoned(newEmail, now));
    if (refused) throw new DomainError(VerificationErrors.invalidToken);
    await this.removeUnverifiedHolder(newEmail);
    await this.database.query('update user_account set email = $2, email_verified = true, updated_at = $3 where id = $1', [row.userId, newEmail, now]);
    await this.markUsed(row.id);
    // They went to the former address.
    await this.database.query(
      'update email_verification set invalidated_at = $2 where user_id = $1 and used_at is null and invalidated_at is null',
      [row.userId, now],
    );
    await this.database.query(
      'update reactivation_token set invalidated_at = $2 where user_id = $1 and used_at is null and invalidated_at is null',
      [row.userId, now],
    );
    await this.resetLinks.invalidate(row.userId);
    const undoWithinHours = this.settings.get(AuthSettings.emailChangeRevertHours);
    const undoToken = await this.resetLinks.createRestoreLink(row.userId, row.email, undoWithinHours);
    await this.mails.send(
      'security_email_changed',
      { to: row.email, locale: row.locale },
      { newEmailMasked: maskEmail(newEmail), undoUrl: this.links.resetPassword(undoToken), undoWithinHours },
    );
    await this.audit.record({
      action: 'auth.email_change.success',
      actorId: row.userId,
      target: { type: 'User', id: row.userId },
      data: { from: this.addresses.hash(row.email), to: this.addresses.hash(newEmail) },
    });
  }

  /** A squatter's sign-up that was never verified does not exist for other users. */
  private async removeUnverifiedHolder(email: string): Promise<void> {
    const holders = await this.database.query<{ id: string }>(
      'select id from user_account where email = $1 and email_verified_at is null and not email_verified for update',
      [email],
    );
    for (const { id } of holders) {
      await this.database.query('select consent_record_erase($1, true)', [id]);
      await this.database.query('delete from user_account where id = $1', [id]);
    }
  }

  private async createLink(id: string, userId: string, purpose: EmailVerificationPurpose, newEmail: string | null): Promise<string> {
    const token = newCapabilityId();
    const now = this.clock.now();
    await this.database.manager.insert(EmailVerification, {
      id,
      userId,
      purpose,
      newEmail,
      tokenHash: sha256(token),
      expiresAt: addTime(now, Duration.hours(this.settings.get(AuthSettings.emailVerificationTtlHours))),
      createdAt: now,
    });
    return token;
  }

  private async markUsed(id: string): Promise<void> {
    await this.database.query('update email_verification set used_at = $2 where id = $1', [id, this.clock.now()]);
  }

  private async invalidate(userId: string, purpose: EmailVerificationPurpose): Promise<void> {
    await this.database.query(
      'update email_verification set invalidated_at = $3 where user_id = $1 and purpose = $2 and used_at is null and invalidated_at is null',
      [userId, purpose, this.clock.now()],
    );
  }
}

/** A used link still counts while what it brought about holds. */
function inForce({ purpose, emailVerified, email, newEmail }: LockedVerification): boolean {
  return purpose === EmailVerificationPurpose.SIGNUP ? emailVerified : email === newEmail;
}
