import type { MailTemplate, MailTemplates } from '../../src/services/mail/mail-templates.js';

const happenedAt = '2026-03-05T14:07:00.000Z';
const securityUrl = 'https://bio.re/settings/security';
const signInUrl = 'https://bio.re/login';
const supportUrl = 'https://bio.re/support';
const appealUrl = 'https://bio.re/appeal?type=ban&ref=1';
const security = { securityUrl, happenedAt };

/** Full parameters of every template and variant. The type makes it complete. */
export const mailSamples: { [T in MailTemplate]: MailTemplates[T][] } = {
  account_verification: [{ verifyUrl: 'https://bio.re/verify?token=a&b=c', expiresInHours: 24 }],
  account_exists: [{ signInUrl }],
  password_reset: [{ resetUrl: 'https://bio.re/reset?token=a', expiresInMinutes: 60 }],
  email_change_confirm: [{ confirmUrl: 'https://bio.re/verify?token=a', expiresInHours: 24 }],
  security_email_changed: [
    { newEmailMasked: 'a***@g***.com', undoUrl: 'https://bio.re/reset?token=a', undoWithinHours: 72 },
  ],
  security_password_reset: [security],
  security_password_changed: [{ ...security, device: 'Firefox on Linux' }],
  security_account_locked: [{ securityUrl, lockedForMinutes: 15 }],
  security_new_login: [{ ...security, device: 'Firefox on Linux', country: 'Portugal' }],
  security_token_reuse: [security],
  security_2fa_enabled: [security],
  security_2fa_disabled: [security],
  security_2fa_sms_enabled: [{ securityUrl, phoneMasked: '+90********12' }],
  security_backup_code_used: [{ ...security, codesLeft: 9 }],
  security_backup_codes_regenerated: [security],
  security_oauth_linked: [{ ...security, provider: 'Google' }],
  security_oauth_unlinked: [{ ...security, provider: 'Google' }],
  security_phone_verified: [{ securityUrl, phoneMasked: '+90********12' }],
  security_email_change_requested: [{ securityUrl, newEmailMasked: 'a***@g***.com' }],
  account_deactivated: [
    { reactivateUrl: 'https://bio.re/reactivate?token=a', linkExpiresAt: happenedAt, deletionAt: happenedAt },
  ],
  account_reactivated: [{ signInUrl }],
  deletion_scheduled: [
    {
      deletionAt: happenedAt,
      balances: [{ amount: '12.50', currency: 'USD' }],
      cancelUrl: 'https://bio.re/reactivate?token=a',
    },
  ],
  deletion_cancelled: [{ signInUrl }],
  deletion_done: [{}],
  export_ready: [{ exportUrl: 'https://bio.re/settings/privacy', expiresAt: happenedAt }],
  export_failed: [{ exportUrl: 'https://bio.re/settings/privacy' }],
  account_status_changed: [
    { variant: 'suspended', publicReason: 'Repeated spam.', ground: 'Terms, section 4', until: happenedAt, appealUrl },
    { variant: 'banned', publicReason: 'Repeated spam.', ground: 'Terms, section 4', appealUrl },
    { variant: 'fraud_flagged', publicReason: 'Disputed card payments.', appealUrl },
    { variant: 'fraud_cleared', signInUrl },
    { variant: 'lifted', signInUrl },
    { variant: 'reactivated', signInUrl },
    { variant: 'deactivated', publicReason: 'At your request.', signInUrl },
  ],
  security_admin_action: [
    { variant: 'email_changed', newEmailMasked: 'a***@g***.com', happenedAt, supportUrl },
    { variant: 'role_changed', happenedAt, supportUrl },
    { variant: 'unlocked', happenedAt, supportUrl },
    { variant: 'sessions_ended', happenedAt, supportUrl },
    { variant: 'second_factor_removed', happenedAt, supportUrl },
    { variant: 'password_removed', happenedAt, supportUrl },
  ],
  appeal_received: [{}],
  appeal_decided: [
    { variant: 'granted', response: 'You were right.\nWe are sorry.', signInUrl },
    { variant: 'rejected', response: 'The rule applies.' },
  ],
  admin_token_reuse: [
    { userId: '019ab0c4-0000-7000-8000-000000000000', happenedAt, adminUrl: 'https://bio.re/admin/users/1' },
  ],
};
