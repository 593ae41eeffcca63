import { IsOptional, MaxLength } from 'class-validator';
import { Args, ArgsType, Ctx, Field, Int, ObjectType, Resolver } from 'type-graphql';
import { DomainError, GenericErrors } from '../../infrastructure/errors.js';
import { CookieOrigins } from '../../operations/cookie-origins.js';
import { MutationOperation } from '../../operations/declaration.js';
import { RefreshCookie } from '../../operations/refresh-cookie.js';
import type { RequestContext } from '../../operations/request-context.js';
import { RefreshErrors } from '../../services/auth/auth.errors.js';
import { RefreshService } from '../../services/auth/refresh.service.js';

@ArgsType()
export class RefreshTokenArgs {
  /** The refresh token of a native client; not looked at when the cookie came along. */
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(512)
  refreshToken?: string | null;
}

/** A new access token. Its refresh token travels in the cookie. */
@ObjectType()
export class RefreshResult {
  /** Bearer for the calls that follow. */
  @Field()
  accessToken!: string;

  /** Lifetime of the access token in seconds. */
  @Field(() => Int)
  expiresIn!: number;
}

@Resolver()
export class RefreshResolver {
  constructor(
    private readonly refreshes: RefreshService,
    private readonly refreshCookie: RefreshCookie,
    private readonly origins: CookieOrigins,
  ) {}

  /**
   * Rotates the refresh token and issues a new access token.
   *
   * @callout Each token works once. Parallel tabs and lost answers are covered for `auth.refresh_grace_seconds`, in which
   *   the same token gets the same successor; a later repeat is taken for theft.
   * @effect The session gets a new row with the successor, and its idle time starts anew. {@link RefreshService.rotate}
   * @effect A repeated token ends every session of the user and alarms the owner and staff. {@link TokenReuseAlarm.raise}
   * @effect A refused token that came in the cookie is cleared, save one whose successor a parallel call has used already. {@link RefreshResolver.refreshAccessToken}
   */
  @MutationOperation(() => RefreshResult, {
    rest: 'POST /auth/refresh',
    access: 'public',
    rateLimit: '60/hour',
    rateLimitBy: 'session',
    errors: [...Object.values(RefreshErrors), GenericErrors.forbidden],
  })
  async refreshAccessToken(
    @Args() { refreshToken }: RefreshTokenArgs,
    @Ctx() context: RequestContext,
  ): Promise<RefreshResult> {
    const cookie = this.origins.trustedCookie(context);
    try {
      const tokens = await this.refreshes.refresh(cookie ?? refreshToken ?? null, context.client);
      this.refreshCookie.set(context.response, tokens.refreshToken, tokens.refreshMaxAge);
      return { accessToken: tokens.accessToken, expiresIn: tokens.expiresIn };
    } catch (error) {
      const refused = error instanceof DomainError && error.definition !== RefreshErrors.superseded;
      if (cookie !== null && refused) this.refreshCookie.clear(context.response);
      throw error;
    }
  }
}
