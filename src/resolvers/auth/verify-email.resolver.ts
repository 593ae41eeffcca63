import { IsUUID } from 'class-validator';
import { Args, ArgsType, Field, ID, Resolver } from 'type-graphql';
import { MutationOperation } from '../../operations/declaration.js';
import { VerificationErrors } from '../../services/auth/auth.errors.js';
import { EmailVerificationService } from '../../services/auth/email-verification.service.js';

@ArgsType()
export class VerifyEmailArgs {
  /** Token of the mailed link. */
  @Field(() => ID)
  @IsUUID()
  token!: string;
}

@Resolver()
export class VerifyEmailResolver {
  constructor(private readonly verification: EmailVerificationService) {}

  /**
   * Confirms the address of a new account, or the new address of an email change, with the token from the mail.
   *
   * @callout A token that did its work is a success again; mail scanners and double clicks repeat it.
   * @effect The account counts as verified and can sign in; a contested sign-up loses the password that was given before the proof. {@link EmailVerificationService.verify}
   * @effect An email change takes effect, links that went to the former address become invalid, and the former address gets a link that undoes it. {@link EmailVerificationService.verify}
   */
  @MutationOperation(() => Boolean, {
    rest: 'POST /auth/verify-email',
    access: 'public',
    rateLimit: '20/hour',
    errors: [VerificationErrors.invalidToken],
  })
  async verifyEmail(@Args() { token }: VerifyEmailArgs): Promise<boolean> {
    await this.verification.verify(token);
    return true;
  }
}
