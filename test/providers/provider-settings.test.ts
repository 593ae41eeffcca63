import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DomainError } from '../../src/infrastructure/errors.js';
import type { ProviderChange } from '../../src/services/admin/provider-settings.service.js';
import { createProviders, type TestProviders } from './support.js';

const SMTP = { host: '93.184.216.34', fromAddress: 'hello@bio.example' };
const SMTP_CREDENTIALS = { username: 'mailer', password: 's3cret pass' };

/** Matches a thrown error by its key. */
const failure = (key: string) => expect.objectContaining({ definition: expect.objectContaining({ key }) });
const violations = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DomainError)) throw error ?? new Error('nothing was refused');
  expect(error.definition.key).toBe('error.validation');
  return (error.details as Array<{ field: string; rule: string }>).map(({ field, rule }) => `${field} ${rule}`);
};

describe('providers as staff set them up', () => {
  let providers: TestProviders;

  beforeEach(async () => {
    providers = await createProviders({ allowPrivateHosts: false });
  });
  afterEach(() => providers.close());

  const update = (family: string, provider: string, change: Omit<ProviderChange, 'reason'>) =>
    providers.settings.update(family, provider, { ...change, reason: 'test' });
  const view = async (provider: string) =>
    (await providers.settings.list()).find((item) => item.provider === provider)!;

  it('lists the built-in ones as active on a fresh database, ordered by family and rank', async () => {
    const list = await providers.settings.list();
    expect(list.map(({ family, provider, active }) => `${family}/${provider}${active ? ' active' : ''}`)).toEqual([
      'email/outbox active',
      'email/smtp',
      'sms/http_gateway',
      'sms/outbox active',
      'captcha/hcaptcha',
      'captcha/none active',
      'captcha/recaptcha',
      'captcha/turnstile',
      'storage/local active',
      'storage/s3',
    ]);
    expect(list.find(({ provider }) => provider === 'smtp')).toEqual({
      family: 'email',
      provider: 'smtp',
      active: false,
      enabled: false,
      priority: 50,
      configured: false,
      health: 'UNKNOWN',
      lastCheckedAt: null,
      lastError: null,
      settings: {},
      credentialKeys: [],
      updatedAt: null,
    });
    expect(list.find(({ provider }) => provider === 'outbox')).toMatchObject({ configured: true, enabled: true });
    await update('sms', 'outbox', { priority: 3 });
    expect((await providers.settings.list('sms')).map(({ provider }) => provider)).toEqual(['outbox', 'http_gateway']);
  });

  it('are set up step by step; what is left out stays, null removes', async () => {
    await update('email', 'smtp', { settings: { host: SMTP.host, port: 2525 } });
    await update('email', 'smtp', { credentials: { username: 'mailer' }, priority: 7 });
    expect(await view('smtp')).toMatchObject({
      configured: false,
      settings: { host: SMTP.host, port: 2525 },
      credentialKeys: ['username'],
      priority: 7,
    });
    await update('email', 'smtp', {
      settings: { fromAddress: SMTP.fromAddress, port: null },
      credentials: { password: 's3cret pass' },
    });
    expect(await view('smtp')).toMatchObject({
      configured: true,
      active: false,
      settings: { host: SMTP.host, fromAddress: SMTP.fromAddress },
      credentialKeys: ['password', 'username'],
    });
    await update('email', 'smtp', { credentials: { password: null } });
    expect(await view('smtp')).toMatchObject({ configured: false, credentialKeys: ['username'] });
  });

  it('come into force only with everything they need', async () => {
    for (const incomplete of [
      {},
      { settings: SMTP },
      { credentials: SMTP_CREDENTIALS },
      { settings: SMTP, credentials: { username: 'mailer' } },
    ]) {
      await expect(update('email', 'smtp', { active: true, ...incomplete })).rejects.toEqual(
        failure('admin.provider.not_configured'),
      );
    }
    // A refusal stores nothing.
    expect(await view('smtp')).toMatchObject({ settings: {}, credentialKeys: [], updatedAt: null });
    const { before, after, changedCredentials } = await update('email', 'smtp', {
      active: true,
      settings: SMTP,
      credentials: SMTP_CREDENTIALS,
    });
    expect(before).toMatchObject({ active: false, enabled: false });
    expect(after).toMatchObject({ active: true, enabled: true, configured: true, updatedAt: providers.clock.now() });
    expect(changedCredentials).toEqual(['username', 'password']);
    expect(providers.active.activeProvider('email')).toBe('smtp');
  });

  it('cannot be switched off, robbed of a credential or made incomplete while in force', async () => {
    await update('email', 'smtp', { active: true, settings: SMTP, credentials: SMTP_CREDENTIALS });
    for (const change of [
      { active: false },
      { enabled: false },
      { credentials: { password: null } },
      { active: true, enabled: false },
    ]) {
      await expect(update('email', 'smtp', change)).rejects.toEqual(failure('admin.provider.is_active'));
    }
    await expect(update('email', 'smtp', { settings: { host: null } })).rejects.toEqual(
      failure('admin.provider.not_configured'),
    );
    await expect(update('email', 'outbox', { active: true, enabled: false })).rejects.toEqual(
      failure('admin.provider.is_active'),
    );
    await update('email', 'outbox', { active: true });
    await update('email', 'smtp', { enabled: false, credentials: { password: null } });
    expect(await view('smtp')).toMatchObject({ active: false, enabled: false, configured: false });
  });

  it('are refused when unknown or fixed', async () => {
    await expect(update('email', 'pigeon', { enabled: true })).rejects.toEqual(failure('admin.provider.not_found'));
    await expect(update('weather', 'smtp', { enabled: true })).rejects.toEqual(failure('admin.provider.not_found'));
    await expect(update('payment', 'stripe', { enabled: true })).rejects.toEqual(failure('admin.provider.fixed'));
  });

  it('take no setting or credential that their adapter does not know, and no wrong value', async () => {
    expect(
      await violations(
        update('email', 'smtp', {
          settings: { port: 'many', fromAddress: 'nobody', encryption: 'none', password: 'x' },
        }),
      ),
    ).toEqual([
      'settings.password unknown',
      'settings.port invalid_type',
      'settings.encryption custom',
      'settings.fromAddress invalid_format',
    ]);
    expect(
      await violations(update('email', 'smtp', { credentials: { apiKey: 'x', username: 7, password: '' } })),
    ).toEqual(['credentials.apiKey unknown', 'credentials.username type', 'credentials.password type']);
    expect(await violations(update('email', 'outbox', { settings: { host: 'x' } }))).toEqual(['settings.host unknown']);
    expect(await violations(update('email', 'smtp', { settings: { host: 'h'.repeat(9_000) } }))).toEqual([
      'settings maxLength',
    ]);
    expect(await violations(update('email', 'smtp', { credentials: { password: 'p'.repeat(17_000) } }))).toEqual([
      'credentials maxLength',
    ]);
    expect(await violations(update('email', 'smtp', { settings: [] as unknown as Record<string, unknown> }))).toEqual([
      'settings type',
    ]);
  });

  it.each([
    ['sms', 'http_gateway', 'url', 'http://gateway.example/send'],
    ['sms', 'http_gateway', 'url', 'https://169.254.169.254/latest/meta-data'],
    ['sms', 'http_gateway', 'url', 'https://localhost/send'],
    ['storage', 's3', 'endpoint', 'https://127.0.0.1:9000'],
    ['email', 'smtp', 'host', '10.0.0.5'],
    ['email', 'smtp', 'host', 'localhost'],
  ])('keep away from private hosts: %s/%s %s %s', async (family, provider, name, value) => {
    expect(await violations(update(family, provider, { settings: { [name]: value } }))).toEqual([
      `settings.${name} publicHost`,
    ]);
  });

  it('keep their credentials encrypted, out of answers and out of the log', async () => {
    const { before, after } = await update('email', 'smtp', {
      active: true,
      settings: SMTP,
      credentials: SMTP_CREDENTIALS,
    });
    const [row] = await providers.database.query<{ credentials: string }>(
      `select credentials from provider_setting where provider = 'smtp'`,
    );
    expect(row!.credentials).toMatch(/^v1\./);
    const seen = JSON.stringify([before, after, row, await providers.settings.list(), providers.logLines]);
    expect(seen).not.toContain(SMTP_CREDENTIALS.password);
  });

  it('lose credentials that no key can open any more, instead of breaking the list', async () => {
    await update('email', 'smtp', { settings: SMTP, credentials: SMTP_CREDENTIALS });
    await providers.database.query(
      `update provider_setting set credentials = 'v0.AAAA.AAAA.AAAA' where provider = 'smtp'`,
    );
    expect(await view('smtp')).toMatchObject({ configured: false, credentialKeys: [] });
    await update('email', 'smtp', { credentials: SMTP_CREDENTIALS });
    expect(await view('smtp')).toMatchObject({ configured: true });
  });

  it('keep both of two changes that are made at once', async () => {
    await Promise.all([
      update('email', 'smtp', { settings: { host: SMTP.host } }),
      update('email', 'smtp', { settings: { fromAddress: SMTP.fromAddress } }),
      update('email', 'smtp', { credentials: { username: 'mailer' } }),
      update('email', 'smtp', { credentials: { password: 's3cret pass' } }),
    ]);
    expect(await view('smtp')).toMatchObject({ configured: true, settings: SMTP });
  });
});
