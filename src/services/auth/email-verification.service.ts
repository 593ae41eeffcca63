import { EmailVerificationPurpose } from '../../entities/auth/auth.enums.js';
import { UserStatus } from '../../entities/user/user.enums.js';
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
import type { ReactivationTokens } from '../user/reactivation-tokens.js';
import type { WebLinks } from '../web-links.js';
import type { Account, Accounts } from './accounts.js';
import { VerificationErrors } from './auth.errors.js';
import { AuthSettings } from './auth.settings.js';
import type { EmailAddresses } from './email-addresses.js';
import type { PasswordResetLinks } from './password-reset-links.js';
import type { UnverifiedAccounts } from './unverified-accounts.js';

interface Link {
  id: string;
  userId: string;
  /** Set on the link of an email change alone. */
  newEmail: string | null;
  open: boolean;
  usedAt: Date | null;
}

const VERIFIABLE: readonly UserStatus[] = [UserStatus.ACTIVE, UserStatus.SUSPENDED, UserStatus.BANNED];

/** Links that prove an address: of a new account, or the new one of an email change. */
export class EmailVerificationService {
  constructor(
    private readonly database: Database,
    private readonly accounts: Accounts,
    private readonly unverified: UnverifiedAccounts,
    private readonly addresses: EmailAddresses,
    private readonly resetLinks: PasswordResetLinks,
    private readonly reactivationTokens: ReactivationTokens,
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
      {
        verifyUrl: this.links.verifyEmail(token),
        expiresInHours: this.settings.get(AuthSettings.emailVerificationTtlHours),
      },
    );
  }

  /** Writes the link of an email change, in the transaction at hand, and makes earlier ones invalid. */
  async sendEmailChangeLink(user: { id: string; newEmail: string; locale: string | null }): Promise<void> {
    await this.invalidateEmailChanges(user.id);
    const token = await this.createLink(newId(), user.id, EmailVerificationPurpose.EMAIL_CHANGE, user.newEmail);
    await this.mails.send(
      'email_change_confirm',
      { to: user.newEmail, locale: user.locale },
      {
        confirmUrl: this.links.verifyEmail(token),
        expiresInHours: this.settings.get(AuthSettings.emailVerificationTtlHours),
      },
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
    const seen = await this.find(token);
    if (!seen) throw new DomainError(VerificationErrors.invalidToken);
    // Asks DNS, so before the transaction.
    const acceptable = seen.newEmail === null || (await this.isAcceptable(seen.newEmail));
    try {
      await this.database.transaction(async () => {
        const account = await this.accounts.lock(seen.userId);
        const link = await this.find(token);
        if (!account || !link || !VERIFIABLE.includes(account.status))
          throw new DomainError(VerificationErrors.invalidToken);
        if (link.usedAt && inForce(link, account)) return;
        if (!link.open || !acceptable) throw new DomainError(VerificationErrors.invalidToken);
        if (link.newEmail === null) await this.confirmSignup(link, account);
        else await this.confirmEmailChange(link.id, account, link.newEmail);
      });
    } catch (error) {
      // The new address belongs to somebody else by now.
      if (isUniqueViolation(error, 'user_account_email_key')) throw new DomainError(VerificationErrors.invalidToken);
      throw error;
    }
  }

  private async find(token: string): Promise<Link | undefined> {
    const [row] = await this.database.query<Link>(
      `select id, user_id as "userId", new_email as "newEmail", used_at as "usedAt",
              used_at is null and invalidated_at is null and expires_at > $2 as open
       from email_verification where token_hash = $1`,
      [sha256(token.toLowerCase()), this.clock.now()],
    );
    return row;
  }

  private async isAcceptable(email: string): Promise<boolean> {
    return (
      !this.addresses.isDisposable(email) &&
      !(await this.addresses.isTombstoned(email, this.clock.now())) &&
      (await this.addresses.acceptsMail(email))
    );
  }

  private async confirmSignup({ id }: Link, { id: userId, email, locale, signupContested }: Account): Promise<void> {
    const now = this.clock.now();
    await this.database.query(
      `update user_account set email_verified = true, email_verified_at = $2, updated_at = $2, signup_contested = false,
         password_hash = case when signup_contested then null else password_hash end,
         username = case when signup_contested then null else username end,
         display_name = case when signup_contested then null else display_name end,
         intent = case when signup_contested then null else intent end
       where id = $1`,
      [userId, now],
    );
    await this.markUsed(id);
    await this.invalidateSignupLinks(userId);
    // Whoever signed up first with a foreign address gains nothing: no password given before the proof survives it.
    if (signupContested) await this.resetLinks.send({ id: userId, email: email!, locale });
    await this.events.publish('user.verified', { userId });
    await this.audit.record({
      action: 'auth.verify_email.success',
      actorId: userId,
      target: { type: 'User', id: userId },
    });
  }

  private async confirmEmailChange(
    linkId: string,
    { id: userId, email, locale }: Account,
    newEmail: string,
  ): Promise<void> {
    const now = this.clock.now();
    const formerEmail = email!;
    await this.unverified.removeHolderOf(newEmail);
    await this.database.query(
      'update user_account set email = $2, email_verified = true, updated_at = $3 where id = $1',
      [userId, newEmail, now],
    );
    await this.markUsed(linkId);
    await this.invalidateFormerLinks(userId);
    const undoWithinHours = this.settings.get(AuthSettings.emailChangeRevertHours);
    const undoToken = await this.resetLinks.createRestoreLink(userId, formerEmail, undoWithinHours);
    await this.mails.send(
      'security_email_changed',
      { to: formerEmail, locale },
      { newEmailMasked: maskEmail(newEmail), undoUrl: this.links.resetPassword(undoToken), undoWithinHours },
    );
    await this.audit.record({
      action: 'auth.email_change.success',
      actorId: userId,
      target: { type: 'User', id: userId },
      data: { from: this.addresses.hash(formerEmail), to: this.addresses.hash(newEmail) },
    });
  }

  /** They went to the address that was given up. */
  private async invalidateFormerLinks(userId: string): Promise<void> {
    await this.invalidateSignupLinks(userId);
    await this.invalidateEmailChanges(userId);
    await this.resetLinks.invalidate(userId);
    await this.reactivationTokens.invalidateAll(userId);
  }

  private async createLink(
    id: string,
    userId: string,
    purpose: EmailVerificationPurpose,
    newEmail: string | null,
  ): Promise<string> {
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
function inForce({ newEmail }: Link, { email, emailVerified }: Account): boolean {
  return newEmail === null ? emailVerified : email === newEmail;
}
