import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_LOCALE, SUPPORTED_LOCALES } from '../src/infrastructure/i18n/locales.js';
import { placeholdersOf } from '../src/infrastructure/i18n/message-format.js';

const LOCALES_DIRECTORY = fileURLToPath(new URL('../locales', import.meta.url));

/** A paragraph list counts as one text: a translation may divide it differently. */
type Texts = Map<string, string>;

/**
 * What is wrong with the locale files, one line each: files, keys or placeholders that differ from English, and empty
 * texts.
 */
export function localeProblems(directory = LOCALES_DIRECTORY): string[] {
  const codes = SUPPORTED_LOCALES.map(({ code }) => code);
  const folders = readdirSync(directory);
  const problems = differences(codes, folders).map((name) => `${name}: the folder is missing or belongs to no locale`);
  const namespaces = readdirSync(join(directory, DEFAULT_LOCALE));

  for (const code of codes.filter((name) => folders.includes(name))) {
    const files = readdirSync(join(directory, code));
    problems.push(...differences(namespaces, files).map((file) => `${code}/${file}: missing or superfluous file`));
    for (const file of namespaces.filter((name) => files.includes(name))) {
      const original = readTexts(join(directory, DEFAULT_LOCALE, file));
      const translated = readTexts(join(directory, code, file));
      problems.push(...textProblems(original, translated).map((problem) => `${code}/${file}: ${problem}`));
    }
  }
  return problems;
}

function textProblems(original: Texts, translated: Texts): string[] {
  const problems = differences([...original.keys()], [...translated.keys()]).map(
    (key) => `${key} is ${original.has(key) ? 'missing' : 'superfluous'}`,
  );
  for (const [key, text] of translated) {
    if (text.trim() === '') problems.push(`${key} is empty`);
    const expected = placeholdersOf(original.get(key) ?? text).join(' ');
    const found = placeholdersOf(text).join(' ');
    if (found !== expected) problems.push(`${key} has the placeholders [${found}] instead of [${expected}]`);
  }
  return problems;
}

/** The texts of a file under dotted keys. */
function readTexts(path: string): Texts {
  const texts: Texts = new Map();
  const collect = (prefix: string, value: unknown): void => {
    if (typeof value === 'string') texts.set(prefix, value);
    else if (Array.isArray(value)) texts.set(prefix, value.every((text) => text !== '') ? value.join('\n') : '');
    else for (const [key, child] of Object.entries(value as object)) collect(prefix ? `${prefix}/${key}` : key, child);
  };
  collect('', JSON.parse(readFileSync(path, 'utf8')));
  return texts;
}

/** What only one of the two lists has. */
function differences(expected: readonly string[], found: readonly string[]): string[] {
  return [...expected.filter((name) => !found.includes(name)), ...found.filter((name) => !expected.includes(name))];
}
