import { Column, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import { AdminRole, UserIntent, UserStatus } from './user.enums.js';

/** The account behind a sign-in. A DELETED row keeps id, status, deletedAt and createdAt only, so that foreign keys hold. */
@Entity({ name: 'user_account' })
export class User {
  /** Key (UUID v7). */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  /** Normalised address; null only when DELETED. */
  @Column({ name: 'email', type: 'text', nullable: true })
  email!: string | null;

  /** Whether the present address is verified. */
  @Column({ name: 'email_verified', type: 'boolean', default: false })
  emailVerified!: boolean;

  /** Time of the first verification; null for an account that never was. */
  @Column({ name: 'email_verified_at', type: 'timestamptz', nullable: true })
  emailVerifiedAt!: Date | null;

  /** Whether another password was sent for the address before it was verified. */
  @Column({ name: 'signup_contested', type: 'boolean', default: false })
  signupContested!: boolean;

  /** bcrypt of the digested password; null for an account that signs in by OAuth alone. */
  @Column({ name: 'password_hash', type: 'text', nullable: true })
  passwordHash!: string | null;

  /** Time of the last change of the password. */
  @Column({ name: 'password_changed_at', type: 'timestamptz', nullable: true })
  passwordChangedAt!: Date | null;

  /** Public handle, lower case. */
  @Column({ name: 'username', type: 'text', nullable: true })
  username!: string | null;

  /** Name shown to others, plain text. */
  @Column({ name: 'display_name', type: 'text', nullable: true })
  displayName!: string | null;

  /** Self-description, plain text. */
  @Column({ name: 'bio', type: 'text', nullable: true })
  bio!: string | null;

  /** Public URL of the avatar upload. */
  @Column({ name: 'avatar_url', type: 'text', nullable: true })
  avatarUrl!: string | null;

  /** State of the account. */
  @Column({ name: 'status', type: 'text', default: UserStatus.ACTIVE })
  status!: UserStatus;

  /** Role that gives the staff permissions. */
  @Column({ name: 'role', type: 'text', default: AdminRole.USER })
  role!: AdminRole;

  /** What the user came for. */
  @Column({ name: 'intent', type: 'text', nullable: true })
  intent!: UserIntent | null;

  /** Mirror of UserSettings.locale. */
  @Column({ name: 'locale', type: 'text', nullable: true })
  locale!: string | null;

  /** Phone number (E.164); several accounts may share one. */
  @Column({ name: 'phone', type: 'text', nullable: true })
  phone!: string | null;

  /** Whether the phone number is verified. */
  @Column({ name: 'phone_verified', type: 'boolean', default: false })
  phoneVerified!: boolean;

  /** Whether TOTP is on. */
  @Column({ name: 'two_factor_enabled', type: 'boolean', default: false })
  twoFactorEnabled!: boolean;

  /** TOTP secret, encrypted with AES-256-GCM. */
  @Column({ name: 'two_factor_secret', type: 'text', nullable: true })
  twoFactorSecret!: string | null;

  /** Time at which the secret was made. */
  @Column({ name: 'two_factor_secret_set_at', type: 'timestamptz', nullable: true })
  twoFactorSecretSetAt!: Date | null;

  /** Newest TOTP time step used, so that no code works twice (RFC 6238, 5.2). */
  @Column({ name: 'two_factor_last_step', type: 'integer', nullable: true })
  twoFactorLastStep!: number | null;

  /** Wrong second factors since the last right one, over all challenges. */
  @Column({ name: 'two_factor_failures', type: 'integer', default: 0 })
  twoFactorFailures!: number;

  /** Whether SMS codes are accepted; counts only beside twoFactorEnabled. */
  @Column({ name: 'sms_two_factor_enabled', type: 'boolean', default: false })
  smsTwoFactorEnabled!: boolean;

  /** Wrong passwords since the last sign-in. */
  @Column({ name: 'login_attempts', type: 'integer', default: 0 })
  loginAttempts!: number;

  /** End of the lock after too many wrong passwords. */
  @Column({ name: 'locked_until', type: 'timestamptz', nullable: true })
  lockedUntil!: Date | null;

  /** Time of the last sign-in. */
  @Column({ name: 'last_login_at', type: 'timestamptz', nullable: true })
  lastLoginAt!: Date | null;

  /** Time of the last call, written at most every 5 minutes. */
  @Column({ name: 'last_active_at', type: 'timestamptz', nullable: true })
  lastActiveAt!: Date | null;

  /** The user's own code (8 characters), which never changes; null only when DELETED. */
  @Column({ name: 'referral_code', type: 'text', nullable: true })
  referralCode!: string | null;

  /** Referral code used at sign-up. */
  @Column({ name: 'referral_code_used', type: 'text', nullable: true })
  referralCodeUsed!: string | null;

  /** User whose referral code was used. */
  @Column({ name: 'referred_by', type: 'uuid', nullable: true })
  referredBy!: string | null;

  /** Creator profile whose page led to the sign-up. */
  @Column({ name: 'acquired_via_creator_id', type: 'uuid', nullable: true })
  acquiredViaCreatorId!: string | null;

  /** Referrer of the first visit. */
  @Column({ name: 'first_referrer_url', type: 'text', nullable: true })
  firstReferrerUrl!: string | null;

  /** First page visited. */
  @Column({ name: 'first_landing_page', type: 'text', nullable: true })
  firstLandingPage!: string | null;

  /** utm_source of the first visit. */
  @Column({ name: 'utm_source', type: 'text', nullable: true })
  utmSource!: string | null;

  /** utm_medium of the first visit. */
  @Column({ name: 'utm_medium', type: 'text', nullable: true })
  utmMedium!: string | null;

  /** utm_campaign of the first visit. */
  @Column({ name: 'utm_campaign', type: 'text', nullable: true })
  utmCampaign!: string | null;

  /** utm_term of the first visit. */
  @Column({ name: 'utm_term', type: 'text', nullable: true })
  utmTerm!: string | null;

  /** utm_content of the first visit. */
  @Column({ name: 'utm_content', type: 'text', nullable: true })
  utmContent!: string | null;

  /** User agent at sign-up. */
  @Column({ name: 'registration_device', type: 'text', nullable: true })
  registrationDevice!: string | null;

  /** Country at sign-up (ISO 3166-1 alpha-2). */
  @Column({ name: 'registration_country', type: 'text', nullable: true })
  registrationCountry!: string | null;

  /** Time at which the owner paused the account or asked for its erasure. */
  @Column({ name: 'deactivated_at', type: 'timestamptz', nullable: true })
  deactivatedAt!: Date | null;

  /** Time of the erasure. */
  @Column({ name: 'deleted_at', type: 'timestamptz', nullable: true })
  deletedAt!: Date | null;

  /** Time of the sign-up. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  /** Time of the last change. */
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz', precision: 3 })
  updatedAt!: Date;
}
