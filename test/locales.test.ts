import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localeProblems } from '../scripts/locale-problems.js';

const locales = new URL('../locales', import.meta.url).pathname;

it('every locale has the keys and placeholders of English and no empty text', () => {
  expect(localeProblems()).toEqual([]);
});

describe('the check', () => {
  let copy: string;
  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), 'locales-'));
    cpSync(locales, copy, { recursive: true });
  });
  afterEach(() => rmSync(copy, { recursive: true }));

  function edit(path: string, change: (texts: Record<string, unknown>) => void): void {
    const texts = JSON.parse(readFileSync(join(copy, path), 'utf8')) as Record<string, unknown>;
    change(texts);
    writeFileSync(join(copy, path), JSON.stringify(texts));
  }

  it('finds missing and superfluous keys, files and folders', () => {
    edit('de/errors.json', (texts) => {
      delete texts['error.internal'];
      texts['error.unheard'] = 'x';
    });
    rmSync(join(copy, 'fr/sms.json'));
    rmSync(join(copy, 'it'), { recursive: true });
    expect(localeProblems(copy).sort()).toEqual([
      'de/errors.json: error.internal is missing',
      'de/errors.json: error.unheard is superfluous',
      'fr/sms.json: missing or superfluous file',
      'it: the folder is missing or belongs to no locale',
    ]);
  });

  it('finds changed placeholders and empty texts, inside mails as well', () => {
    edit('de/errors.json', (texts) => (texts['error.internal'] = ' '));
    edit('de/mails.json', (texts) => {
      (texts['password_reset'] as { paragraphs: string[] }).paragraphs = ['{expiresInMinutes, hour}'];
    });
    expect(localeProblems(copy)).toEqual([
      'de/errors.json: error.internal is empty',
      'de/mails.json: password_reset/paragraphs has the placeholders [{expiresInMinutes, hour}] instead of [{expiresInMinutes, minute}]',
    ]);
  });
});
