const MAX_LENGTH = 500;

const EMAIL = /[^\s@<>"']+@[^\s@<>"']+\.[^\s@<>"']+/g;
const URL_CREDENTIALS = /(\w+:\/\/)[^\s/@]*@/g;
const URL_QUERY = /(\w+:\/\/[^\s?#]*)[?#]\S*/g;
const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** Long runs of letters and digits: tokens, keys and hashes, but not our ids. */
const OPAQUE = new RegExp(`\\b(?!${UUID}\\b)(?=[\\w-]*\\d)[\\w-]{32,}`, 'gi');

/** What went wrong, fit for staff to read: one message without addresses, tokens or the query of a URL, and no stack. */
export function errorMessage(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text
    .replace(URL_CREDENTIALS, '$1')
    .replace(URL_QUERY, '$1')
    .replace(EMAIL, '[address]')
    .replace(OPAQUE, '[secret]')
    .slice(0, MAX_LENGTH);
}
