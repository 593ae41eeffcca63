import type { MessageParams } from '../../infrastructure/i18n/message-format.js';
import type { Translations } from '../../infrastructure/i18n/translations.js';
import { localeOf, type RequestContext } from '../../operations/request-context.js';

/** Texts that answers carry for people to read (`locales/<code>/messages.json`). */
export class LocalizedMessages {
  constructor(private readonly translations: Translations) {}

  /** The text in the caller's locale. */
  text(context: RequestContext, key: string, params?: MessageParams): string {
    return this.translations.text(localeOf(context), 'messages', key, params);
  }
}
