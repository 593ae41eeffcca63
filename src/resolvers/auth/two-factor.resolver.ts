import { Length } from 'class-validator';
import { Args, ArgsType, Ctx, Field, ObjectType, Resolver } from 'type-graphql';
import { MutationOperation, QueryOperation } from '../../operations/declaration.js';
import { RefreshCookie } from '../../operations/refresh-cookie.js';
import { viewerOf, type RequestContext } from '../../operations/request-context.js';
import { TwoFactorErrors } from '../../services/auth/auth.errors.js';
import { TwoFactorService } from '../../services/auth/two-factor.service.js';
import { BackupCodeList, TotpArgs } from './two-factor-setup.resolver.js';

@ArgsType()
export class DisableTwoFactorArgs {
  /** Password of the account. */
  @Field()
  @Length(8, 1024)
  password!: string;
}

/** Whether sign-in asks for a second factor. */
@ObjectType()
export class TwoFactorStatus {
  /** False while a secret waits for its proof. */
  @Field()
  enabled!: boolean;
}

@Resolver()
export class TwoFactorResolver {
  constructor(
    private readonly twoFactor: TwoFactorService,
    private readonly refreshCookie: RefreshCookie,
  ) {}

  /**
   * Switches 2FA off after a check of the account password.
   *
   * @callout Every session ends, the calling one too. While 2FA is off already, sessions stay.
   * @effect TOTP, SMS codes and backup codes are gone, and a secret that waits is dropped. {@link TwoFactorService.disable}
   * @effect Every session of the user ends with the reason TWO_FACTOR_CHANGED. {@link Sessions.endAll}
   * @effect The mail security_2fa_disabled goes out. {@link Mails.send}
   */
  @MutationOperation(() => Boolean, {
    rest: 'POST /auth/2fa/disable',
    access: 'user',
    rateLimit: '5/hour',
    errors: [TwoFactorErrors.noPassword, TwoFactorErrors.invalidPassword],
  })
  async disableTwoFactor(@Args() { password }: DisableTwoFactorArgs, @Ctx() context: RequestContext): Promise<boolean> {
    const wasOn = await this.twoFactor.disable(viewerOf(context).userId, password);
    if (wasOn) this.refreshCookie.clear(context.response);
    return true;
  }

  /**
   * Tells whether 2FA is on for the signed-in user.
   *
   * @effect The account is read and nothing is written. {@link TwoFactorService.isEnabled}
   */
  @QueryOperation(() => TwoFactorStatus, { rest: 'GET /auth/2fa/status', access: 'user', rateLimit: null })
  async twoFactorStatus(@Ctx() context: RequestContext): Promise<TwoFactorStatus> {
    return { enabled: await this.twoFactor.isEnabled(viewerOf(context).userId) };
  }

  /**
   * Replaces all backup codes after a live TOTP check.
   *
   * @callout A code that was used to sign in is used; wait for the next one.
   * @effect A wrong code counts like one at sign-in, and a right one is used up. {@link SecondFactorLock.countAttempt}
   * @effect All backup codes are replaced by a new batch, which is shown once; sessions stay. {@link BackupCodes.replace}
   * @effect The mail security_backup_codes_regenerated goes out. {@link Mails.send}
   */
  @MutationOperation(() => BackupCodeList, {
    rest: 'POST /auth/2fa/backup-codes/regenerate',
    access: 'user',
    rateLimit: '3/hour',
    errors: [TwoFactorErrors.notEnabled, TwoFactorErrors.wrongSetupCode],
  })
  async regenerateBackupCodes(@Args() { code }: TotpArgs, @Ctx() context: RequestContext): Promise<BackupCodeList> {
    return { backupCodes: await this.twoFactor.regenerateBackupCodes(viewerOf(context).userId, code) };
  }
}
