import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CaptchaVerifier } from '../../src/providers/captcha/captcha-verifier.js';
import { siteverifyCaptchaAdapters } from '../../src/providers/captcha/siteverify-captcha.js';
import { OutboundHosts } from '../../src/providers/outbound-hosts.js';
import { OutboundHttp } from '../../src/providers/outbound-http.js';
import { closedPort, createCounterpart, createProviders, type Counterpart, type TestProviders } from './support.js';

describe('captcha', () => {
  let providers: TestProviders;
  let vendor: Counterpart;
  let captcha: CaptchaVerifier;

  const use = (provider: string, settings: Record<string, unknown> = {}) =>
    providers.settings.update('captcha', provider, {
      active: true,
      settings: { verifyUrl: `${vendor.url}/siteverify`, ...settings },
      credentials: { secretKey: 'captcha-secret-1' },
      reason: 'test',
    });
  const health = async (id: string) =>
    (await providers.settings.list('captcha')).find(({ provider }) => provider === id)!;

  beforeEach(async () => {
    providers = await createProviders();
    vendor = await createCounterpart();
    captcha = new CaptchaVerifier(providers.registry);
  });
  afterEach(async () => {
    await providers.close();
    await vendor.close();
  });

  it('lets everybody pass while it is switched off', async () => {
    expect(await captcha.verify(null, '203.0.113.9')).toBe(true);
  });

  it.each(['turnstile', 'hcaptcha', 'recaptcha'])('asks %s with secret, token and address', async (provider) => {
    await use(provider);
    vendor.answerWith(({ body }) => ({ body: { success: new URLSearchParams(body).get('response') === 'good' } }));
    expect(await captcha.verify('good', '203.0.113.9')).toBe(true);
    expect(await captcha.verify('bad', '203.0.113.9')).toBe(false);
    expect(Object.fromEntries(new URLSearchParams(vendor.requests[0]!.body))).toEqual({
      secret: 'captcha-secret-1',
      response: 'good',
      remoteip: '203.0.113.9',
    });
  });

  it('refuses a missing token without asking', async () => {
    await use('turnstile');
    vendor.answerWith(() => ({ body: { success: true } }));
    expect(await captcha.verify(null, '203.0.113.9')).toBe(false);
    expect(vendor.requests).toEqual([]);
  });

  it.each([
    ['no JSON', { body: 'success: true' }],
    ['an array', { body: [true] }],
    ['a text for success', { body: { success: 'true' } }],
    ['an error that claims success', { status: 400, body: { success: true } }],
    ['a server error', { status: 503, body: { success: true } }],
    ['a redirect', { status: 302, headers: { location: '/yes' }, body: { success: true } }],
  ])('refuses on %s', async (_name, answer) => {
    await use('turnstile');
    vendor.answerWith(() => answer);
    expect(await captcha.verify('token', '203.0.113.9')).toBe(false);
  });

  it('refuses while the vendor is down, and shows it', async () => {
    await use('turnstile', { verifyUrl: `http://127.0.0.1:${await closedPort()}` });
    expect(await captcha.verify('token', '203.0.113.9')).toBe(false);
    expect(await health('turnstile')).toMatchObject({
      health: 'DEGRADED',
      lastError: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('does not fall over to the provider that lets everybody pass', async () => {
    await use('turnstile');
    await providers.settings.update('captcha', 'none', { enabled: true, reason: 'test' });
    vendor.answerWith(() => ({ status: 500 }));
    expect(await captcha.verify('token', '203.0.113.9')).toBe(false);
  });

  it('takes a token only from the hosts and with the score that are asked for', async () => {
    await use('recaptcha', { hostnames: ['bio.example'], minScore: 0.5 });
    const verifyAnswer = (body: Record<string, unknown>) => {
      vendor.answerWith(() => ({ body: { success: true, ...body } }));
      return captcha.verify('token', '203.0.113.9');
    };
    expect(await verifyAnswer({ hostname: 'bio.example', score: 0.5 })).toBe(true);
    expect(await verifyAnswer({ hostname: 'evil.example', score: 0.9 })).toBe(false);
    expect(await verifyAnswer({ score: 0.9 })).toBe(false);
    expect(await verifyAnswer({ hostname: 'bio.example', score: 0.4 })).toBe(false);
    expect(await verifyAnswer({ hostname: 'bio.example' })).toBe(false);
  });

  it('tells a wrong secret in the probe', async () => {
    await use('hcaptcha');
    vendor.answerWith(() => ({ body: { success: false, 'error-codes': ['invalid-input-response'] } }));
    await providers.registry.probeActiveProviders();
    expect(await health('hcaptcha')).toMatchObject({ health: 'UP' });
    vendor.answerWith(() => ({ body: { success: false, 'error-codes': ['invalid-input-secret'] } }));
    await providers.registry.probeActiveProviders();
    expect(await health('hcaptcha')).toMatchObject({ health: 'DOWN', lastError: 'refused: invalid-input-secret' });
  });

  it('knows no other address than that of the vendor where private hosts are not allowed', () => {
    const http = new OutboundHttp(new OutboundHosts({ allowPrivateHosts: false }));
    for (const { settings } of siteverifyCaptchaAdapters(http)) {
      expect(settings.safeParse({}).success).toBe(true);
      expect(settings.safeParse({ verifyUrl: 'https://elsewhere.example' }).success).toBe(false);
    }
  });
});
