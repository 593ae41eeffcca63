import { defineErrors } from '../../infrastructure/errors.js';

export const UserErrors = defineErrors({
  notFound: [404, 'error.user.not_found', 'the account row is gone'],
});

export const UsernameErrors = defineErrors({
  length: [400, 'error.user.username_length', 'outside the configured bounds; details {minLen, maxLen}'],
  format: [400, 'error.user.username_format', 'the pattern is not met'],
  same: [400, 'error.user.username_same', 'equals the present username'],
  cooldown: [400, 'error.user.username_cooldown', 'changed within username.change_cooldown_days; details {daysLeft}'],
  taken: [409, 'error.user.username_taken', 'held by another user, or on hold for somebody else'],
  reserved: [409, 'error.user.username_reserved', 'on the list of reserved names, or reserved by its form'],
});

export const IntentErrors = defineErrors({
  alreadySet: [400, 'error.user.intent_already_set', 'the account has an intent, from sign-up or from an earlier call'],
});

export const EmailChangeErrors = defineErrors({
  passwordRequired: [400, 'error.user.password_required', 'the account has no password; forgot-password sets the first one'],
  passwordIncorrect: [400, 'error.user.password_incorrect', 'the password does not match'],
  same: [400, 'error.user.email_same', 'the new address equals the present one'],
  disposable: [400, 'error.user.email_disposable', 'the domain is on the disposable list'],
  invalidDomain: [400, 'error.user.email_invalid_domain', 'the domain has no MX record, or a null MX'],
});

export const BlockErrors = defineErrors({
  self: [400, 'user.block.self', 'the target is the caller'],
  targetNotFound: [404, 'error.user.not_found', 'malformed id, unknown user, a never verified account or a DELETED one'],
  notBlocked: [404, 'user.block.not_blocked', 'malformed id, or no row for the pair'],
  alreadyBlocked: [409, 'user.block.already_blocked', 'the pair exists already'],
});
