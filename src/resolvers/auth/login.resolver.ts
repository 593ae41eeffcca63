import { IsOptional, Length, MaxLength } from 'class-validator';
import { Args, ArgsType, Ctx, Field, ID, Int, ObjectType, Resolver } from 'type-graphql';
import { MutationOperation } from '../../operations/declaration.js';
import type { RequestContext } from '../../operations/request-context.js';
import { RefreshCookie } from '../../operations/refresh-cookie.js';
import { LoginErrors } from '../../services/auth/auth.errors.js';
import { LoginService } from '../../services/auth/login.service.js';
import { IsEmailAddress } from '../shared/validators.js';
import { signInClient } from './sign-in-client.js';

@ArgsType()
export class LoginArgs {
  /** Address of the account; trimmed and lower-cased. */
  @Field()
  @IsEmailAddress()
  email!: string;

  /** The password, as it is. */
  @Field()
  @Length(1, 1024)
  password!: string;

  /** Token of the captcha widget; needed while captchas are switched on. */
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(4096)
  captchaToken?: string | null;

  /** Former name of captchaToken, read when that is absent. */
  @Field(() => String, { nullable: true, deprecationReason: 'Use captchaToken.' })
  @IsOptional()
  @MaxLength(4096)
  turnstileToken?: string | null;
}

/** Either a session, or a temp token for the second factor; fields of the other way are null. */
@ObjectType()
export class LoginResult {
  /** Bearer for the calls that follow. */
  @Field(() => String, { nullable: true })
  accessToken!: string | null;

  /** Lifetime of the access token in seconds. */
  @Field(() => Int, { nullable: true })
  expiresIn!: number | null;

  /** True when the account asks for a second factor. */
  @Field()
  requiresTwoFactor!: boolean;

  /** Token for `loginTwoFactor`, good for 5 minutes. */
  @Field(() => ID, { nullable: true })
  tempToken!: string | null;
}

@Resolver()
export class LoginResolver {
  constructor(
    private readonly logins: LoginService,
    private readonly refreshCookie: RefreshCookie,
  ) {}

  /**
   * Checks the credentials and opens a session, or hands out a temp token for the second factor.
   *
   * @callout The refresh token travels only in the cookie; native clients read it from `Set-Cookie`.
   * @effect Every attempt counts against the address, known or not; at `auth.max_login_attempts` it is locked for `auth.lockout_minutes`. {@link AddressLock.countAttempt}
   * @effect A success opens a session of a new family and ends the one of a refresh cookie that came along. {@link Sessions.open}
   * @effect A device without a session in the last 90 days leads to the mail security_new_login. {@link SignInService.openSession}
   */
  @MutationOperation(() => LoginResult, {
    rest: 'POST /auth/login',
    access: 'public',
    rateLimit: '20/hour',
    captcha: true,
    errors: Object.values(LoginErrors),
  })
  async login(@Args() { email, password }: LoginArgs, @Ctx() context: RequestContext): Promise<LoginResult> {
    const { tokens, tempToken } = await this.logins.login(email, password, signInClient(context));
    if (tokens) this.refreshCookie.set(context.response, tokens.refreshToken, tokens.refreshMaxAge);
    return {
      accessToken: tokens?.accessToken ?? null,
      expiresIn: tokens?.expiresIn ?? null,
      requiresTwoFactor: tempToken !== null,
      tempToken,
    };
  }
}
