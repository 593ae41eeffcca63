import type { MessageParams, MessageValue } from '../../infrastructure/i18n/message-format.js';

/** Longest subject line that is sent; mail programs show far less. */
const MAX_SUBJECT_LENGTH = 200;

/** Control characters other than the line feed, and those that turn the writing direction around. */
const UNSAFE_CHARACTERS =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;

/** One line without control characters, so that no parameter can add a header (RFC 5322, section 2.2). */
export function singleLine(text: string): string {
  return [...text.replace(/\s+/g, ' ').trim()].slice(0, MAX_SUBJECT_LENGTH).join('');
}

/** The parameters without control and direction characters; line feeds stay. */
export function safeParams(params: MessageParams): MessageParams {
  const safe = (value: MessageValue): MessageValue =>
    typeof value === 'string' ? value.replace(/\r\n?/g, '\n').replace(UNSAFE_CHARACTERS, ' ') : value;
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, safe(value)]));
}

/**
 * The address of a link.
 *
 * @throws Error when it is not an absolute http or https URL
 */
export function httpUrl(value: string): string {
  const url = URL.parse(value);
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    throw new Error('a mail may only link to http(s) addresses');
  return url.href;
}
