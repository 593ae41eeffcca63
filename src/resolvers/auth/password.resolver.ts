import { Length } from 'class-validator';
import { Args, ArgsType, Ctx, Field, Resolver } from 'type-graphql';
import { MutationOperation } from '../../operations/declaration.js';
import { RefreshCookie } from '../../operations/refresh-cookie.js';
import { viewerOf, type RequestContext } from '../../operations/request-context.js';
import { AccountMailRequests } from '../../services/auth/account-mail-requests.js';
import { PasswordErrors } from '../../services/auth/auth.errors.js';
import { PasswordChangeService } from '../../services/auth/password-change.service.js';
import { PasswordResetService } from '../../services/auth/password-reset.service.js';
import { LocalizedMessages } from '../shared/localized-messages.js';
import { MessageResult } from '../shared/message-result.js';
import { IsEmailAddress, IsNewPassword } from '../shared/validators.js';

@ArgsType()
export class RequestPasswordResetArgs {
  /** Address of the account; trimmed and lower-cased. */
  @Field()
  @IsEmailAddress()
  email!: string;
}

@ArgsType()
export class ResetPasswordArgs {
  /** Token of the mailed link, as it is. */
  @Field()
  @Length(1, 512)
  token!: string;

  /** 8-128 characters with an upper-case letter, a lower-case letter and a digit; not a common password. */
  @Field()
  @IsNewPassword()
  newPassword!: string;
}

@ArgsType()
export class ChangePasswordArgs {
  /** The present password, as it is. */
  @Field()
  @Length(1, 1024)
  currentPassword!: string;

  /** 8-128 characters with an upper-case letter, a lower-case letter and a digit; not a common password, and not the present one. */
  @Field()
  @IsNewPassword()
  newPassword!: string;
}

@Resolver()
export class PasswordResolver {
  constructor(
    private readonly accountMails: AccountMailRequests,
    private readonly resets: PasswordResetService,
    private readonly changes: PasswordChangeService,
    private readonly refreshCookie: RefreshCookie,
    private readonly messages: LocalizedMessages,
  ) {}

  /**
   * Queues a password reset mail without telling whether the address is known.
   *
   * @callout The answer is the same for every address. An account without a password gets its first one this way.
   * @effect A job looks the address up; an ACTIVE account gets a link, and its earlier ones become invalid. {@link AccountMailRequests.handle}
   * @effect A paused account gets a link that brings it back, and none for a password. {@link ReactivationLinks.send}
   */
  @MutationOperation(() => MessageResult, { rest: 'POST /auth/forgot-password', access: 'public', rateLimit: '5/hour' })
  async requestPasswordReset(
    @Args() { email }: RequestPasswordResetArgs,
    @Ctx() context: RequestContext,
  ): Promise<MessageResult> {
    await this.accountMails.queue('forgot-password', email, context.client.locale);
    return { message: this.messages.text(context, 'auth.forgot_password.sent') };
  }

  /**
   * Sets a new password with the mailed token and ends every session of the user.
   *
   * @callout Second factors stay on and are asked for at the next sign-in. No session is opened.
   * @effect The password is set, locks are lifted, pending links and sign-ins become invalid and all sessions end. {@link PasswordResetService.reset}
   * @effect The link of the mail security_email_changed also brings the former address back. {@link EmailRestoration.restore}
   * @effect The refresh cookie of the browser that used the link is cleared. {@link RefreshCookie.clear}
   */
  @MutationOperation(() => Boolean, {
    rest: 'POST /auth/reset-password',
    access: 'public',
    rateLimit: '3/hour',
    errors: [PasswordErrors.invalidResetToken],
  })
  async resetPassword(
    @Args() { token, newPassword }: ResetPasswordArgs,
    @Ctx() context: RequestContext,
  ): Promise<boolean> {
    await this.resets.reset(token, newPassword);
    this.refreshCookie.clear(context.response);
    return true;
  }

  /**
   * Replaces the password of the signed-in user after a check of the current one.
   *
   * @callout The calling device stays signed in, all others do not.
   * @effect All other sessions end; mailed links and sign-ins that wait for their second factor become invalid. {@link PasswordChangeService.change}
   */
  @MutationOperation(() => Boolean, {
    rest: 'POST /auth/change-password',
    access: 'user',
    rateLimit: '3/hour',
    errors: [PasswordErrors.sameAsCurrent, PasswordErrors.invalidCurrent],
  })
  async changePassword(
    @Args() { currentPassword, newPassword }: ChangePasswordArgs,
    @Ctx() context: RequestContext,
  ): Promise<boolean> {
    const { userId, sessionId } = viewerOf(context);
    const caller = {
      userId,
      sessionId,
      refreshCookie: context.credentials.refreshCookie,
      userAgent: context.client.userAgent,
    };
    await this.changes.change(caller, currentPassword, newPassword);
    return true;
  }
}
