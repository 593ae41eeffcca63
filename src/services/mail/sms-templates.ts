import type { MessageParams } from '../../infrastructure/i18n/message-format.js';
import type { Translations } from '../../infrastructure/i18n/translations.js';

/** What a one-time code is for; each purpose has its own text. */
type OtpPurpose = 'verify-phone-fan' | 'verify-phone-profile' | '2fa-setup' | 'login-2fa';

/** Every text message and what it is told; texts are in `locales/<code>/sms.json` under `<name>.<variant>`. */
export interface SmsTemplates {
  otp: { variant: OtpPurpose; code: string; expiresInMinutes: number };
}

export type SmsTemplate = keyof SmsTemplates;

/** The text of a message in the reader's language. It names the platform and warns not to pass the code on. */
export function renderSms<T extends SmsTemplate>(
  translations: Translations,
  template: T,
  params: SmsTemplates[T],
  locale: string,
): string {
  const values: MessageParams = { ...params };
  return translations.text(locale, 'sms', `${template}.${params.variant}`, values);
}
