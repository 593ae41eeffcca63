import { setting } from '../../infrastructure/settings/setting.js';

/** Settings of usernames, account pause and the GDPR rights. */
export const UserSettingsKeys = {
  usernameMinLength: setting.int('site.username_min_length', 3, 'shortest username', { min: 1, max: 30 }),
  usernameMaxLength: setting.int('site.username_max_length', 30, 'longest username; at least the minimum', { min: 1, max: 60 }),
  usernameChangeCooldownDays: setting.int('username.change_cooldown_days', 30, 'days between two username changes', { min: 0, max: 365 }),
  usernameReleaseHoldDays: setting.int('username.release_hold_days', 30, 'days in which a released username is kept from others', { min: 0, max: 365 }),
  reactivateTokenTtlDays: setting.int('user.reactivate_token_ttl_days', 30, 'lifetime of a mailed reactivation link of a paused account', { min: 1, max: 365 }),
  deleteGraceDays: setting.int('gdpr.delete_grace_days', 30, 'days between a deletion request and the purge', { min: 1, max: 90 }),
  exportTtlHours: setting.int('gdpr.export_ttl_hours', 24, 'hours for which an export archive can be downloaded', { min: 1, max: 168 }),
  tombstoneDays: setting.int('gdpr.tombstone_days', 90, 'days for which the address of an erased account cannot be used again', { min: 1, max: 3650 }),
} as const;
