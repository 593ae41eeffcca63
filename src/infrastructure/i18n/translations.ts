import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_LOCALE } from './locales.js';
import { formatMessage, type MessageParams } from './message-format.js';
import { matchLocale } from './negotiate-locale.js';

/** One file `locales/<code>/<namespace>.json`. */
type Bundle = Readonly<Record<string, unknown>>;
type Bundles = ReadonlyMap<string, ReadonlyMap<string, Bundle>>;

const LOCALES_DIRECTORY = fileURLToPath(new URL('../../../locales', import.meta.url));

/** The texts that ship with the server, read once and kept in memory. */
export class Translations {
  private constructor(
    private readonly bundles: Bundles,
    private readonly fallbackOf: (locale: string) => string | null | undefined,
  ) {}

  /**
   * Reads every `<code>/<namespace>.json` below `directory`.
   *
   * @param options.fallbackOf the locale to try when a text is missing in another one (`Language.fallbackCode`);
   * the default locale always comes last
   */
  static load(options: { directory?: string; fallbackOf?: Translations['fallbackOf'] } = {}): Translations {
    const directory = options.directory ?? LOCALES_DIRECTORY;
    const codes = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const bundles = new Map(codes.map(({ name }) => [name, readBundles(join(directory, name))]));
    return new Translations(bundles, options.fallbackOf ?? (() => null));
  }

  /** The text of a key with its placeholders filled; the key itself when no locale of the chain knows it. */
  text(locale: string, namespace: string, key: string, params: MessageParams = {}): string {
    return this.find(locale, namespace, key, params) ?? key;
  }

  /** Like {@link text}, but undefined when no locale of the chain knows the key. */
  find(locale: string, namespace: string, key: string, params: MessageParams = {}): string | undefined {
    for (const code of this.chain(locale)) {
      const text = this.bundles.get(code)?.get(namespace)?.[key];
      if (typeof text === 'string') return formatMessage(text, params, code);
    }
    return undefined;
  }

  /** The raw value of a key, for namespaces whose entries are more than one text; with the locale it was found in. */
  entry(locale: string, namespace: string, key: string): { locale: string; value: unknown } | undefined {
    for (const code of this.chain(locale)) {
      const value = this.bundles.get(code)?.get(namespace)?.[key];
      if (value !== undefined) return { locale: code, value };
    }
    return undefined;
  }

  /** The locale itself or its closest relative, then its fallbacks, then the default; each once. */
  private chain(locale: string): Iterable<string> {
    const chain = new Set<string>();
    let next: string | null | undefined = matchLocale(locale, [...this.bundles.keys()]);
    while (next && !chain.has(next)) {
      chain.add(next);
      next = this.fallbackOf(next);
    }
    return chain.add(DEFAULT_LOCALE);
  }
}

function readBundles(directory: string): Map<string, Bundle> {
  const files = readdirSync(directory).filter((file) => file.endsWith('.json'));
  return new Map(
    files.map((file) => [basename(file, '.json'), JSON.parse(readFileSync(join(directory, file), 'utf8')) as Bundle]),
  );
}
