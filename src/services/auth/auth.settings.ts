import { setting } from '../../infrastructure/settings/setting.js';
import { registrationEnabled } from '../admin/kill-switches.js';

/** Settings of sign-up, sign-in, sessions, second factors and account mails. */
export const AuthSettings = {
  registrationEnabled,
  supportedLocales: setting.json<string[] | null>('platform.supported_locales', null, 'follows the active languages', { readOnly: true }),
  termsVersion: setting.string('legal.terms_version', '1.0', 'version recorded with the consent to the terms', { maxLength: 20 }),
  privacyVersion: setting.string('legal.privacy_version', '1.0', 'version recorded with the consent to the privacy policy', { maxLength: 20 }),

  accessTokenTtlSeconds: setting.int('auth.access_token_ttl_seconds', 900, 'lifetime of an access token', { min: 60, max: 3600 }),
  refreshTokenTtlDays: setting.int('auth.refresh_token_ttl_days', 30, 'idle limit of a session; every rotation renews it', { min: 1, max: 365 }),
  sessionMaxDays: setting.int('auth.session_max_days', 90, 'absolute limit of a session from its sign-in', { min: 1, max: 365 }),
  refreshGraceSeconds: setting.int('auth.refresh_grace_seconds', 10, 'time in which a rotated token still gets its successor', { min: 0, max: 60 }),
  maxSessionsPerUser: setting.int('auth.max_sessions_per_user', 20, 'live sessions a user may hold', { min: 1, max: 100 }),
  stepUpMaxAgeMinutes: setting.int('auth.step_up_max_age_minutes', 60, 'greatest age of the sign-in for step-up operations', { min: 1, max: 1440 }),

  saltRounds: setting.int('auth.salt_rounds', 10, 'bcrypt cost, never below 10', { min: 10, max: 15 }),
  passwordBlocklistEnabled: setting.boolean('auth.password_blocklist_enabled', true, 'refuse the most common passwords'),
  maxLoginAttempts: setting.int('auth.max_login_attempts', 5, 'wrong passwords before the address is locked', { min: 1, max: 100 }),
  lockoutMinutes: setting.int('auth.lockout_minutes', 15, 'length of a lock', { min: 1, max: 1440 }),

  twoFactorMaxAttempts: setting.int('auth.two_factor_max_attempts', 5, 'wrong codes before a sign-in challenge is dead', { min: 1, max: 20 }),
  twoFactorMaxFailures: setting.int('auth.two_factor_max_failures', 10, 'wrong second factors of one user before the account is locked', { min: 1, max: 100 }),
  totpWindow: setting.int('auth.totp_window', 1, 'accepted time steps on either side', { min: 0, max: 2 }),
  backupCodeCount: setting.int('auth.backup_code_count', 10, 'backup codes in a batch', { min: 1, max: 20 }),
  smsSecondFactorEnabled: setting.boolean('auth.sms_second_factor_enabled', true, 'allow SMS codes beside TOTP; never for staff'),

  otpTtlMinutes: setting.int('auth.otp_ttl_minutes', 10, 'lifetime of an SMS code', { min: 1, max: 60 }),
  otpMaxAttempts: setting.int('auth.otp_max_attempts', 5, 'wrong tries a code', { min: 1, max: 20 }),
  otpMaxResends: setting.int('auth.otp_max_resends', 3, 'resends a challenge', { min: 0, max: 10 }),
  otpResendCooldownSeconds: setting.int('auth.otp_resend_cooldown_seconds', 60, 'time between two sends of a challenge', { min: 1, max: 3600 }),
  otpPerPhoneMaxPerHour: setting.int('auth.otp_per_phone_max_per_hour', 5, 'codes a phone number may get in an hour, resends included', { min: 1, max: 100 }),
  otpGlobalMaxPerHour: setting.int('auth.otp_global_max_per_hour', 500, 'SMS the platform sends in an hour, against toll fraud', { min: 1 }),
  otpAllowedCountryCodes: setting.json<string[]>('auth.otp_allowed_country_codes', [], 'calling codes that get SMS; empty = all'),

  emailVerificationTtlHours: setting.int('auth.email_verification_ttl_hours', 24, 'lifetime of a verification link', { min: 1, max: 168 }),
  passwordResetTtlMinutes: setting.int('auth.password_reset_ttl_minutes', 60, 'lifetime of a reset link', { min: 5, max: 1440 }),
  emailChangeRevertHours: setting.int('auth.email_change_revert_hours', 72, 'time in which the former address may undo an email change', { min: 1, max: 720 }),
  mailPerAddressMaxPerHour: setting.int('auth.mail_per_address_max_per_hour', 5, 'account mails to one address in an hour', { min: 1, max: 100 }),
  unverifiedAccountTtlDays: setting.int('auth.unverified_account_ttl_days', 7, 'age at which a never verified account is removed', { min: 1, max: 365 }),
  emailMxCheckEnabled: setting.boolean('auth.email_mx_check_enabled', process.env.NODE_ENV === 'production', 'look up the MX record of new addresses'),
  disposableDomainsExtra: setting.json<string[]>('auth.disposable_domains_extra', [], 'domains refused beside the bundled list'),
} as const;
