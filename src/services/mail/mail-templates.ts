import type { MoneyAmount } from '../../infrastructure/i18n/message-format.js';

/** A moment as ISO 8601 text; parameters travel through a queue, so they are plain JSON. */
type Timestamp = string;

/** Where the owner sees sessions and second factors; security notices lead there. */
interface SecurityNotice {
  securityUrl: string;
}

/** What a notice tells about a restriction of an account (statement of reasons). */
interface Restriction {
  publicReason: string;
  /** Law or clause of the terms that the restriction rests on. */
  ground: string;
  appealUrl: string;
}

/**
 * Every account mail and what it is told.
 *
 * - Texts are in `locales/<code>/mails.json` under the name of the template, or `<name>.<variant>`.
 * - A parameter that ends in `Url` is the link of the mail; there is at most one, and nothing else becomes a link.
 * - A paragraph is left out when a parameter it names is null or empty; optional parameters rely on that.
 * - Nothing that strangers can choose (names, texts) goes into a mail to an unverified address.
 */
export interface MailTemplates {
  // Sign-up and recovery: they carry a token, or go to an address without an account of its own.
  account_verification: { verifyUrl: string; expiresInHours: number };
  account_exists: { signInUrl: string };
  password_reset: { resetUrl: string; expiresInMinutes: number };
  email_change_confirm: { confirmUrl: string; expiresInHours: number };
  security_email_changed: { newEmailMasked: string; undoUrl: string; undoWithinHours: number };

  // Security notices to the owner.
  security_password_reset: SecurityNotice & { happenedAt: Timestamp };
  security_password_changed: SecurityNotice & { happenedAt: Timestamp; device: string | null };
  security_account_locked: SecurityNotice & { lockedForMinutes: number };
  security_new_login: SecurityNotice & { happenedAt: Timestamp; device: string | null; country: string | null };
  security_token_reuse: SecurityNotice & { happenedAt: Timestamp };
  security_2fa_enabled: SecurityNotice & { happenedAt: Timestamp };
  security_2fa_disabled: SecurityNotice & { happenedAt: Timestamp };
  security_2fa_sms_enabled: SecurityNotice & { phoneMasked: string };
  security_backup_code_used: SecurityNotice & { happenedAt: Timestamp; codesLeft: number };
  security_backup_codes_regenerated: SecurityNotice & { happenedAt: Timestamp };
  security_oauth_linked: SecurityNotice & { provider: string; happenedAt: Timestamp };
  security_oauth_unlinked: SecurityNotice & { provider: string; happenedAt: Timestamp };
  security_phone_verified: SecurityNotice & { phoneMasked: string };
  security_email_change_requested: SecurityNotice & { newEmailMasked: string };

  // Pause, return, and the rights to a copy and to erasure.
  account_deactivated: { reactivateUrl: string; linkExpiresAt: Timestamp; deletionAt: Timestamp | null };
  account_reactivated: { signInUrl: string };
  deletion_scheduled: { deletionAt: Timestamp; balances: readonly MoneyAmount[]; cancelUrl: string };
  deletion_cancelled: { signInUrl: string };
  deletion_done: Record<never, never>;
  export_ready: { exportUrl: string; expiresAt: Timestamp };
  export_failed: { exportUrl: string };

  // Decisions of staff.
  account_status_changed:
    | (Restriction & { variant: 'suspended'; until: Timestamp })
    | (Restriction & { variant: 'banned' })
    | { variant: 'fraud_flagged'; publicReason: string | null; appealUrl: string }
    | { variant: 'fraud_cleared' | 'lifted' | 'reactivated'; signInUrl: string }
    | { variant: 'deactivated'; publicReason: string | null; signInUrl: string };
  security_admin_action:
    | { variant: 'email_changed'; newEmailMasked: string; happenedAt: Timestamp; supportUrl: string }
    | {
        variant: 'role_changed' | 'unlocked' | 'sessions_ended' | 'second_factor_removed' | 'password_removed';
        happenedAt: Timestamp;
        supportUrl: string;
      };
  appeal_received: Record<never, never>;
  appeal_decided:
    { variant: 'granted'; response: string; signInUrl: string } | { variant: 'rejected'; response: string };

  // To staff.
  admin_token_reuse: { userId: string; happenedAt: Timestamp; adminUrl: string };
}

export type MailTemplate = keyof MailTemplates;
