import { defineErrors } from '../../infrastructure/errors.js';

export const CaptchaErrors = defineErrors({
  invalid: [
    400,
    'auth.captcha.invalid',
    'captcha is on and the token is missing, refused, spent or cannot be verified',
  ],
});

export const RegistrationErrors = defineErrors({
  disposableEmail: [400, 'auth.register.disposable_email', 'the domain is on the disposable list'],
  invalidEmailDomain: [400, 'auth.register.invalid_email_domain', 'the domain has no MX record, or a null MX'],
  phoneNotVerified: [
    400,
    'auth.register.phone_not_verified',
    'phoneChallengeId is unknown, unverified, too old, of another purpose or consumed',
  ],
  usernameTaken: [409, 'auth.register.username_taken', 'the username is held by a user, reserved or on hold'],
});

export const LoginErrors = defineErrors({
  invalidCredentials: [
    401,
    'auth.login.invalid_credentials',
    'unknown address, wrong password, account without a password, or DELETED account',
  ],
  accountLocked: [
    401,
    'auth.login.account_locked',
    'too many wrong passwords for this address, known or not, or too many wrong second factors',
  ],
  accountSuspended: [
    401,
    'auth.login.account_suspended',
    'right factors and status SUSPENDED or BANNED; details {appealToken, expiresIn}',
  ],
  accountDeactivated: [
    401,
    'auth.login.account_deactivated',
    'right factors and status DEACTIVATED; details {reactivateToken, expiresIn, deletionDate?}',
  ],
  emailNotVerified: [403, 'auth.login.email_not_verified', 'right password and the address was never verified'],
});

export const TwoFactorErrors = defineErrors({
  invalidCode: [
    401,
    'auth.2fa.invalid_code',
    'wrong code, a TOTP of a time step that was used before, or a used backup code',
  ],
  challengeExpired: [
    401,
    'auth.2fa.challenge_expired',
    'tempToken unknown, older than 5 minutes, used, out of tries, or issued before a password or factor change',
  ],
  wrongSetupCode: [400, 'auth.2fa.invalid_code', 'the TOTP does not match, or its time step was used'],
  alreadyEnabled: [400, 'auth.2fa.already_enabled', 'two-factor sign-in is on; it must be disabled first'],
  setupRequired: [400, 'auth.2fa.setup_required', 'no pending secret, or it is older than 15 minutes'],
  notEnabled: [400, 'auth.2fa.not_enabled', 'two-factor sign-in is off'],
  noPassword: [400, 'auth.2fa.no_password', 'the account has no password; forgot-password sets the first one'],
  invalidPassword: [400, 'auth.2fa.invalid_password', 'wrong password'],
  userNotFound: [404, 'auth.2fa.user_not_found', 'the account row is gone'],
});

export const StepUpErrors = defineErrors({
  required: [403, 'auth.step_up_required', 'the sign-in is older than auth.step_up_max_age_minutes'],
});

export const VerificationErrors = defineErrors({
  invalidToken: [
    400,
    'auth.verify_email.invalid_token',
    'token unknown, expired, invalidated, used without the change being in force, or the new address was taken meanwhile',
  ],
});

export const PasswordErrors = defineErrors({
  invalidResetToken: [
    400,
    'auth.reset_password.invalid_token',
    'token unknown, expired, used or invalidated, or the account cannot be reset by it',
  ],
  sameAsCurrent: [400, 'auth.change_password.same_as_current', 'the new password equals the current one'],
  invalidCurrent: [
    401,
    'auth.change_password.invalid_current',
    'currentPassword does not match, or the account has no password',
  ],
});

export const RefreshErrors = defineErrors({
  invalidToken: [
    401,
    'auth.refresh.invalid_token',
    'token missing, forged, unknown, expired or revoked, account DEACTIVATED or DELETED, or a rotated token whose successor is no longer live',
  ],
  superseded: [
    401,
    'auth.refresh.invalid_token',
    'a rotated token inside the grace whose successor is no longer the live one',
  ],
  tokenReuse: [
    401,
    'auth.refresh.token_reuse_detected',
    'the token was rotated before; every session of the user has ended',
  ],
  accountSuspended: [
    401,
    'auth.refresh.account_suspended',
    'status SUSPENDED or BANNED, or the session ended for that reason',
  ],
});

export const SessionErrors = defineErrors({
  cannotRevokeCurrent: [400, 'auth.sessions.cannot_revoke_current', 'id is the current session; logout ends that one'],
  notFound: [404, 'auth.sessions.not_found', 'malformed id, no live session of that id, or a session of another user'],
});

export const OAuthErrors = defineErrors({
  providerDisabled: [400, 'auth.oauth.provider_disabled', 'the provider is unknown, off, or off for login'],
  emailRequired: [400, 'auth.oauth.email_required', 'first contact and the provider vouches for no verified address'],
  alreadyLinked: [
    400,
    'auth.oauth.already_linked',
    'the caller has linked this identity, or has another account of this provider linked or connected',
  ],
  notLinked: [400, 'auth.oauth.not_linked', 'the user has no login identity of the provider'],
  onlyAuthMethod: [400, 'auth.oauth.only_auth_method', 'no password and this is the last linked provider'],
  verificationFailed: [
    401,
    'auth.oauth.verification_failed',
    'the token or code does not verify, state or nonce does not belong to the verifier, or the idToken was used before',
  ],
  emailInUse: [
    409,
    'auth.oauth.email_in_use',
    'first contact and the address belongs to a verified account, or is tombstoned',
  ],
  linkedToOtherUser: [409, 'auth.oauth.linked_to_other_user', 'the identity belongs to another user'],
});

export const OtpErrors = defineErrors({
  sendRateLimit: [400, 'auth.otp.send.rate_limit', 'the hourly codes of the number or of the platform are used up'],
  purposeDisabled: [
    400,
    'auth.otp.send.purpose_disabled',
    'SMS as a second factor is switched off, or asked for by a staff account',
  ],
  invalid: [401, 'auth.otp.verify.invalid', 'wrong code, unknown challenge, or a challenge of purpose login-2fa'],
  expired: [401, 'auth.otp.verify.expired', 'the code is too old, or a newer challenge replaced this one'],
  attemptsExhausted: [401, 'auth.otp.verify.attempts_exhausted', 'auth.otp_max_attempts tries were used'],
  alreadyUsed: [401, 'auth.otp.verify.already_used', 'the code was used'],
  resendCapReached: [
    400,
    'auth.otp.resend.cap_reached',
    'no resends are left for the challenge, the number or the platform',
  ],
  resendCooldown: [400, 'auth.otp.resend.cooldown', 'the last send is too young; details {retryAfterSeconds}'],
  resendNotFound: [404, 'auth.otp.resend.not_found', 'challengeId is unknown, used, expired or replaced'],
  challengeNotFound: [
    404,
    'auth.challenge.not_found',
    'malformed or unknown id, expired, used or replaced challenge, or a sign-in challenge',
  ],
});
