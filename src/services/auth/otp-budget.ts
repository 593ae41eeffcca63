import type { KeyValueStore } from '../../infrastructure/key-value/key-value-store.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import { AuthSettings } from './auth.settings.js';

const HOUR_SECONDS = 3600;
const PLATFORM_KEY = 'otp-budget:platform';

/**
 * Holds down toll fraud by SMS: codes an hour to one number, whatever they are for, and over the whole platform. Sends that
 * only look like one count too, or a wrong number could be told from the right one.
 */
export class OtpBudget {
  constructor(
    private readonly store: KeyValueStore,
    private readonly settings: Settings,
  ) {}

  /** Takes one code of both budgets; false when one of them is used up. What is refused costs the platform nothing. */
  async take(phone: string): Promise<boolean> {
    const platformMax = this.settings.get(AuthSettings.otpGlobalMaxPerHour);
    // Looked at first, so that a platform that is at its limit does not use up the budgets of numbers.
    if (Number(await this.store.get(PLATFORM_KEY)) >= platformMax) return false;
    const toNumber = await this.store.increment(`otp-budget:phone:${phone}`, HOUR_SECONDS);
    if (toNumber > this.settings.get(AuthSettings.otpPerPhoneMaxPerHour)) return false;
    return (await this.store.increment(PLATFORM_KEY, HOUR_SECONDS)) <= platformMax;
  }
}
