import { Matches } from 'class-validator';
import { Args, ArgsType, Ctx, Field, ObjectType, Resolver } from 'type-graphql';
import { MutationOperation, type OperationOptions } from '../../operations/declaration.js';
import { RefreshCookie } from '../../operations/refresh-cookie.js';
import { viewerOf, type RequestContext } from '../../operations/request-context.js';
import { TwoFactorErrors } from '../../services/auth/auth.errors.js';
import { TwoFactorSetupService } from '../../services/auth/two-factor-setup.service.js';

@ArgsType()
export class TotpArgs {
  /** Code of the authenticator app, six digits. */
  @Field()
  @Matches(/^\d{6}$/)
  code!: string;
}

/** What an authenticator app needs. It is shown once. */
@ObjectType()
export class TwoFactorSetup {
  /** TOTP secret in base32, for typing in. */
  @Field()
  secret!: string;

  /** QR code of the otpauth link, a PNG as a data URL. */
  @Field()
  qrCodeDataUrl!: string;

  /** Link that opens an authenticator app on the same device. */
  @Field()
  otpauthUrl!: string;
}

/** The same as `TwoFactorSetup` in another shape. */
@ObjectType()
export class TwoFactorSetupInit {
  /** TOTP secret in base32, for typing in. */
  @Field()
  secret!: string;

  /** QR code of the otpauth link, a PNG as a data URL. */
  @Field()
  qrCodeUrl!: string;

  /** Link that opens an authenticator app on the same device. */
  @Field()
  otpauthUrl!: string;

  /** Always null: the codes come from `verifyTwoFactorSetup`. */
  @Field(() => [String], { nullable: true })
  recoveryCodes!: string[] | null;
}

/** Codes that stand in for a lost authenticator, each once. */
@ObjectType()
export class BackupCodeList {
  /** Codes of the form XXXX-XXXX; nobody sees them again. */
  @Field(() => [String])
  backupCodes!: string[];
}

/** Both ways to start share one limit. */
const START = {
  access: 'user',
  stepUp: true,
  rateLimit: '10/hour',
  rateLimitName: 'twoFactorSetup',
  errors: [TwoFactorErrors.alreadyEnabled, TwoFactorErrors.userNotFound],
} satisfies Partial<OperationOptions>;

@Resolver()
export class TwoFactorSetupResolver {
  constructor(
    private readonly setups: TwoFactorSetupService,
    private readonly refreshCookie: RefreshCookie,
  ) {}

  /**
   * Starts TOTP enrolment and returns the secret, a QR code and an otpauth link.
   *
   * @callout The second factor is not on yet: `verifyTwoFactorSetup` switches it on within 15 minutes.
   * @effect A random secret is stored encrypted in the place of one that waits; the first proof of it switches it on. {@link TwoFactorSetupService.start}
   */
  @MutationOperation(() => TwoFactorSetup, { ...START, rest: 'POST /auth/2fa/setup', status: 201 })
  setupTwoFactor(@Ctx() context: RequestContext): Promise<TwoFactorSetup> {
    return this.setups.start(viewerOf(context).userId);
  }

  /**
   * Same as 2fa/setup, with another field name for the QR code and an explicit null for the recovery codes.
   *
   * @effect A random secret is stored encrypted in the place of one that waits; the first proof of it switches it on. {@link TwoFactorSetupService.start}
   */
  @MutationOperation(() => TwoFactorSetupInit, { ...START, rest: 'POST /auth/2fa/setup-init' })
  async initTwoFactorSetup(@Ctx() context: RequestContext): Promise<TwoFactorSetupInit> {
    const { secret, qrCodeDataUrl, otpauthUrl } = await this.setups.start(viewerOf(context).userId);
    return { secret, qrCodeUrl: qrCodeDataUrl, otpauthUrl, recoveryCodes: null };
  }

  /**
   * Proves that the authenticator works, switches 2FA on and returns the one-time backup codes.
   *
   * @callout Every session ends, the calling one too: sign in again with the second factor.
   * @effect The second factor is on, the time step of the code is used, and backup codes are stored as hashes. {@link TwoFactorSetupService.confirm}
   * @effect Every session of the user ends with the reason TWO_FACTOR_CHANGED. {@link Sessions.endAll}
   * @effect Sign-ins that wait for a second factor become invalid. {@link SignInChallenges.invalidateAll}
   * @effect The mail security_2fa_enabled goes out. {@link Mails.send}
   */
  @MutationOperation(() => BackupCodeList, {
    rest: 'POST /auth/2fa/verify',
    access: 'user',
    rateLimit: '5/hour',
    errors: [TwoFactorErrors.alreadyEnabled, TwoFactorErrors.setupRequired, TwoFactorErrors.wrongSetupCode],
  })
  async verifyTwoFactorSetup(@Args() { code }: TotpArgs, @Ctx() context: RequestContext): Promise<BackupCodeList> {
    const backupCodes = await this.setups.confirm(viewerOf(context).userId, code);
    this.refreshCookie.clear(context.response);
    return { backupCodes };
  }
}
