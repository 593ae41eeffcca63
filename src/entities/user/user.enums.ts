/** State of an account. */
export enum UserStatus {
  /** Normal use. */
  ACTIVE = 'ACTIVE',
  /** Closed by moderation for a time. */
  SUSPENDED = 'SUSPENDED',
  /** Closed by moderation for good. */
  BANNED = 'BANNED',
  /** Paused by its owner, or waiting for erasure. */
  DEACTIVATED = 'DEACTIVATED',
  /** Erased, final. */
  DELETED = 'DELETED',
}

/** What a new user came for. */
export enum UserIntent {
  /** Wants to follow and write to creators. */
  FAN = 'FAN',
  /** Wants a page of their own. */
  CREATOR = 'CREATOR',
}

/** Role of an account; each gives a fixed set of permissions. */
export enum AdminRole {
  /** No staff permission. */
  USER = 'USER',
  /** Answers tickets and contact messages. */
  SUPPORT_AGENT = 'SUPPORT_AGENT',
  /** Decides on reported and flagged content, bans and appeals. */
  MODERATOR = 'MODERATOR',
  /** Writes pages, help, blog and translations. */
  CONTENT_EDITOR = 'CONTENT_EDITOR',
  /** Decides on reviews, payouts, wallets and escrows. */
  FINANCE = 'FINANCE',
  /** Every permission but changing roles. */
  ADMIN = 'ADMIN',
  /** Every permission. */
  SUPER_ADMIN = 'SUPER_ADMIN',
}

/** How often notifications are gathered in one mail. */
export enum DigestMode {
  /** Once a day. */
  DAILY = 'DAILY',
  /** Once a week. */
  WEEKLY = 'WEEKLY',
  /** Never. */
  NONE = 'NONE',
}

/** Why a username is kept from others. */
export enum UsernameHoldReason {
  /** Sent with a sign-up that made no account. */
  SIGNUP = 'SIGNUP',
  /** Given up by its former owner. */
  RELEASED = 'RELEASED',
}

/** How a reactivation token reached the user. */
export enum ReactivationTokenSource {
  /** Mailed as a link. */
  EMAIL = 'EMAIL',
  /** Given by a sign-in to a deactivated account. */
  LOGIN = 'LOGIN',
}

/** Right that a request exercises. */
export enum GDPRRequestType {
  /** Copy of the data (GDPR Art. 15 and 20). */
  EXPORT = 'EXPORT',
  /** Erasure (GDPR Art. 17). */
  DELETION = 'DELETION',
}

/** Progress of a GDPR request. */
export enum GDPRRequestStatus {
  /** Waits for the worker, or for the end of the grace period. */
  PENDING = 'PENDING',
  /** Under way; can no longer be cancelled. */
  PROCESSING = 'PROCESSING',
  /** Done. */
  COMPLETED = 'COMPLETED',
  /** Gave up; staff may retry. */
  FAILED = 'FAILED',
  /** Called off by its owner or by staff. */
  CANCELLED = 'CANCELLED',
}

/** Kind of decision that is appealed. */
export enum AppealType {
  /** A suspension or ban. */
  ban = 'ban',
  /** A fraud flag. */
  fraud_flag = 'fraud_flag',
  /** Removed text or a refused message. */
  content_removal = 'content_removal',
  /** The outcome of a report. */
  report_action = 'report_action',
}

/** Progress of an appeal. */
export enum AppealStatus {
  /** Not looked at. */
  PENDING = 'PENDING',
  /** Taken by a member of staff. */
  UNDER_REVIEW = 'UNDER_REVIEW',
  /** Granted, the decision is undone. */
  APPROVED = 'APPROVED',
  /** Refused, the decision stands. */
  REJECTED = 'REJECTED',
}
