import { IsUUID, Matches, MaxLength } from 'class-validator';
import { Args, ArgsType, Ctx, Field, ID, Int, ObjectType, Resolver } from 'type-graphql';
import { MutationOperation } from '../../operations/declaration.js';
import type { RequestContext } from '../../operations/request-context.js';
import { RefreshCookie } from '../../operations/refresh-cookie.js';
import { LoginErrors, TwoFactorErrors } from '../../services/auth/auth.errors.js';
import { TwoFactorLoginService } from '../../services/auth/two-factor-login.service.js';
import { signInClient } from './sign-in-client.js';

/** Six digits, or 8-10 characters; spaces and hyphens may stand anywhere and do not count. */
const CODE = /^[\s-]*(?:(?:\d[\s-]*){6}|(?:[^\s-][\s-]*){8,10})$/;

@ArgsType()
export class LoginTwoFactorArgs {
  /** Token from `login` or `oauthLogin`. */
  @Field(() => ID)
  @IsUUID()
  tempToken!: string;

  /** TOTP or SMS code of six digits, or a backup code; spaces, hyphens and case do not matter. */
  @Field()
  @MaxLength(64)
  @Matches(CODE)
  code!: string;
}

/** A session that was opened. */
@ObjectType()
export class LoginTwoFactorResult {
  /** Bearer for the calls that follow. */
  @Field()
  accessToken!: string;

  /** Lifetime of the access token in seconds. */
  @Field(() => Int)
  expiresIn!: number;
}

@Resolver()
export class LoginTwoFactorResolver {
  constructor(
    private readonly logins: TwoFactorLoginService,
    private readonly refreshCookie: RefreshCookie,
  ) {}

  /**
   * Trades the temp token plus a TOTP, backup or SMS code for a session.
   *
   * @callout A wrong code leaves the temp token usable; `auth.two_factor_max_attempts` of them end it.
   * @effect Every try counts against the sign-in before a code is compared, and against the account over all its sign-ins; at `auth.two_factor_max_failures` the account is locked for `auth.lockout_minutes` and its owner told. {@link SecondFactorLock.countAttempt}
   * @effect A TOTP time step, an SMS code and a backup code work once; a used backup code leads to the mail security_backup_code_used. {@link SecondFactors.use}
   * @effect The sign-in is used up and a session of a new family opened, in one transaction. {@link Sessions.open}
   * @effect A device without a session in the last 90 days leads to the mail security_new_login. {@link SignInService.openSession}
   */
  @MutationOperation(() => LoginTwoFactorResult, {
    rest: 'POST /auth/login/2fa',
    access: 'public',
    rateLimit: '10/hour',
    errors: [
      TwoFactorErrors.invalidCode,
      TwoFactorErrors.challengeExpired,
      LoginErrors.accountLocked,
      LoginErrors.accountSuspended,
      LoginErrors.accountDeactivated,
    ],
  })
  async loginTwoFactor(
    @Args() { tempToken, code }: LoginTwoFactorArgs,
    @Ctx() context: RequestContext,
  ): Promise<LoginTwoFactorResult> {
    const { accessToken, expiresIn, refreshToken, refreshMaxAge } = await this.logins.login(
      tempToken,
      code,
      signInClient(context),
    );
    this.refreshCookie.set(context.response, refreshToken, refreshMaxAge);
    return { accessToken, expiresIn };
  }
}
