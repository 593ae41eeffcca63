import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SUPPORTED_LOCALES } from '../../src/infrastructure/i18n/locales.js';
import { Translations } from '../../src/infrastructure/i18n/translations.js';
import { MailRenderer } from '../../src/services/mail/mail-renderer.js';
import type { MailTemplate } from '../../src/services/mail/mail-templates.js';
import { renderSms } from '../../src/services/mail/sms-templates.js';
import { mailSamples } from './mail-samples.js';

const translations = Translations.load();
const renderer = new MailRenderer(translations);
const securityUrl = 'https://bio.re/settings/security';
const happenedAt = '2026-03-05T14:07:00.000Z';

describe('every mail', () => {
  const templates = Object.keys(mailSamples) as MailTemplate[];

  it.each(SUPPORTED_LOCALES)('renders in $name with nothing left to fill in', ({ code, isRtl }) => {
    for (const template of templates) {
      for (const params of mailSamples[template]) {
        const mail = renderer.render(template, params, code);
        // The style sheet has braces of its own.
        const body = mail.html.slice(mail.html.indexOf('<body>'));
        expect(`${mail.subject}${mail.text}${body}`, template).not.toMatch(/[{}]|undefined|Invalid Date/);
        expect(mail.subject.length, template).toBeGreaterThan(0);
        expect(mail.html.split('\n')[1]).toBe(`<html lang="${code}" dir="${isRtl ? 'rtl' : 'ltr'}">`);
      }
    }
  });

  it('has its texts, and no text lacks its mail', () => {
    const file = new URL('../../locales/en/mails.json', import.meta.url);
    const keys = Object.entries(mailSamples).flatMap(([template, samples]) =>
      samples.map((params) => ('variant' in params ? `${template}.${params.variant}` : template)),
    );
    expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')) as object).sort()).toEqual(keys.sort());
  });

  it('says the same in plain text as in HTML', () => {
    const mail = renderer.render('password_reset', mailSamples.password_reset[0]!, 'en');
    expect(mail.text).toContain('valid for 60 minutes');
    expect(mail.text).toContain('Choose a new password:\nhttps://bio.re/reset?token=a\n');
    expect(mail.text).toContain('You did not ask for this?');
    expect(mail.text).not.toMatch(/<\w|&\w+;/);
  });
});

describe('parameters', () => {
  it('are escaped in HTML and left alone in plain text', () => {
    const device = '<a href="https://evil.test">"Chrome"</a> & co';
    const mail = renderer.render('security_new_login', { securityUrl, happenedAt, device, country: null }, 'en');
    expect(mail.html).not.toContain('evil.test">');
    expect(mail.html).toContain('&lt;a href');
    expect(mail.text).toContain(`Device: ${device}`);
  });

  it('cannot add a header or a second line to the subject', () => {
    const provider = 'Google\r\nBcc: victim@example.test\u0000\u2028X-Evil: 1';
    const { subject } = renderer.render('security_oauth_linked', { securityUrl, happenedAt, provider }, 'en');
    expect(subject).toBe('Google Bcc: victim@example.test X-Evil: 1 was linked to your account');
  });

  it('cannot turn the writing direction around', () => {
    const device = '\u202Egnp.exe\u2066';
    const mail = renderer.render('security_new_login', { securityUrl, happenedAt, device, country: null }, 'en');
    expect(mail.text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', '//evil.test/x', '/settings', 'mailto:a@b.c', ''])(
    'make no link of %j',
    (url) => {
      expect(() => renderer.render('account_reactivated', { signInUrl: url }, 'en')).toThrow('http(s)');
    },
  );

  it('become a link only where they are the link', () => {
    const response = 'See https://evil.test/x';
    const mail = renderer.render('appeal_decided', { variant: 'rejected', response }, 'en');
    expect(mail.html).not.toContain('href=');
    expect(mail.html).toContain('evil.test');
  });

  it('that are absent take their paragraph with them', () => {
    const base = { deletionAt: happenedAt, cancelUrl: 'https://bio.re/c' };
    const without = renderer.render('deletion_scheduled', { ...base, balances: [] }, 'en');
    const withMoney = renderer.render(
      'deletion_scheduled',
      { ...base, balances: [{ amount: '3.00', currency: 'EUR' }] },
      'en',
    );
    expect(without.text).not.toContain('still holds');
    expect(withMoney.text).toContain('still holds €3.00');
  });

  it('must be there where the subject names them', () => {
    expect(() => renderer.render('security_oauth_linked', { securityUrl, happenedAt, provider: '' }, 'en')).toThrow(
      'lacks provider',
    );
  });
});

it('an unknown locale gets English', () => {
  expect(renderer.render('deletion_done', {}, 'xx').html).toContain('<html lang="en" dir="ltr">');
});

describe('text messages', () => {
  it.each(SUPPORTED_LOCALES)('name code and platform in $name', ({ code: locale }) => {
    for (const variant of ['verify-phone-fan', 'verify-phone-profile', '2fa-setup', 'login-2fa'] as const) {
      const text = renderSms(translations, 'otp', { variant, code: '042137', expiresInMinutes: 10 }, locale);
      expect(text).toContain('042137');
      expect(text).toContain('BIO.RE');
      expect(text).not.toMatch(/[{}]|^otp/);
    }
  });
});
