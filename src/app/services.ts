import { StaffMembers } from '../services/admin/staff-members.js';
import { AccessTokens } from '../services/auth/access-tokens.js';
import { AccountLockNotices } from '../services/auth/account-lock-notices.js';
import { AccountMailRequests } from '../services/auth/account-mail-requests.js';
import { Accounts } from '../services/auth/accounts.js';
import { AccountStates } from '../services/auth/account-states.js';
import { AddressLock } from '../services/auth/address-lock.js';
import { Authentication } from '../services/auth/authentication.js';
import { EmailAddresses, resolveMxByDns, type ResolveMx } from '../services/auth/email-addresses.js';
import { EmailRestoration } from '../services/auth/email-restoration.js';
import { EmailVerificationService } from '../services/auth/email-verification.service.js';
import { IdentityService } from '../services/auth/identity.service.js';
import { LoginService } from '../services/auth/login.service.js';
import { PasswordChangeService } from '../services/auth/password-change.service.js';
import { PasswordResetLinks } from '../services/auth/password-reset-links.js';
import { PasswordResetService } from '../services/auth/password-reset.service.js';
import { Passwords } from '../services/auth/passwords.js';
import { PendingFlows } from '../services/auth/pending-flows.js';
import { PhoneChallenges } from '../services/auth/phone-challenges.js';
import { RefreshService } from '../services/auth/refresh.service.js';
import { RefreshTokens } from '../services/auth/refresh-tokens.js';
import { RegistrationService } from '../services/auth/registration.service.js';
import { Sessions } from '../services/auth/sessions.js';
import { SignInChallenges } from '../services/auth/sign-in-challenges.js';
import { SignInService } from '../services/auth/sign-in.service.js';
import { SignupDecoys } from '../services/auth/signup-decoys.js';
import { TokenReuseAlarm } from '../services/auth/token-reuse-alarm.js';
import { UnverifiedAccounts } from '../services/auth/unverified-accounts.js';
import { UserSessionsService } from '../services/auth/user-sessions.service.js';
import { MailBudget } from '../services/mail/mail-budget.js';
import { Mails } from '../services/mail/mails.js';
import { TextModeration } from '../services/moderation/text-moderation.js';
import { ReactivationLinks } from '../services/user/reactivation-links.js';
import { ReactivationTokens } from '../services/user/reactivation-tokens.js';
import { Usernames } from '../services/user/usernames.js';
import { WebLinks } from '../services/web-links.js';
import type { Foundation, Infrastructure } from './infrastructure.js';
import type { Jobs } from './jobs.js';
import type { Providers } from './providers.js';
import { buildSecondFactors } from './services/second-factors.js';

/** Counterparts outside the process that tests replace. */
export interface Outside {
  resolveMx?: ResolveMx;
}

/** The domain: every service, built once. */
export function buildServices({ env, clock }: Foundation, infrastructure: Infrastructure, { outbox }: Jobs, _providers: Providers, outside: Outside) {
  const { audit, database, encryption, events, settings, store } = infrastructure;
  const links = new WebLinks(env.webOrigin);
  const mails = new Mails(outbox, encryption);
  const moderation = new TextModeration(database, encryption, clock);
  const usernames = new Usernames(database, settings, clock);
  const reactivationTokens = new ReactivationTokens(database, settings, clock);
  const staffMembers = new StaffMembers(database);
  const reactivationLinks = new ReactivationLinks(reactivationTokens, mails, links);

  // Identity: who somebody is, and how they prove it.
  const addresses = new EmailAddresses(database, store, settings, outside.resolveMx ?? resolveMxByDns, env.emailTombstoneKey);
  const mailBudget = new MailBudget(store, addresses, settings);
  const accounts = new Accounts(database);
  const unverifiedAccounts = new UnverifiedAccounts(database, settings, clock);
  const passwords = new Passwords(settings);
  const accessTokens = new AccessTokens(env.accessTokenKeys, settings, clock);
  const refreshTokens = new RefreshTokens(env.refreshTokenKey);
  const accountStates = new AccountStates(database, events, clock);
  const authentication = new Authentication(accessTokens, accountStates, database, settings, clock);
  const sessions = new Sessions(database, accounts, accessTokens, refreshTokens, events, settings, clock);
  const signInChallenges = new SignInChallenges(database, settings, clock);
  const signIns = new SignInService(
    database, accounts, sessions, signInChallenges, accessTokens, reactivationTokens, mails, links, clock,
  );
  const decoys = new SignupDecoys(store, addresses, settings);
  const addressLock = new AddressLock(database, store, addresses, settings, clock);
  const resetLinks = new PasswordResetLinks(database, mails, links, settings, clock);
  const verification = new EmailVerificationService(
    database, accounts, unverifiedAccounts, addresses, resetLinks, reactivationTokens, mails, links, audit, events, settings, clock,
  );
  const phones = new PhoneChallenges(database, clock);
  const accountMailRequests = new AccountMailRequests(
    database, accounts, outbox, verification, resetLinks, reactivationLinks, mailBudget, addresses, mails, links, audit,
  );
  const registrations = new RegistrationService(
    database, addresses, passwords, usernames, moderation, phones, verification, decoys, accountMailRequests, links, audit, settings, clock,
  );
  const lockNotices = new AccountLockNotices(database, accounts, mails, links, audit, settings);
  const logins = new LoginService(
    database, accounts, passwords, decoys, addressLock, signIns, addresses, lockNotices, audit, clock,
  );
  const identities = new IdentityService(database);
  const reuseAlarm = new TokenReuseAlarm(sessions, staffMembers, mails, links, audit, clock);
  const refreshes = new RefreshService(database, accounts, sessions, refreshTokens, reuseAlarm, settings, clock);
  const userSessions = new UserSessionsService(database, sessions, signInChallenges, audit, clock);
  const pendingFlows = new PendingFlows(resetLinks, verification, signInChallenges);
  const emailRestoration = new EmailRestoration(
    database, unverifiedAccounts, addresses, resetLinks, reactivationTokens, reactivationLinks, audit, clock,
  );
  const passwordResets = new PasswordResetService(
    database, accounts, passwords, sessions, resetLinks, pendingFlows, emailRestoration, mails, links, audit, clock,
  );
  const passwordChanges = new PasswordChangeService(database, accounts, passwords, sessions, pendingFlows, mails, links, audit, clock);
  const secondFactors = buildSecondFactors(clock, infrastructure, outbox, {
    accounts, authentication, lockNotices, passwords, sessions, signInChallenges, signIns, mails, links,
  });

  return {
    links, mails, moderation, usernames, reactivationTokens, reactivationLinks, accounts, unverifiedAccounts,
    addresses, mailBudget, passwords, accessTokens, refreshTokens, accountStates, authentication, sessions, signInChallenges,
    signIns, decoys, addressLock, resetLinks, verification, phones, accountMailRequests, registrations, logins, identities,
    refreshes, userSessions, pendingFlows, passwordResets, passwordChanges, staffMembers,
    ...secondFactors,
  };
}

export type Services = ReturnType<typeof buildServices>;
