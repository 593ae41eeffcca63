/** Codes that ISO 639 withdrew but Java-based clients still send. */
const LEGACY_LANGUAGES: Record<string, string> = { iw: 'he', in: 'id' };

/**
 * Picks the locale for an `Accept-Language` header (RFC 9110, section 12.5.4): of the ranges by falling weight the first
 * that names a supported locale exactly, or else one of the same language, wins.
 *
 * @param acceptLanguage the header as it came; malformed parts are passed over
 * @param supported locale codes in order of preference, for ranges that fit several
 */
export function negotiateLocale(
  acceptLanguage: string | undefined,
  supported: readonly string[],
  defaultLocale: string,
): string {
  for (const range of rangesByWeight(acceptLanguage ?? '')) {
    if (range === '*') return defaultLocale;
    const match = matchLocale(range, supported);
    if (match) return match;
  }
  return defaultLocale;
}

/** The supported locale for one language tag: the same tag, else the same language, whatever the case. */
export function matchLocale(tag: string, supported: readonly string[]): string | undefined {
  const wanted = tag.toLowerCase();
  const language = languageOf(wanted);
  return (
    supported.find((code) => code.toLowerCase() === wanted) ??
    supported.find((code) => languageOf(code.toLowerCase()) === language)
  );
}

function languageOf(tag: string): string {
  const language = tag.split('-', 1)[0] ?? tag;
  return LEGACY_LANGUAGES[language] ?? language;
}

function rangesByWeight(header: string): string[] {
  return header
    .split(',')
    .map((part) => {
      const [range = '', ...parameters] = part.trim().split(/\s*;\s*/);
      const weight = parameters.find((parameter) => /^q=/i.test(parameter))?.slice(2);
      return { range, weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ range, weight }) => range !== '' && weight > 0 && weight <= 1)
    .sort((a, b) => b.weight - a.weight)
    .map(({ range }) => range);
}
