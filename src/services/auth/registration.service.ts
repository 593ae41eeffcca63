import { randomInt } from 'node:crypto';
import { ModerationKind } from '../../entities/admin/admin.enums.js';
import { ConsentRecord } from '../../entities/user/consent-record.entity.js';
import { User } from '../../entities/user/user.entity.js';
import type { UserIntent } from '../../entities/user/user.enums.js';
import { UserSettings } from '../../entities/user/user-settings.entity.js';
import type { AuditLog } from '../../infrastructure/audit/audit-log.js';
import { addTime, Duration, type Clock } from '../../infrastructure/clock.js';
import { isUniqueViolation, type Database } from '../../infrastructure/database/database.js';
import { DomainError, invalidField } from '../../infrastructure/errors.js';
import { DEFAULT_LOCALE, SUPPORTED_LOCALES } from '../../infrastructure/i18n/locales.js';
import { newId } from '../../infrastructure/ids.js';
import { toPlainText } from '../../infrastructure/plain-text.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import type { TextModeration } from '../moderation/text-moderation.js';
import type { Usernames } from '../user/usernames.js';
import type { WebLinks } from '../web-links.js';
import type { AccountMailRequests } from './account-mail-requests.js';
import { RegistrationErrors } from './auth.errors.js';
import { AuthSettings } from './auth.settings.js';
import { normalizeEmail, type EmailAddresses } from './email-addresses.js';
import type { EmailVerificationService } from './email-verification.service.js';
import type { PhoneChallenges } from './phone-challenges.js';
import type { Passwords } from './passwords.js';
import type { SignupDecoys } from './signup-decoys.js';

/** Where a new account came from; stored once and never changed. */
export interface SignupOrigin {
  ip: string;
  userAgent: string | null;
  country: string | null;
  locale: string;
}

/** What a sign-up form sends. */
export interface RegistrationRequest {
  email: string;
  password: string;
  username?: string | null;
  displayName?: string | null;
  intent?: UserIntent | null;
  referralCode?: string | null;
  locale?: string | null;
  utmSource?: string | null;
  utmMedium?: string | null;
  utmCampaign?: string | null;
  utmTerm?: string | null;
  utmContent?: string | null;
  firstReferrerUrl?: string | null;
  firstLandingPage?: string | null;
  phoneChallengeId?: string | null;
}

/** A request whose every check has passed. */
interface CheckedRegistration extends RegistrationRequest {
  passwordHash: string;
}

interface Holder {
  id: string;
  email: string;
  emailVerified: boolean;
  passwordHash: string | null;
}

/** What the password of a sign-up was compared with, and how that ended. */
interface ComparedPassword {
  hash: string | null;
  same: boolean;
}

const REFERRAL_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/**
 * Signs people up with email and password. The answer is the same for a taken address: the newest password is told that
 * the address is unverified, and the owner of the mailbox learns the rest by mail.
 */
export class RegistrationService {
  constructor(
    private readonly database: Database,
    private readonly addresses: EmailAddresses,
    private readonly passwords: Passwords,
    private readonly usernames: Usernames,
    private readonly moderation: TextModeration,
    private readonly phones: PhoneChallenges,
    private readonly verification: EmailVerificationService,
    private readonly decoys: SignupDecoys,
    private readonly accountMails: AccountMailRequests,
    private readonly links: WebLinks,
    private readonly audit: AuditLog,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns the id of the new account, or a fresh id that belongs to nobody
   * @throws DomainError one of {@link RegistrationErrors}, `error.validation` or `error.user.content_flagged`
   */
  async register(request: RegistrationRequest, origin: SignupOrigin): Promise<string> {
    const email = normalizeEmail(request.email);
    const checked = await this.check({ ...request, email });
    const holder = await this.holderOf(email);
    // Two bcrypt runs on every path, so that the time does not tell whether the address is taken.
    const comparedHash = holder?.emailVerified ? null : (holder?.passwordHash ?? null);
    const compared = { hash: comparedHash, same: await this.passwords.matches(request.password, comparedHash) };
    const registration = { ...checked, passwordHash: await this.passwords.hash(request.password) };
    if (!holder && !(await this.addresses.isTombstoned(email, this.clock.now()))) {
      const userId = await this.create(registration, origin);
      if (userId) return userId;
    }
    return this.repeat(registration, origin, compared);
  }

  /** In the order of the contract; the first failure ends the call, and the address is looked up only after all of them. */
  private async check(request: RegistrationRequest): Promise<RegistrationRequest> {
    this.passwords.refuseCommon(request.password, 'password');
    const username = request.username == null ? null : this.usernames.normalize(request.username);
    const displayName = request.displayName == null ? null : toPlainText(request.displayName);
    // Nothing but markup.
    if (displayName === '') throw invalidField('displayName', 'isLength', '1-100 characters', { min: 1, max: 100 });
    const obstacle = username !== null && this.usernames.formObstacle(username);
    if (obstacle === 'length') {
      const { minLen, maxLen } = this.usernames.bounds;
      throw invalidField('username', 'isLength', 'too short or too long', { min: minLen, max: maxLen });
    }
    if (obstacle) throw invalidField('username', 'matches', 'not a username');
    if (request.firstLandingPage && !this.links.isOwnPage(request.firstLandingPage)) {
      throw invalidField('firstLandingPage', 'isUrl', 'a page of another site');
    }
    await this.moderation.check(ModerationKind.USERNAME, [username, displayName]);
    if (this.addresses.isDisposable(request.email)) throw new DomainError(RegistrationErrors.disposableEmail);
    if (!(await this.addresses.acceptsMail(request.email)))
      throw new DomainError(RegistrationErrors.invalidEmailDomain);
    if (request.phoneChallengeId && !(await this.phones.isVerifiedForSignup(request.phoneChallengeId))) {
      throw new DomainError(RegistrationErrors.phoneNotVerified);
    }
    if (username && (await this.usernames.claimObstacle(username, null)))
      throw new DomainError(RegistrationErrors.usernameTaken);
    return { ...request, username, displayName };
  }

  private async holderOf(email: string): Promise<Holder | undefined> {
    const [holder] = await this.database.query<Holder>(
      'select id, email, email_verified as "emailVerified", password_hash as "passwordHash" from user_account where email = $1',
      [email],
    );
    return holder;
  }

  /** @returns null when another sign-up took the address at the same moment */
  private async create(request: CheckedRegistration, origin: SignupOrigin): Promise<string | null> {
    const id = newId();
    const locale = this.localeOf(request.locale, origin);
    try {
      await this.database.transaction(async (manager) => {
        const phone = request.phoneChallengeId ? await this.phones.consumeForSignup(request.phoneChallengeId) : null;
        const referrer = request.referralCode ? await this.referrerOf(request.referralCode) : null;
        const now = this.clock.now();
        await manager.insert(User, {
          id,
          email: request.email,
          passwordHash: request.passwordHash,
          username: request.username,
          displayName: request.displayName,
          intent: request.intent ?? null,
          locale,
          phone,
          phoneVerified: phone !== null,
          referralCode: newReferralCode(),
          referralCodeUsed: referrer?.code ?? null,
          referredBy: referrer?.userId ?? null,
          utmSource: request.utmSource,
          utmMedium: request.utmMedium,
          utmCampaign: request.utmCampaign,
          utmTerm: request.utmTerm,
          utmContent: request.utmContent,
          firstReferrerUrl: request.firstReferrerUrl,
          firstLandingPage: request.firstLandingPage,
          registrationDevice: origin.userAgent?.slice(0, 255) ?? null,
          registrationCountry: origin.country,
          createdAt: now,
          updatedAt: now,
        });
        await manager.insert(UserSettings, { id: newId(), userId: id, locale, createdAt: now, updatedAt: now });
        await this.recordConsents(id, 'register', origin);
        await this.verification.sendSignupLink({ id, email: request.email, locale });
        await this.audit.record({ action: 'auth.register.success', actorId: id, target: { type: 'User', id } });
      });
      return id;
    } catch (error) {
      if (isUniqueViolation(error, 'user_account_email_key')) return null;
      if (isUniqueViolation(error, 'user_account_username_key'))
        throw new DomainError(RegistrationErrors.usernameTaken);
      throw error;
    }
  }

  /** A sign-up for an address that is held, or was held by an erased account. */
  private async repeat(
    request: CheckedRegistration,
    origin: SignupOrigin,
    compared: ComparedPassword,
  ): Promise<string> {
    await this.database.transaction(async (manager) => {
      const [holder] = await this.database.query<Holder>(
        'select id, email, email_verified as "emailVerified", password_hash as "passwordHash" from user_account where email = $1 for update',
        [request.email],
      );
      if (holder && !holder.emailVerified) {
        // Another sign-up may have come in between: then this password was compared with one that is not the stored one.
        const isSame =
          holder.passwordHash === compared.hash
            ? compared.same
            : await this.passwords.matches(request.password, holder.passwordHash);
        if (!isSame) {
          await manager.update(User, holder.id, { passwordHash: request.passwordHash, signupContested: true });
        }
        await this.accountMails.queue('signup-repeat', request.email, origin.locale);
      } else {
        await this.decoys.leave(request.email, request.passwordHash);
        if (holder) await this.accountMails.queue('account-exists', request.email, origin.locale);
      }
      if (request.username) await this.holdUsername(request.username);
      await this.audit.record({
        action: 'auth.register.repeat',
        actorId: null,
        data: { email: this.addresses.hash(request.email) },
      });
    });
    return newId();
  }

  /** The name that was asked for is gone, exactly as after a real sign-up. */
  private async holdUsername(username: string): Promise<void> {
    const now = this.clock.now();
    await this.database.query(
      `insert into username_hold (username, user_id, reason, expires_at, created_at) values ($1, null, 'SIGNUP', $2, $3)
       on conflict (username) do nothing`,
      [username, addTime(now, Duration.days(this.settings.get(AuthSettings.unverifiedAccountTtlDays))), now],
    );
  }

  /** Both consents of a new account, with the versions in force. */
  async recordConsents(userId: string, source: 'register' | 'oauth', origin: SignupOrigin): Promise<void> {
    const record = (documentType: string, documentVersion: string) => ({
      id: newId(),
      userId,
      documentType,
      documentVersion,
      accepted: true,
      source,
      ipAddress: origin.ip,
      userAgent: origin.userAgent,
      createdAt: this.clock.now(),
    });
    await this.database.manager.insert(ConsentRecord, [
      record('tos', this.settings.get(AuthSettings.termsVersion)),
      record('privacy', this.settings.get(AuthSettings.privacyVersion)),
    ]);
  }

  /** The owner of a referral code; an unknown code, or one of an account that is not ACTIVE, counts as none. */
  async referrerOf(code: string): Promise<{ userId: string; code: string } | null> {
    const [referrer] = await this.database.query<{ userId: string; code: string }>(
      `select id as "userId", referral_code as code from user_account where referral_code = $1 and status = 'ACTIVE'`,
      [code.trim().toLowerCase()],
    );
    return referrer ?? null;
  }

  localeOf(wanted: string | null | undefined, origin: SignupOrigin): string {
    const supported = SUPPORTED_LOCALES.find(({ code }) => code.toLowerCase() === wanted?.toLowerCase());
    return supported?.code ?? origin.locale ?? DEFAULT_LOCALE;
  }
}

/** Eight random characters; the unique index settles the rare collision. */
export function newReferralCode(): string {
  return Array.from({ length: 8 }, () => REFERRAL_ALPHABET[randomInt(REFERRAL_ALPHABET.length)]).join('');
}
