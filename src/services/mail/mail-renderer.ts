import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import { directionOf } from '../../infrastructure/i18n/locales.js';
import {
  formatMessage,
  hasValue,
  parameterNames,
  type MessageParams,
} from '../../infrastructure/i18n/message-format.js';
import type { Translations } from '../../infrastructure/i18n/translations.js';
import { httpUrl, safeParams, singleLine } from './mail-safety.js';
import type { MailTemplate, MailTemplates } from './mail-templates.js';

/** The texts of one template in `locales/<code>/mails.json`. */
interface MailTexts {
  subject: string;
  preheader: string;
  paragraphs: string[];
  footnote?: string;
}

export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

/** Turns a template and its parameters into a mail in the reader's language. */
export class MailRenderer {
  private readonly html = compileLayout('layout.html.hbs');
  private readonly text = compileLayout('layout.text.hbs', { noEscape: true });

  constructor(private readonly translations: Translations) {}

  /**
   * @param locale the reader's locale; an unknown one falls back as all texts do
   * @throws Error when the template has no texts, a text lacks a parameter, or a link is not http(s)
   */
  render<T extends MailTemplate>(template: T, params: MailTemplates[T], locale: string): RenderedMail {
    const all = params as MessageParams;
    const key = typeof all.variant === 'string' ? `${template}.${all.variant}` : template;
    const entry = this.translations.entry(locale, 'mails', key);
    if (!entry) throw new Error(`no texts for the mail ${key}`);

    const texts = entry.value as MailTexts;
    const values = safeParams(all);
    const fill = (text: string): string => {
      const missing = parameterNames(text).filter((name) => !hasValue(values[name]));
      if (missing.length > 0) throw new Error(`the mail ${key} lacks ${missing.join(', ')}`);
      return formatMessage(text, values, entry.locale);
    };
    const told = (text: string): boolean => parameterNames(text).every((name) => hasValue(values[name]));

    const linkName = Object.keys(all).find((name) => name.endsWith('Url'));
    const view = {
      locale: entry.locale,
      direction: directionOf(entry.locale),
      start: directionOf(entry.locale) === 'rtl' ? 'right' : 'left',
      subject: singleLine(fill(texts.subject)),
      preheader: singleLine(fill(texts.preheader)),
      paragraphs: texts.paragraphs.filter(told).map(fill),
      link: linkName && this.link(linkName, String(all[linkName]), entry.locale),
      footnote:
        texts.footnote ?? (linkName && this.translations.find(entry.locale, 'mail-layout', `advice.${linkName}`)),
      footer: this.translations.text(entry.locale, 'mail-layout', 'footer'),
    };
    return { subject: view.subject, text: this.text(view), html: this.html(view) };
  }

  /** The button of a mail; its label goes with the kind of link. */
  private link(name: string, url: string, locale: string): { url: string; label: string; hint: string } {
    return {
      url: httpUrl(url),
      label: this.translations.text(locale, 'mail-layout', `action.${name}`),
      hint: this.translations.text(locale, 'mail-layout', 'link_hint'),
    };
  }
}

function compileLayout(file: string, options?: CompileOptions): HandlebarsTemplateDelegate {
  return Handlebars.compile(readFileSync(new URL(file, import.meta.url), 'utf8'), { strict: true, ...options });
}
