import { Duration } from '../../infrastructure/clock.js';
import type { KeyValueStore } from '../../infrastructure/key-value/key-value-store.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import { AuthSettings } from './auth.settings.js';
import type { EmailAddresses } from './email-addresses.js';

/**
 * What a sign-up for a taken address leaves behind: the hash of its password, the newest one only. A sign-in with it
 * answers that the address is not verified, just as after a real sign-up, so the answer does not tell who has an account.
 */
export class SignupDecoys {
  constructor(
    private readonly store: KeyValueStore,
    private readonly addresses: EmailAddresses,
    private readonly settings: Settings,
  ) {}

  async leave(email: string, passwordHash: string): Promise<void> {
    const seconds = Duration.days(this.settings.get(AuthSettings.unverifiedAccountTtlDays)) / 1000;
    await this.store.set(this.key(email), passwordHash, seconds);
  }

  find(email: string): Promise<string | null> {
    return this.store.get(this.key(email));
  }

  private key(email: string): string {
    return `signup-decoy:${this.addresses.hash(email)}`;
  }
}
