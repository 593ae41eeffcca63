/** Weight of an audit entry. */
export enum AuditLevel {
  /** Ordinary. */
  INFO = 'INFO',
  /** Touches configuration, money, access or enforcement. */
  WARN = 'WARN',
  /** Needs attention at once. */
  CRITICAL = 'CRITICAL',
}

/** Who caused an audit entry. */
export enum ActorType {
  /** An account acting for itself. */
  USER = 'USER',
  /** A member of staff. */
  ADMIN = 'ADMIN',
  /** A job or the server itself. */
  SYSTEM = 'SYSTEM',
}

/** How an account is closed by moderation. */
export enum BanType {
  /** Until a date. */
  SUSPENSION = 'SUSPENSION',
  /** For good. */
  BAN = 'BAN',
}

/** What raised a fraud flag. */
export enum FraudSource {
  /** A member of staff. */
  ADMIN = 'ADMIN',
  /** The guard against many loads in a short time. */
  VELOCITY = 'VELOCITY',
  /** A disputed card payment. */
  CHARGEBACK = 'CHARGEBACK',
}

/** Kind of text under moderation. */
export enum ModerationKind {
  /** A message. */
  MESSAGE = 'MESSAGE',
  /** The bio of an account. */
  BIO = 'BIO',
  /** A link of a bio page. */
  LINK = 'LINK',
  /** A username or display name. */
  USERNAME = 'USERNAME',
}

/** How the pattern of a rule is read. */
export enum ModerationMatcher {
  /** A word or phrase. */
  KEYWORD = 'KEYWORD',
  /** A regular expression, run in linear time. */
  REGEX = 'REGEX',
  /** A host name with its subdomains. */
  DOMAIN = 'DOMAIN',
}

/** What a matching rule does. */
export enum ModerationAction {
  /** Holds a message back until staff decides. */
  QUARANTINE = 'QUARANTINE',
  /** Refuses the text. */
  REJECT = 'REJECT',
  /** Lets the text pass and opens a case. */
  FLAG = 'FLAG',
}

/** Progress of a moderation case. */
export enum ModerationCaseStatus {
  /** Waits for a decision. */
  OPEN = 'OPEN',
  /** The text may stay. */
  APPROVED = 'APPROVED',
  /** The text was removed or the message refused. */
  REJECTED = 'REJECTED',
  /** Closed without a decision, since its message ran out. */
  EXPIRED = 'EXPIRED',
}

/** Ground of a restriction (Regulation (EU) 2022/2065, Art. 17). */
export enum GroundType {
  /** The content is held illegal. */
  LEGAL = 'LEGAL',
  /** The content breaks the terms of service. */
  TERMS = 'TERMS',
}
