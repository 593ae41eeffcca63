import { Args, Ctx, Field, ID, ObjectType, Resolver } from 'type-graphql';
import { UserIntent } from '../../entities/user/user.enums.js';
import { MutationOperation } from '../../operations/declaration.js';
import type { RequestContext } from '../../operations/request-context.js';
import { KillSwitch } from '../../services/admin/kill-switches.js';
import { RegistrationErrors } from '../../services/auth/auth.errors.js';
import { RegistrationService } from '../../services/auth/registration.service.js';
import { ContentErrors } from '../../services/moderation/text-moderation.js';
import { RegisterArgs } from './register.args.js';

/** Answer to a sign-up. */
@ObjectType()
export class RegisterResult {
  /** Id of the new account; for a taken address a fresh id that belongs to nobody. */
  @Field(() => ID)
  userId!: string;
}

@Resolver()
export class RegisterResolver {
  constructor(private readonly registrations: RegistrationService) {}

  /**
   * Creates an email and password account with both consents and sends the verification link; the answer is the same for
   * an address that is taken.
   *
   * @callout No session is opened: sign-in is refused until the address is verified.
   * @effect A free address becomes an account with settings, both consents and a verification link, in one transaction. {@link RegistrationService.register}
   * @effect A taken address leaves a decoy, so that a sign-in with the new password answers like one that waits for verification. {@link SignupDecoys.leave}
   * @effect The mail leaves through the outbox after the commit. {@link EmailVerificationService.sendSignupLink}
   */
  @MutationOperation(() => RegisterResult, {
    rest: 'POST /auth/register',
    status: 201,
    access: 'public',
    rateLimit: '10/hour',
    captcha: true,
    killSwitch: KillSwitch.REGISTRATION,
    errors: [...Object.values(RegistrationErrors), ContentErrors.flagged],
  })
  async registerAccount(
    @Args() { intent, ...args }: RegisterArgs,
    @Ctx() { client }: RequestContext,
  ): Promise<RegisterResult> {
    const userId = await this.registrations.register(
      { ...args, intent: intent ? UserIntent[intent === 'creator' ? 'CREATOR' : 'FAN'] : null },
      client,
    );
    return { userId };
  }
}
