import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { directionOf, SUPPORTED_LOCALES } from '../../src/infrastructure/i18n/locales.js';
import { formatMessage } from '../../src/infrastructure/i18n/message-format.js';
import { negotiateLocale } from '../../src/infrastructure/i18n/negotiate-locale.js';
import { Translations } from '../../src/infrastructure/i18n/translations.js';

const codes = SUPPORTED_LOCALES.map(({ code }) => code);
const negotiate = (header?: string) => negotiateLocale(header, codes, 'en');

describe('negotiateLocale', () => {
  it.each([
    ['de', 'de'],
    ['DE-at', 'de'],
    ['pt', 'pt-BR'],
    ['PT-br;q=0.4, fr;q=0.3', 'pt-BR'],
    ['zh-TW', 'zh-CN'],
    ['fr;q=0.2, ja;q=0.9, de;q=0.5', 'ja'],
    ['xx, de-CH;q=0.8, en;q=0.7', 'de'],
    ['he;q=0, ar', 'ar'],
    ['iw-IL', 'he'],
    ['in', 'id'],
    ['*', 'en'],
    ['*;q=0.5, tr', 'tr'],
    ['', 'en'],
    [';;q=1,,tr;q=nonsense', 'en'],
  ])('%s gives %s', (header, expected) => {
    expect(negotiate(header)).toBe(expected);
  });

  it('gives the default without a header', () => {
    expect(negotiate(undefined)).toBe('en');
  });

  it('keeps the order of ranges with equal weight', () => {
    expect(negotiate('it, es')).toBe('it');
  });
});

describe('formatMessage', () => {
  it('fills names and leaves unknown ones visible', () => {
    expect(formatMessage('{a} and {b}', { a: 1 }, 'en')).toBe('1 and {b}');
  });

  it('does not look for placeholders inside values', () => {
    expect(formatMessage('{a}', { a: '{b}', b: 'x' }, 'en')).toBe('{b}');
  });

  it('puts numbers into the right plural', () => {
    expect(formatMessage('{n, hour}', { n: 1 }, 'en')).toBe('1 hour');
    expect(formatMessage('{n, day}', { n: 3 }, 'pl')).toBe('3 dni');
    expect(formatMessage('{n, minute}', { n: 60 }, 'ru')).toBe('60 минут');
  });

  it('writes times in the language and in UTC', () => {
    const params = { at: '2026-03-05T23:30:00.000Z' };
    expect(formatMessage('{at, date}', params, 'de')).toBe('5. März 2026');
    expect(formatMessage('{at, datetime}', params, 'fr')).toBe('5 mars 2026 à 23:30 UTC');
  });

  it('writes amounts without going through floating point numbers', () => {
    const balances = [
      { amount: '90071992547409.93', currency: 'USD' },
      { amount: '0.10', currency: 'EUR' },
    ];
    expect(formatMessage('{balances, money}', { balances }, 'en')).toBe('$90,071,992,547,409.93 and €0.10');
  });

  it('isolates words in right-to-left texts, not numbers', () => {
    expect(formatMessage('{x}', { x: 'Chrome' }, 'ar')).toBe('\u2068Chrome\u2069');
    expect(formatMessage('{x}', { x: '123456' }, 'ar')).toBe('123456');
    expect(formatMessage('{x}', { x: 'Chrome' }, 'en')).toBe('Chrome');
  });
});

describe('Translations', () => {
  let directory: string | undefined;
  afterEach(() => directory && rmSync(directory, { recursive: true }));

  function load(files: Record<string, Record<string, unknown>>, fallbacks: Record<string, string> = {}): Translations {
    directory = mkdtempSync(join(tmpdir(), 'locales-'));
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), JSON.stringify(content));
    }
    return Translations.load({ directory, fallbackOf: (code) => fallbacks[code] });
  }

  it('goes along the fallbacks, then to English, then to the key', () => {
    const translations = load(
      {
        'en/errors.json': { a: 'a en', b: 'b en', c: 'c en' },
        'uk/errors.json': { a: 'a uk' },
        'ru/errors.json': { a: 'a ru', b: 'b ru' },
      },
      { uk: 'ru', ru: 'uk' },
    );
    const texts = ['a', 'b', 'c', 'd'].map((key) => translations.text('uk', 'errors', key));
    expect(texts).toEqual(['a uk', 'b ru', 'c en', 'd']);
  });

  it('reads a regional locale as its language and an unknown one as English', () => {
    const translations = load({ 'en/errors.json': { a: 'a en' }, 'de/errors.json': { a: 'a de' } });
    expect(translations.text('de-AT', 'errors', 'a')).toBe('a de');
    expect(translations.text('xx', 'errors', 'a')).toBe('a en');
    expect(translations.text('xx', 'nowhere', 'a')).toBe('a');
  });

  it('formats a fallback text in its own language', () => {
    const translations = load({ 'en/errors.json': { a: 'Wait {n, day}.' }, 'de/errors.json': {} });
    expect(translations.text('de', 'errors', 'a', { n: 2 })).toBe('Wait 2 days.');
  });
});

it('marks Arabic and Hebrew, and no other language, as right to left', () => {
  expect(codes.filter((code) => directionOf(code) === 'rtl')).toEqual(['ar', 'he']);
  expect(codes).toHaveLength(20);
});
