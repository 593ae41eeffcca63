import QRCode from 'qrcode';
import { SessionEndReason } from '../../entities/auth/auth.enums.js';
import type { AuditLog } from '../../infrastructure/audit/audit-log.js';
import { addTime, Duration, type Clock } from '../../infrastructure/clock.js';
import type { Encryption } from '../../infrastructure/crypto/encryption.js';
import type { Database } from '../../infrastructure/database/database.js';
import { DomainError } from '../../infrastructure/errors.js';
import type { DomainEvents } from '../../infrastructure/events/domain-events.js';
import type { Mails } from '../mail/mails.js';
import type { WebLinks } from '../web-links.js';
import { TwoFactorErrors } from './auth.errors.js';
import type { BackupCodes } from './backup-codes.js';
import type { Sessions } from './sessions.js';
import type { SignInChallenges } from './sign-in-challenges.js';
import type { Totp } from './totp.js';
import type { TwoFactorState, TwoFactorStates } from './two-factor-states.js';

const PENDING_MINUTES = 15;

/** What an authenticator app needs; it is shown once. */
export interface TotpEnrolment {
  /** Base32. */
  secret: string;
  otpauthUrl: string;
  /** PNG of the link as a data URL. */
  qrCodeDataUrl: string;
}

/** Switches TOTP on, in two steps: a secret that waits, and the proof that the authenticator works. */
export class TwoFactorSetupService {
  constructor(
    private readonly database: Database,
    private readonly states: TwoFactorStates,
    private readonly totp: Totp,
    private readonly backupCodes: BackupCodes,
    private readonly sessions: Sessions,
    private readonly challenges: SignInChallenges,
    private readonly encryption: Encryption,
    private readonly mails: Mails,
    private readonly links: WebLinks,
    private readonly audit: AuditLog,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes a secret that waits 15 minutes for its proof, in the place of an earlier one.
   *
   * @throws DomainError `auth.2fa.already_enabled` or `auth.2fa.user_not_found`
   */
  async start(userId: string): Promise<TotpEnrolment> {
    const secret = this.totp.newSecret();
    const email = await this.database.transaction(async () => {
      const [stored] = await this.database.query<{ email: string }>(
        `update user_account set two_factor_secret = $2, two_factor_secret_set_at = $3
         where id = $1 and not two_factor_enabled and email is not null returning email`,
        [userId, this.encryption.encrypt(secret), this.clock.now()],
      );
      if (!stored) throw new DomainError(await this.startRefusal(userId));
      await this.audit.record({
        action: 'auth.2fa.setup_started',
        actorId: userId,
        target: { type: 'User', id: userId },
      });
      return stored.email;
    });
    const otpauthUrl = this.totp.uri(secret, email);
    return { secret, otpauthUrl, qrCodeDataUrl: await QRCode.toDataURL(otpauthUrl) };
  }

  /**
   * Switches TOTP on and ends every session, the calling one too.
   *
   * @returns the backup codes, which nobody sees again
   * @throws DomainError `auth.2fa.already_enabled`, `auth.2fa.setup_required` or `auth.2fa.invalid_code`
   */
  async confirm(userId: string, code: string): Promise<string[]> {
    const secret = this.pendingSecret(await this.states.find(userId));
    const step = this.totp.matchingStep(secret, code, null);
    if (step === null) throw new DomainError(TwoFactorErrors.wrongSetupCode);
    const batch = await this.backupCodes.generate();
    await this.database.transaction(async () => {
      // Looked at again: a parallel call may have switched it on, or replaced the secret.
      if (this.pendingSecret(await this.states.lock(userId)) !== secret)
        throw new DomainError(TwoFactorErrors.wrongSetupCode);
      await this.switchOn(userId, step);
      await this.backupCodes.replace(userId, batch);
    });
    return batch.codes;
  }

  private async switchOn(userId: string, step: number): Promise<void> {
    const now = this.clock.now();
    await this.database.query(
      `update user_account set two_factor_enabled = true, two_factor_last_step = $2, two_factor_failures = 0, updated_at = $3
       where id = $1`,
      [userId, step, now],
    );
    await this.sessions.endAll(userId, SessionEndReason.TWO_FACTOR_CHANGED);
    await this.challenges.invalidateAll(userId);
    await this.events.publish('user.access_changed', { userId });
    await this.mails.send(
      'security_2fa_enabled',
      { userId },
      { happenedAt: now.toISOString(), securityUrl: this.links.security },
    );
    await this.audit.record({ action: 'auth.2fa.enabled', actorId: userId, target: { type: 'User', id: userId } });
  }

  /** @throws DomainError in this order: already enabled, no secret that waits */
  private pendingSecret(state: TwoFactorState | undefined): string {
    if (state?.enabled) throw new DomainError(TwoFactorErrors.alreadyEnabled);
    const oldest = addTime(this.clock.now(), -Duration.minutes(PENDING_MINUTES));
    if (!state?.secret || !state.secretSetAt || state.secretSetAt <= oldest)
      throw new DomainError(TwoFactorErrors.setupRequired);
    return state.secret;
  }

  private async startRefusal(userId: string) {
    const state = await this.states.find(userId);
    return state?.enabled ? TwoFactorErrors.alreadyEnabled : TwoFactorErrors.userNotFound;
  }
}
