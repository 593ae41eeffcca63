import { IsIn, IsOptional, IsUUID, Matches } from 'class-validator';
import { Args, ArgsType, Ctx, Field, ID, Int, ObjectType, Resolver } from 'type-graphql';
import { OtpPurpose } from '../../entities/auth/auth.enums.js';
import { MutationOperation, QueryOperation } from '../../operations/declaration.js';
import { localeOf, type RequestContext } from '../../operations/request-context.js';
import { OtpErrors, StepUpErrors, TwoFactorErrors } from '../../services/auth/auth.errors.js';
import { PhoneOtpService } from '../../services/auth/phone-otp.service.js';
import { PhoneVerificationService } from '../../services/auth/phone-verification.service.js';

@ArgsType()
export class SendPhoneOtpArgs {
  /** Number in E.164 form, such as +905551234567. */
  @Field()
  @Matches(/^\+[1-9]\d{7,14}$/)
  phone!: string;

  /** What the code is for: verify-phone-fan, verify-phone-profile, 2fa-setup or login-2fa. */
  @Field(() => String)
  @IsIn(Object.values(OtpPurpose))
  purpose!: OtpPurpose;

  /** Token from `login` or `oauthLogin`; needed for login-2fa. */
  @Field(() => ID, { nullable: true })
  @IsOptional()
  @IsUUID()
  tempToken?: string | null;
}

@ArgsType()
export class VerifyPhoneOtpArgs {
  /** Challenge from `sendPhoneOtp`. */
  @Field(() => ID)
  @IsUUID()
  challengeId!: string;

  /** The code of the text message, six digits. */
  @Field()
  @Matches(/^\d{6}$/)
  code!: string;
}

@ArgsType()
export class ResendPhoneOtpArgs {
  /** Challenge from `sendPhoneOtp`. */
  @Field(() => ID)
  @IsUUID()
  challengeId!: string;
}

@ArgsType()
export class OtpChallengeArgs {
  /** Challenge from `sendPhoneOtp`. */
  @Field(() => ID)
  id!: string;
}

/** A code that is on its way. */
@ObjectType()
export class SentPhoneOtp {
  /** Names the challenge in the calls that follow, and is the only credential for it. */
  @Field(() => ID)
  challengeId!: string;

  /** End of the code. */
  @Field()
  expiresAt!: Date;

  /** Tries that are left. */
  @Field(() => Int)
  attemptsRemaining!: number;
}

/** A fresh code that is on its way. */
@ObjectType()
export class ResentPhoneOtp extends SentPhoneOtp {
  /** How often a code was sent again. */
  @Field(() => Int)
  resendCount!: number;
}

/** Answer to a right code. */
@ObjectType()
export class PhoneOtpVerification {
  /** Always true. */
  @Field()
  success!: boolean;

  /** Always null: a code by SMS opens no session here. */
  @Field(() => String, { nullable: true })
  accessToken!: string | null;

  /** Always null. */
  @Field(() => Int, { nullable: true })
  expiresIn!: number | null;
}

/** A challenge as the code entry screen shows it. */
@ObjectType()
export class OtpChallengeInfo extends SentPhoneOtp {
  /** What the code is for: verify-phone-fan, verify-phone-profile, 2fa-setup or login-2fa. */
  @Field(() => String)
  purpose!: OtpPurpose;

  /** Calling code and last two digits of the number. */
  @Field(() => String, { nullable: true })
  phoneMask!: string | null;

  /** Time from which the code can be sent again; null once no resend is left. */
  @Field(() => Date, { nullable: true })
  resendAvailableAt!: Date | null;
}

@Resolver()
export class PhoneOtpResolver {
  constructor(
    private readonly otps: PhoneOtpService,
    private readonly verifications: PhoneVerificationService,
  ) {}

  /**
   * Opens an OTP challenge and sends a 6-digit code by SMS.
   *
   * @callout The code of login-2fa is entered in `loginTwoFactor`. A wrong number is answered like the right one, and nothing is sent.
   * @effect The codes of the number and of the platform are counted by the hour, whatever they are for, before anything is written. {@link OtpBudget.take}
   * @effect A challenge with the hash of its code replaces earlier ones of the same user or number and purpose. {@link OtpChallenges.open}
   * @effect For login-2fa only the verified number of an account with SMS as second factor gets a code; any other one opens a decoy. {@link OtpPurposeRules.targetOf}
   * @effect The SMS leaves through the outbox after the commit. {@link SmsMessages.send}
   */
  @MutationOperation(() => SentPhoneOtp, {
    rest: 'POST /auth/send-otp',
    access: 'optional',
    rateLimit: '3/10minutes',
    errors: [
      OtpErrors.sendRateLimit,
      OtpErrors.purposeDisabled,
      TwoFactorErrors.notEnabled,
      TwoFactorErrors.challengeExpired,
      StepUpErrors.required,
    ],
  })
  sendPhoneOtp(
    @Args() { phone, purpose, tempToken }: SendPhoneOtpArgs,
    @Ctx() context: RequestContext,
  ): Promise<SentPhoneOtp> {
    const client = { ip: context.client.ip, locale: localeOf(context) };
    return this.otps.send({ phone, purpose, tempToken: tempToken ?? null }, context.viewer, client);
  }

  /**
   * Checks the SMS code of a challenge and carries out what the challenge was for.
   *
   * @callout No session is opened. The code of login-2fa is refused here without using up a try.
   * @effect The try counts before the code is compared, so parallel guesses share one budget. {@link OtpChallenges.countAttempt}
   * @effect The number of a signed-in user becomes verified at once, and with 2fa-setup a second factor; another number than before ends SMS as second factor. {@link PhoneVerificationService.verify}
   * @effect The number of an anonymous challenge waits 30 minutes for its sign-up. {@link PhoneChallenges.consumeForSignup}
   * @effect The mails security_phone_verified and security_2fa_sms_enabled go out. {@link Mails.send}
   */
  @MutationOperation(() => PhoneOtpVerification, {
    rest: 'POST /auth/verify-otp',
    access: 'public',
    rateLimit: '20/hour',
    errors: [OtpErrors.invalid, OtpErrors.expired, OtpErrors.attemptsExhausted, OtpErrors.alreadyUsed],
  })
  async verifyPhoneOtp(@Args() { challengeId, code }: VerifyPhoneOtpArgs): Promise<PhoneOtpVerification> {
    await this.verifications.verify(challengeId, code);
    return { success: true, accessToken: null, expiresIn: null };
  }

  /**
   * Rotates the code of an existing challenge and sends it again.
   *
   * @effect A fresh code with all its tries replaces the former one, which no longer works. {@link OtpChallenges.rotate}
   * @effect It counts for the number and the platform like a first send. {@link OtpBudget.take}
   * @effect The SMS leaves through the outbox after the commit; a decoy goes the same way without one. {@link SmsMessages.send}
   */
  @MutationOperation(() => ResentPhoneOtp, {
    rest: 'POST /auth/resend-otp',
    access: 'public',
    rateLimit: '10/hour',
    errors: [OtpErrors.resendCapReached, OtpErrors.resendCooldown, OtpErrors.resendNotFound],
  })
  resendPhoneOtp(@Args() { challengeId }: ResendPhoneOtpArgs, @Ctx() context: RequestContext): Promise<ResentPhoneOtp> {
    return this.otps.resend(challengeId, localeOf(context));
  }

  /**
   * Returns the state of an OTP challenge for the code entry screen, never the code.
   *
   * @effect Nothing is written; a look does not use up a try. {@link PhoneOtpService.view}
   */
  @QueryOperation(() => OtpChallengeInfo, {
    rest: 'GET /auth/challenge/:id',
    access: 'public',
    rateLimit: '60/hour',
    errors: [OtpErrors.challengeNotFound],
  })
  otpChallenge(@Args() { id }: OtpChallengeArgs): Promise<OtpChallengeInfo> {
    return this.otps.view(id);
  }
}
