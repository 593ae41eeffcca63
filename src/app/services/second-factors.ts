import type { Clock } from '../../infrastructure/clock.js';
import type { JobOutbox } from '../../jobs/job-outbox.js';
import type { AccountLockNotices } from '../../services/auth/account-lock-notices.js';
import type { Accounts } from '../../services/auth/accounts.js';
import type { Authentication } from '../../services/auth/authentication.js';
import { BackupCodes } from '../../services/auth/backup-codes.js';
import { OtpBudget } from '../../services/auth/otp-budget.js';
import { OtpChallenges } from '../../services/auth/otp-challenges.js';
import { OtpPurposeRules } from '../../services/auth/otp-purpose-rules.js';
import type { Passwords } from '../../services/auth/passwords.js';
import { PhoneOtpService } from '../../services/auth/phone-otp.service.js';
import { PhoneVerificationService } from '../../services/auth/phone-verification.service.js';
import { SecondFactorLock } from '../../services/auth/second-factor-lock.js';
import { SecondFactors } from '../../services/auth/second-factors.js';
import type { Sessions } from '../../services/auth/sessions.js';
import type { SignInChallenges } from '../../services/auth/sign-in-challenges.js';
import type { SignInService } from '../../services/auth/sign-in.service.js';
import { Totp } from '../../services/auth/totp.js';
import { TwoFactorLoginService } from '../../services/auth/two-factor-login.service.js';
import { TwoFactorSetupService } from '../../services/auth/two-factor-setup.service.js';
import { TwoFactorStates } from '../../services/auth/two-factor-states.js';
import { TwoFactorService } from '../../services/auth/two-factor.service.js';
import type { Mails } from '../../services/mail/mails.js';
import { SmsMessages } from '../../services/mail/sms-messages.js';
import type { WebLinks } from '../../services/web-links.js';
import type { Infrastructure } from '../infrastructure.js';

/** The part of the identity services that second factors and phone codes stand on. */
interface IdentityServices {
  accounts: Accounts;
  authentication: Authentication;
  lockNotices: AccountLockNotices;
  passwords: Passwords;
  sessions: Sessions;
  signInChallenges: SignInChallenges;
  signIns: SignInService;
  mails: Mails;
  links: WebLinks;
}

/** Second factors of a sign-in, and the codes by SMS that also verify phone numbers. */
export function buildSecondFactors(
  clock: Clock,
  { audit, database, encryption, events, settings, store, translations }: Infrastructure,
  outbox: JobOutbox,
  {
    accounts,
    authentication,
    lockNotices,
    passwords,
    sessions,
    signInChallenges,
    signIns,
    mails,
    links,
  }: IdentityServices,
) {
  const messages = new SmsMessages(database, outbox, translations, encryption);
  const totp = new Totp(settings, clock);
  const states = new TwoFactorStates(database, encryption);
  const lock = new SecondFactorLock(database, settings, clock);
  const backupCodes = new BackupCodes(database, settings, clock);
  const otpChallenges = new OtpChallenges(database, settings, clock);
  const factors = new SecondFactors(states, totp, otpChallenges, backupCodes, mails, links, settings, clock);
  const otpRules = new OtpPurposeRules(database, authentication, signInChallenges, settings);
  const otpBudget = new OtpBudget(store, settings);
  return {
    twoFactorLogins: new TwoFactorLoginService(
      database,
      signInChallenges,
      states,
      factors,
      lock,
      lockNotices,
      signIns,
      audit,
    ),
    twoFactorSetups: new TwoFactorSetupService(
      database,
      states,
      totp,
      backupCodes,
      sessions,
      signInChallenges,
      encryption,
      mails,
      links,
      audit,
      events,
      clock,
    ),
    twoFactor: new TwoFactorService(
      database,
      accounts,
      states,
      totp,
      backupCodes,
      lock,
      lockNotices,
      passwords,
      sessions,
      signInChallenges,
      mails,
      links,
      audit,
      events,
      clock,
    ),
    phoneOtps: new PhoneOtpService(database, otpRules, otpBudget, otpChallenges, messages, audit, settings, clock),
    phoneVerifications: new PhoneVerificationService(
      database,
      otpChallenges,
      accounts,
      mails,
      links,
      audit,
      settings,
      clock,
    ),
  };
}
