import { Args, Ctx, Resolver } from 'type-graphql';
import { GenericErrors } from '../../infrastructure/errors.js';
import { CookieOrigins } from '../../operations/cookie-origins.js';
import { MutationOperation } from '../../operations/declaration.js';
import { RefreshCookie } from '../../operations/refresh-cookie.js';
import type { RequestContext } from '../../operations/request-context.js';
import { UserSessionsService } from '../../services/auth/user-sessions.service.js';
import { LocalizedMessages } from '../shared/localized-messages.js';
import { MessageResult } from '../shared/message-result.js';
import { RefreshTokenArgs } from './refresh.resolver.js';

@Resolver()
export class LogoutResolver {
  constructor(
    private readonly userSessions: UserSessionsService,
    private readonly refreshCookie: RefreshCookie,
    private readonly origins: CookieOrigins,
    private readonly messages: LocalizedMessages,
  ) {}

  /**
   * Ends the session of the refresh token and clears the cookie.
   *
   * @callout The access token stays good for reads until it expires; mutations of account and sign-in refuse it at once.
   * @effect The session of a genuine token ends, also when the token was rotated; any other token changes nothing, and the answer is the same. {@link UserSessionsService.logout}
   * @effect The cookie is cleared. {@link RefreshCookie.clear}
   */
  @MutationOperation(() => MessageResult, {
    rest: 'POST /auth/logout',
    access: 'public',
    rateLimit: '60/hour',
    rateLimitBy: 'session',
    errors: [GenericErrors.forbidden],
  })
  async logout(@Args() { refreshToken }: RefreshTokenArgs, @Ctx() context: RequestContext): Promise<MessageResult> {
    const token = this.origins.trustedCookie(context) ?? refreshToken;
    if (token) await this.userSessions.logout(token);
    this.refreshCookie.clear(context.response);
    return { message: this.messages.text(context, 'auth.logout.done') };
  }
}
