/** Platform that an account can be linked with. */
export enum OAuthPlatform {
  /** Google. */
  google = 'google',
  /** Apple. */
  apple = 'apple',
  /** X. */
  x = 'x',
  /** Discord. */
  discord = 'discord',
  /** Facebook. */
  facebook = 'facebook',
  /** GitHub. */
  github = 'github',
  /** Instagram. */
  instagram = 'instagram',
  /** LinkedIn. */
  linkedin = 'linkedin',
  /** Pinterest. */
  pinterest = 'pinterest',
  /** Reddit. */
  reddit = 'reddit',
  /** Spotify. */
  spotify = 'spotify',
  /** Threads. */
  threads = 'threads',
  /** TikTok. */
  tiktok = 'tiktok',
  /** Twitch. */
  twitch = 'twitch',
  /** YouTube. */
  youtube = 'youtube',
}

/** Platform that can sign a user in. */
export enum OAuthLoginProvider {
  /** Sign in with Google. */
  google = 'google',
  /** Sign in with Apple. */
  apple = 'apple',
  /** Sign in with X. */
  x = 'x',
}

/** What an SMS code is for. */
export enum OtpPurpose {
  /** Verify a phone number during sign-up. */
  VERIFY_PHONE_FAN = 'verify-phone-fan',
  /** Verify the phone number of the profile. */
  VERIFY_PHONE_PROFILE = 'verify-phone-profile',
  /** Switch on SMS as second factor. */
  TWO_FACTOR_SETUP = '2fa-setup',
  /** Second factor of a sign-in. */
  LOGIN_TWO_FACTOR = 'login-2fa',
}

/** What a challenge waits for. */
export enum ChallengeKind {
  /** The second factor of a sign-in. */
  LOGIN_2FA = 'LOGIN_2FA',
  /** An SMS code. */
  OTP = 'OTP',
}

/** What a verification link confirms. */
export enum EmailVerificationPurpose {
  /** The address of a new account. */
  SIGNUP = 'SIGNUP',
  /** The new address of an account. */
  EMAIL_CHANGE = 'EMAIL_CHANGE',
}

/** Why a session ended. */
export enum SessionEndReason {
  /** Signed out by the user. */
  LOGOUT = 'LOGOUT',
  /** Ended by the user from the list of sessions. */
  REVOKED = 'REVOKED',
  /** The same client signed in anew. */
  REPLACED = 'REPLACED',
  /** The user holds too many sessions; this was the least recently used one. */
  LIMIT = 'LIMIT',
  /** The password was changed. */
  PASSWORD_CHANGED = 'PASSWORD_CHANGED',
  /** The password was reset. */
  PASSWORD_RESET = 'PASSWORD_RESET',
  /** A second factor was switched on or off. */
  TWO_FACTOR_CHANGED = 'TWO_FACTOR_CHANGED',
  /** A rotated refresh token was presented again. */
  TOKEN_REUSE = 'TOKEN_REUSE',
  /** The account was deactivated. */
  DEACTIVATED = 'DEACTIVATED',
  /** The account was suspended or banned. */
  ACCOUNT_SUSPENDED = 'ACCOUNT_SUSPENDED',
  /** The role of the account changed. */
  ROLE_CHANGED = 'ROLE_CHANGED',
  /** Ended by staff. */
  ADMIN = 'ADMIN',
}

/** What a reactivation link can still do. */
export enum ReactivationStatus {
  /** The account is paused and can come back. */
  PAUSED = 'paused',
  /** The account waits for erasure and can come back. */
  PENDING_DELETION = 'pending-deletion',
  /** The link is used up or too old. */
  EXPIRED = 'expired',
  /** The account is erased. */
  DELETED = 'deleted',
}
