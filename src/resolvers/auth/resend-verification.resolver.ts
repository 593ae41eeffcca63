import { IsOptional, MaxLength } from 'class-validator';
import { Args, ArgsType, Ctx, Field, Resolver } from 'type-graphql';
import { MutationOperation } from '../../operations/declaration.js';
import type { RequestContext } from '../../operations/request-context.js';
import { AccountMailRequests } from '../../services/auth/account-mail-requests.js';
import { LocalizedMessages } from '../shared/localized-messages.js';
import { MessageResult } from '../shared/message-result.js';
import { IsEmailAddress } from '../shared/validators.js';

@ArgsType()
export class ResendVerificationEmailArgs {
  /** Address that waits for its proof; trimmed and lower-cased. */
  @Field()
  @IsEmailAddress()
  email!: string;

  /** Token of the captcha widget; needed while captchas are switched on. */
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(4096)
  captchaToken?: string | null;
}

@Resolver()
export class ResendVerificationResolver {
  constructor(
    private readonly accountMails: AccountMailRequests,
    private readonly messages: LocalizedMessages,
  ) {}

  /**
   * Sends the verification link again without telling whether the address is known.
   *
   * @callout The answer is the same for every address.
   * @effect A job looks the address up; an account that waits for its proof gets a new link, and its earlier ones become invalid. {@link AccountMailRequests.handle}
   * @effect At most `auth.mail_per_address_max_per_hour` account mails go to one address. {@link MailBudget.take}
   */
  @MutationOperation(() => MessageResult, {
    rest: 'POST /auth/resend-verification',
    access: 'public',
    rateLimit: '5/hour',
    captcha: true,
  })
  async resendVerificationEmail(
    @Args() { email }: ResendVerificationEmailArgs,
    @Ctx() context: RequestContext,
  ): Promise<MessageResult> {
    await this.accountMails.queue('resend-verification', email, context.client.locale);
    return { message: this.messages.text(context, 'auth.resend_verification.sent') };
  }
}
