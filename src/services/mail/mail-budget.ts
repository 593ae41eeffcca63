import type { KeyValueStore } from '../../infrastructure/key-value/key-value-store.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import { AuthSettings } from '../auth/auth.settings.js';
import type { EmailAddresses } from '../auth/email-addresses.js';

/** Holds down how many account mails strangers can make us send to one address. */
export class MailBudget {
  constructor(
    private readonly store: KeyValueStore,
    private readonly addresses: EmailAddresses,
    private readonly settings: Settings,
  ) {}

  /** Takes one mail of the hour's budget; false when it is used up, and then no mail goes out. */
  async take(email: string): Promise<boolean> {
    const sent = await this.store.increment(`mail-budget:${this.addresses.hash(email)}`, 3600);
    return sent <= this.settings.get(AuthSettings.mailPerAddressMaxPerHour);
  }

  /** True once in 24 hours: the notice that an address already has an account. */
  takeAccountExists(email: string): Promise<boolean> {
    return this.store.setIfAbsent(`account-exists-mail:${this.addresses.hash(email)}`, '1', 86_400);
  }
}
