import { OtpPurpose } from '../../entities/auth/auth.enums.js';
import type { AdminRole } from '../../entities/user/user.enums.js';
import type { Database } from '../../infrastructure/database/database.js';
import { DomainError, GenericErrors, invalidField } from '../../infrastructure/errors.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import { OtpErrors, TwoFactorErrors } from './auth.errors.js';
import { AuthSettings } from './auth.settings.js';
import type { Authentication, Viewer } from './authentication.js';
import type { SignInChallenges } from './sign-in-challenges.js';
import { smsFactorAllowed } from './sms-factor.js';

/** A wish for a code. */
export interface OtpRequest {
  /** E.164 number. */
  phone: string;
  purpose: OtpPurpose;
  /** Names the sign-in that a login-2fa code is for. */
  tempToken: string | null;
}

/** Whom a code is for. */
export interface OtpTarget {
  userId: string | null;
  /** Sign-in that the code belongs to and does not outlive. */
  signIn: { id: string; expiresAt: Date } | null;
  decoy: boolean;
}

interface PhoneState {
  role: AdminRole;
  phone: string | null;
  phoneVerified: boolean;
  smsEnabled: boolean;
}

/** Who may ask for a code, by its purpose. */
export class OtpPurposeRules {
  constructor(
    private readonly database: Database,
    private readonly authentication: Authentication,
    private readonly signIns: SignInChallenges,
    private readonly settings: Settings,
  ) {}

  /**
   * @param viewer who calls; null for an anonymous call
   * @throws DomainError `error.unauthorized`, `auth.step_up_required`, `auth.otp.send.purpose_disabled`,
   *   `auth.2fa.not_enabled`, `auth.2fa.challenge_expired`, or `error.validation` for a missing temp token
   */
  async targetOf({ phone, purpose, tempToken }: OtpRequest, viewer: Viewer | null): Promise<OtpTarget> {
    switch (purpose) {
      case OtpPurpose.VERIFY_PHONE_FAN:
        return this.forFan(viewer);
      case OtpPurpose.VERIFY_PHONE_PROFILE:
        return own(this.recentlySignedIn(viewer));
      case OtpPurpose.TWO_FACTOR_SETUP:
        return this.forSetup(this.recentlySignedIn(viewer));
      case OtpPurpose.LOGIN_TWO_FACTOR:
        if (tempToken === null) throw invalidField('tempToken', 'required', 'needed for login-2fa');
        return this.forSignIn(tempToken, phone);
    }
  }

  /** Without a bearer the number waits for a sign-up. To replace a verified number takes a recent sign-in. */
  private async forFan(viewer: Viewer | null): Promise<OtpTarget> {
    if (!viewer) return { userId: null, signIn: null, decoy: false };
    const account = await this.phoneStateOf(viewer.userId);
    if (account?.phoneVerified) this.authentication.requireRecentSignIn(viewer);
    return own(viewer);
  }

  private forSetup(viewer: Viewer): OtpTarget {
    if (!smsFactorAllowed(this.settings, viewer.role)) throw new DomainError(OtpErrors.purposeDisabled);
    if (!viewer.twoFactorEnabled) throw new DomainError(TwoFactorErrors.notEnabled);
    return own(viewer);
  }

  /** Any number but the verified one gets a decoy, which looks the same from outside. */
  private async forSignIn(tempToken: string, phone: string): Promise<OtpTarget> {
    if (!this.settings.get(AuthSettings.smsSecondFactorEnabled)) throw new DomainError(OtpErrors.purposeDisabled);
    const signIn = await this.signIns.find(tempToken);
    const account = signIn?.open && (await this.phoneStateOf(signIn.userId));
    if (!account) throw new DomainError(TwoFactorErrors.challengeExpired);
    if (!smsFactorAllowed(this.settings, account.role)) throw new DomainError(OtpErrors.purposeDisabled);
    const genuine = account.smsEnabled && account.phoneVerified && account.phone === phone;
    return { userId: signIn.userId, signIn, decoy: !genuine };
  }

  private recentlySignedIn(viewer: Viewer | null): Viewer {
    if (!viewer) throw new DomainError(GenericErrors.unauthorized);
    this.authentication.requireRecentSignIn(viewer);
    return viewer;
  }

  private async phoneStateOf(userId: string): Promise<PhoneState | undefined> {
    const [account] = await this.database.query<PhoneState>(
      `select role, phone, phone_verified as "phoneVerified", sms_two_factor_enabled as "smsEnabled"
       from user_account where id = $1`,
      [userId],
    );
    return account;
  }
}

const own = ({ userId }: Viewer): OtpTarget => ({ userId, signIn: null, decoy: false });
