/** A language that the platform ships texts for. */
export interface SupportedLocale {
  /** BCP 47 tag, also the folder name under `locales/`. */
  readonly code: string;
  readonly name: string;
  readonly nativeName: string;
  readonly isRtl: boolean;
}

const locale = (code: string, name: string, nativeName: string, isRtl = false): SupportedLocale => ({
  code,
  name,
  nativeName,
  isRtl,
});

export const DEFAULT_LOCALE = 'en';

export const SUPPORTED_LOCALES: readonly SupportedLocale[] = [
  locale('en', 'English', 'English'),
  locale('tr', 'Turkish', 'Türkçe'),
  locale('de', 'German', 'Deutsch'),
  locale('fr', 'French', 'Français'),
  locale('es', 'Spanish', 'Español'),
  locale('it', 'Italian', 'Italiano'),
  locale('pt-BR', 'Portuguese (Brazil)', 'Português (Brasil)'),
  locale('nl', 'Dutch', 'Nederlands'),
  locale('pl', 'Polish', 'Polski'),
  locale('ru', 'Russian', 'Русский'),
  locale('uk', 'Ukrainian', 'Українська'),
  locale('ar', 'Arabic', 'العربية', true),
  locale('he', 'Hebrew', 'עברית', true),
  locale('hi', 'Hindi', 'हिन्दी'),
  locale('id', 'Indonesian', 'Bahasa Indonesia'),
  locale('vi', 'Vietnamese', 'Tiếng Việt'),
  locale('th', 'Thai', 'ไทย'),
  locale('ja', 'Japanese', '日本語'),
  locale('ko', 'Korean', '한국어'),
  locale('zh-CN', 'Chinese (Simplified)', '简体中文'),
];

const rtlCodes = new Set(SUPPORTED_LOCALES.filter((entry) => entry.isRtl).map((entry) => entry.code));

/** Writing direction of a locale's texts, as the HTML attribute `dir` wants it. */
export function directionOf(code: string): 'ltr' | 'rtl' {
  return rtlCodes.has(code) ? 'rtl' : 'ltr';
}
