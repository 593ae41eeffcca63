import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProviderTest } from '../../src/services/admin/provider-test.service.js';
import { createMailServer } from './smtp-counterpart.js';
import { closedPort, createCounterpart, createProviders, type TestProviders } from './support.js';

const failure = (key: string) => expect.objectContaining({ definition: expect.objectContaining({ key }) });

describe('a test of a provider', () => {
  let providers: TestProviders;

  beforeEach(async () => {
    providers = await createProviders();
  });
  afterEach(() => providers.close());

  const test = (fields: ProviderTest) => providers.tests.test(fields);
  const health = async (provider: string) =>
    (await providers.settings.list()).find((item) => item.provider === provider)!;
  const useSmtp = (port: number) =>
    providers.settings.update('email', 'smtp', {
      settings: { host: '127.0.0.1', port, encryption: 'none', fromAddress: 'hello@bio.example' },
      credentials: { username: 'mailer', password: 's3cret pass' },
      reason: 'test',
    });

  it('by mail with the outbox leaves a row there', async () => {
    const result = await test({
      family: 'email',
      target: 'staff@example.org',
      payload: { subject: 'Ping', text: 'Pong' },
    });
    expect(result).toMatchObject({
      family: 'email',
      provider: 'outbox',
      ok: true,
      error: null,
      latencyMs: expect.any(Number),
    });
    expect(await providers.outbox.list({ limit: 10 })).toMatchObject([
      {
        id: result.providerReference,
        to: 'staff@example.org',
        subject: 'Ping',
        text: 'Pong',
        template: 'provider_test',
      },
    ]);
    expect(await health('outbox')).toMatchObject({ health: 'UP', lastCheckedAt: providers.clock.now() });
  });

  it('tries a provider that is not in force yet', async () => {
    const server = await createMailServer();
    await useSmtp(server.port);
    const result = await test({ family: 'email', provider: 'smtp', target: 'staff@example.org' });
    expect(result).toMatchObject({ provider: 'smtp', ok: true, raw: { response: expect.stringMatching(/^250/) } });
    expect(server.mails).toHaveLength(1);
    await server.close();
  });

  it('of an unreachable provider is a result, without what must stay secret', async () => {
    await useSmtp(await closedPort());
    const result = await test({ family: 'email', provider: 'smtp', target: 'staff@example.org' });
    expect(result).toMatchObject({
      ok: false,
      providerReference: null,
      raw: null,
      error: expect.stringContaining('ECONNREFUSED'),
    });
    expect(await health('smtp')).toMatchObject({ health: 'DOWN', lastError: result.error });
    expect(JSON.stringify(result)).not.toContain('staff@example.org');
  });

  it('blanks secrets and addresses in what the provider said', async () => {
    const gateway = await createCounterpart();
    await providers.settings.update('captcha', 'recaptcha', {
      settings: { verifyUrl: gateway.url },
      credentials: { secretKey: 'captcha-secret-1' },
      reason: 'test',
    });
    gateway.answerWith(() => ({ body: { success: true, hostname: 'captcha-secret-1.staff@example.org' } }));
    expect(await test({ family: 'captcha', provider: 'recaptcha', target: 'token' })).toMatchObject({
      ok: true,
      raw: { hostname: '[address]' },
    });
    gateway.answerWith(() => ({ body: { success: false, 'error-codes': ['captcha-secret-1'] } }));
    expect(await test({ family: 'captcha', provider: 'recaptcha', target: 'token' })).toMatchObject({
      ok: false,
      error: 'the token does not pass: [redacted]',
    });
    await gateway.close();
  });

  it('of the storage writes, reads and deletes an object', async () => {
    expect(await test({ family: 'storage' })).toMatchObject({
      provider: 'local',
      ok: true,
      raw: { bytes: expect.any(Number) },
    });
  });

  it('needs a target that fits the family', async () => {
    for (const target of [undefined, 'nobody', '+905321234567']) {
      await expect(test({ family: 'email', target })).rejects.toEqual(failure('error.validation'));
    }
    for (const target of [undefined, '05321234567', 'a@example.org']) {
      await expect(test({ family: 'sms', target })).rejects.toEqual(failure('error.validation'));
    }
  });

  it('knows only providers that exist and are set up', async () => {
    await expect(test({ family: 'oauth' })).rejects.toEqual(failure('admin.provider.not_found'));
    await expect(test({ family: 'email', provider: 'pigeon' })).rejects.toEqual(failure('admin.provider.not_found'));
    const unset = test({ family: 'email', provider: 'smtp', target: 'staff@example.org' });
    await expect(unset).rejects.toEqual(failure('admin.provider.not_configured'));
  });

  it('is refused while the development tools are closed', async () => {
    const production = await createProviders({ production: true });
    await expect(production.tests.test({ family: 'storage' })).rejects.toEqual(failure('admin.dev_tools.disabled'));
    await production.close();
  });
});
