import { generateSecret, generateURI, verifySync } from 'otplib';
import type { Clock } from '../../infrastructure/clock.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import { AuthSettings } from './auth.settings.js';

const ISSUER = 'BIO.RE';
const PERIOD_SECONDS = 30;
/** 160 bits, the length of a SHA-1 key that RFC 4226 recommends. */
const SECRET_BYTES = 20;

/** Time-based one-time passwords (RFC 6238) as every authenticator app makes them: SHA-1, six digits, 30 seconds. */
export class Totp {
  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /** A fresh random secret in base32. */
  newSecret(): string {
    return generateSecret({ length: SECRET_BYTES });
  }

  /** The otpauth link that an authenticator app reads from a QR code. */
  uri(secret: string, email: string): string {
    return generateURI({ issuer: ISSUER, label: email, secret, period: PERIOD_SECONDS });
  }

  /**
   * Looks for the code within `auth.totp_window` time steps either way.
   *
   * @param lastStep the newest step whose code was used; no code up to it works again (RFC 6238, section 5.2)
   * @returns the time step of the code, to be stored as used; null when the code is wrong or was used
   */
  matchingStep(secret: string, code: string, lastStep: number | null): number | null {
    const result = verifySync({
      secret,
      token: code,
      period: PERIOD_SECONDS,
      epoch: Math.floor(this.clock.now().getTime() / 1000),
      epochTolerance: this.settings.get(AuthSettings.totpWindow) * PERIOD_SECONDS,
    });
    if (!result.valid || !('timeStep' in result)) return null;
    return lastStep !== null && result.timeStep <= lastStep ? null : result.timeStep;
  }
}
