import type { Encryption } from '../../infrastructure/crypto/encryption.js';
import type { Database } from '../../infrastructure/database/database.js';
import type { Translations } from '../../infrastructure/i18n/translations.js';
import type { JobOutbox } from '../../jobs/job-outbox.js';
import { smsSendJob } from './mail.jobs.js';
import { renderSms, type SmsTemplate, type SmsTemplates } from './sms-templates.js';

/** Who gets a text message, and in which language: the one of the user's settings, else `locale`. */
export interface SmsReceiver {
  /** E.164 number. */
  to: string;
  userId: string | null;
  locale: string;
}

/**
 * Puts text messages into the outbox, in the transaction at hand: they leave when the change is committed, and not when it
 * is rolled back. The text is encrypted while it waits, since it holds a code.
 */
export class SmsMessages {
  constructor(
    private readonly database: Database,
    private readonly outbox: JobOutbox,
    private readonly translations: Translations,
    private readonly encryption: Encryption,
  ) {}

  async send<T extends SmsTemplate>(
    template: T,
    { to, userId, locale }: SmsReceiver,
    params: SmsTemplates[T],
  ): Promise<void> {
    const text = renderSms(this.translations, template, params, (await this.localeOf(userId)) ?? locale);
    await this.outbox.enqueue(smsSendJob, { to, template, sealedText: this.encryption.encrypt(text) });
  }

  private async localeOf(userId: string | null): Promise<string | null> {
    if (userId === null) return null;
    const [row] = await this.database.query<{ locale: string | null }>(
      'select locale from user_settings where user_id = $1',
      [userId],
    );
    return row?.locale ?? null;
  }
}
