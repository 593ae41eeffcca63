import type { CookieOrigins } from '../operations/cookie-origins.js';
import type { RefreshCookie } from '../operations/refresh-cookie.js';
import { LoginResolver } from '../resolvers/auth/login.resolver.js';
import { LoginTwoFactorResolver } from '../resolvers/auth/login-two-factor.resolver.js';
import { LogoutResolver } from '../resolvers/auth/logout.resolver.js';
import { MeResolver } from '../resolvers/auth/me.resolver.js';
import { PasswordResolver } from '../resolvers/auth/password.resolver.js';
import { PhoneOtpResolver } from '../resolvers/auth/phone-otp.resolver.js';
import { RefreshResolver } from '../resolvers/auth/refresh.resolver.js';
import { RegisterResolver } from '../resolvers/auth/register.resolver.js';
import { ResendVerificationResolver } from '../resolvers/auth/resend-verification.resolver.js';
import { SessionsResolver } from '../resolvers/auth/sessions.resolver.js';
import { TwoFactorResolver } from '../resolvers/auth/two-factor.resolver.js';
import { TwoFactorSetupResolver } from '../resolvers/auth/two-factor-setup.resolver.js';
import { VerifyEmailResolver } from '../resolvers/auth/verify-email.resolver.js';
import type { LocalizedMessages } from '../resolvers/shared/localized-messages.js';
import type { Services } from './services.js';

/** What resolvers need besides the services. */
export interface ResolverTools {
  refreshCookie: RefreshCookie;
  cookieOrigins: CookieOrigins;
  messages: LocalizedMessages;
}

/** Every resolver, built once. A new one is served as soon as it stands here. */
export function buildResolvers(
  services: Services,
  { refreshCookie, cookieOrigins, messages }: ResolverTools,
): object[] {
  return [
    new RegisterResolver(services.registrations),
    new VerifyEmailResolver(services.verification),
    new LoginResolver(services.logins, refreshCookie),
    new MeResolver(services.identities),
    new RefreshResolver(services.refreshes, refreshCookie, cookieOrigins),
    new LogoutResolver(services.userSessions, refreshCookie, cookieOrigins, messages),
    new SessionsResolver(services.userSessions),
    new ResendVerificationResolver(services.accountMailRequests, messages),
    new PasswordResolver(
      services.accountMailRequests,
      services.passwordResets,
      services.passwordChanges,
      refreshCookie,
      messages,
    ),
    new LoginTwoFactorResolver(services.twoFactorLogins, refreshCookie),
    new TwoFactorSetupResolver(services.twoFactorSetups, refreshCookie),
    new TwoFactorResolver(services.twoFactor, refreshCookie),
    new PhoneOtpResolver(services.phoneOtps, services.phoneVerifications),
  ];
}
