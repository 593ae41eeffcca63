import { Parser } from 'htmlparser2';

// Control characters but line breaks and tabs, and the overrides that let text masquerade by its direction (Trojan Source).
const UNSAFE_RANGES = String.raw`\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069`;
const UNSAFE = new RegExp(`[${UNSAFE_RANGES}]`, 'g');

/** Matches text without characters that are never stored; a regular expression in text, for JSON Schema. */
export const SAFE_TEXT_PATTERN = `^[^${UNSAFE_RANGES}]*$`;

/** Text as it may be stored and shown: NFC, without markup, control and bidirectional override characters, trimmed. */
export function toPlainText(input: string): string {
  return withoutMarkup(input).replace(UNSAFE, '').normalize('NFC').trim();
}

/** True for text with a character that is never stored. */
export function hasUnsafeCharacters(input: string): boolean {
  return input.search(UNSAFE) >= 0;
}

function withoutMarkup(input: string): string {
  let text = '';
  const parser = new Parser({ ontext: (part) => (text += part) }, { decodeEntities: false });
  parser.end(input);
  return text;
}
