import { directionOf } from './locales.js';

/** An amount as the API answers it: a decimal string and an ISO 4217 code. */
export interface MoneyAmount {
  amount: string;
  currency: string;
}

/** What a placeholder can stand for. Plain JSON, so that parameters survive a queue; times are ISO 8601 strings. */
export type MessageValue = string | number | readonly MoneyAmount[] | null | undefined;
export type MessageParams = Readonly<Record<string, MessageValue>>;

/** How `{name, format}` writes its value. A plain `{name}` is written as it is. */
const FORMATS: Record<string, (value: MessageValue, locale: string) => string> = {
  date: (value, locale) => formatTime(value, locale, {}),
  datetime: (value, locale) => formatTime(value, locale, { hour: 'numeric', minute: '2-digit', timeZoneName: 'short' }),
  second: (value, locale) => formatSpan(value, locale, 'second'),
  minute: (value, locale) => formatSpan(value, locale, 'minute'),
  hour: (value, locale) => formatSpan(value, locale, 'hour'),
  day: (value, locale) => formatSpan(value, locale, 'day'),
  money: (value, locale) => formatMoney(value as readonly MoneyAmount[], locale),
};

const PLACEHOLDER = /\{(\w+)(?:, ?(\w+))?\}/g;

/**
 * Fills the placeholders of a text.
 *
 * - `{name}` the value as it is
 * - `{name, date}`, `{name, datetime}` a time in words of the language, in UTC
 * - `{name, second|minute|hour|day}` a number with its unit in the right plural, such as "24 hours"
 * - `{name, money}` a list of amounts, such as "$12.50 and €3.00"
 *
 * A placeholder without a value stays as it is; values are never searched for placeholders.
 */
export function formatMessage(text: string, params: MessageParams, locale: string): string {
  return text.replace(PLACEHOLDER, (placeholder, name: string, format?: string) => {
    const value = params[name];
    if (!hasValue(value)) return placeholder;
    if (format === undefined) return isolate(String(value), locale);
    return FORMATS[format]?.(value, locale) ?? placeholder;
  });
}

/** Names of the parameters that a text asks for. */
export function parameterNames(text: string): string[] {
  return [...text.matchAll(PLACEHOLDER)].map(([, name]) => name as string);
}

/** The placeholders of a text as they are written, sorted; equal for a text and its faithful translation. */
export function placeholdersOf(text: string): string[] {
  return [...new Set([...text.matchAll(PLACEHOLDER)].map(([placeholder]) => placeholder))].sort();
}

/** False for what counts as left out: null, undefined, an empty text and an empty list. */
export function hasValue(value: MessageValue): boolean {
  if (typeof value === 'string' || Array.isArray(value)) return value.length > 0;
  return value !== null && value !== undefined;
}

/** Sets foreign words apart in right-to-left texts, so that they and their neighbours keep their own order (UAX #9). */
function isolate(value: string, locale: string): string {
  return directionOf(locale) === 'rtl' && /\p{L}/u.test(value) ? `\u2068${value}\u2069` : value;
}

function formatTime(value: MessageValue, locale: string, clock: Intl.DateTimeFormatOptions): string {
  const day = { year: 'numeric', month: 'long', day: 'numeric', timeZone: 'UTC' } as const;
  return new Intl.DateTimeFormat(locale, { ...day, ...clock }).format(new Date(String(value)));
}

function formatSpan(value: MessageValue, locale: string, unit: string): string {
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(Number(value));
}

function formatMoney(amounts: readonly MoneyAmount[], locale: string): string {
  const texts = amounts.map(({ amount, currency }) =>
    // Intl takes decimal strings as they are, so no cent is lost on the way through a float.
    new Intl.NumberFormat(locale, { style: 'currency', currency }).format(amount as Intl.StringNumericLiteral),
  );
  return new Intl.ListFormat(locale).format(texts);
}
