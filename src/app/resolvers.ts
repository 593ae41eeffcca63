import type { CookieOrigins } from '../operations/cookie-origins.js';
import type { RefreshCookie } from '../operations/refresh-cookie.js';
import { LoginResolver } from '../resolvers/auth/login.resolver.js';
import { MeResolver } from '../resolvers/auth/me.resolver.js';
import { RegisterResolver } from '../resolvers/auth/register.resolver.js';
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
export function buildResolvers(services: Services, { refreshCookie }: ResolverTools): object[] {
  return [
    new RegisterResolver(services.registrations),
    new VerifyEmailResolver(services.verification),
    new LoginResolver(services.logins, refreshCookie),
    new MeResolver(services.identities),
  ];
}
