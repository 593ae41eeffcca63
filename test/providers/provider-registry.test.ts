import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Duration } from '../../src/infrastructure/clock.js';
import { newId } from '../../src/infrastructure/ids.js';
import type { ProviderChange } from '../../src/services/admin/provider-settings.service.js';
import { createMailServer } from './smtp-counterpart.js';
import { createCounterpart, createProviders, type Counterpart, type TestProviders } from './support.js';

describe('a change of provider while the server runs', () => {
  let providers: TestProviders;
  let gateways: [Counterpart, Counterpart];

  const settings = (gateway: Counterpart) => ({
    settings: { url: gateway.url },
    credentials: { token: `token for ${gateway.url}` },
    reason: 'test',
  });
  const sms = () => ({ messageId: newId(), to: '+905321234567', text: 'hello', template: 'otp' });
  const send = (registry = providers.registry) => registry.withFailover('sms', (provider) => provider.send(sms()));
  const counts = () => gateways.map(({ requests }) => requests.length);

  beforeEach(async () => {
    providers = await createProviders();
    gateways = [await createCounterpart(), await createCounterpart()];
  });
  afterEach(async () => {
    await providers.close();
    for (const gateway of gateways) await gateway.close();
  });

  it('holds for the very next message, on every instance', async () => {
    const other = await providers.anotherInstance();
    for (const registry of [providers.registry, other]) await send(registry);
    expect(await providers.outbox.list({ limit: 10 })).toHaveLength(2);

    await providers.settings.update('sms', 'http_gateway', { active: true, ...settings(gateways[0]) });
    for (const registry of [providers.registry, other]) await send(registry);
    expect(counts()).toEqual([2, 0]);

    await providers.settings.update('sms', 'http_gateway', settings(gateways[1]));
    for (const registry of [providers.registry, other]) await send(registry);
    expect(counts()).toEqual([2, 2]);
    expect(gateways[1].requests.map(({ headers }) => headers.authorization)).toEqual(
      Array(2).fill(`Bearer token for ${gateways[1].url}`),
    );

    await providers.settings.update('sms', 'outbox', { active: true, reason: 'test' });
    for (const registry of [providers.registry, other]) await send(registry);
    expect(counts()).toEqual([2, 2]);
    expect(await providers.outbox.list({ limit: 10 })).toHaveLength(4);
    await other.stop();
  });

  it('is seen within a minute by an instance that missed the message', async () => {
    await providers.settings.update('sms', 'http_gateway', { active: true, ...settings(gateways[0]) });
    await send();
    await providers.database.query(`update provider_setting set settings = jsonb_build_object('url', $1::text)`, [
      gateways[1].url,
    ]);
    await send();
    expect(counts()).toEqual([2, 0]);
    providers.clock.advance(Duration.minutes(1));
    await send();
    expect(counts()).toEqual([2, 1]);
  });

  it('that is rolled back changes nothing', async () => {
    await providers.settings.update('sms', 'http_gateway', { active: true, ...settings(gateways[0]) });
    const work = providers.database.transaction(async () => {
      await providers.settings.update('sms', 'http_gateway', settings(gateways[1]));
      throw new Error('the audit row could not be written');
    });
    await expect(work).rejects.toThrow('audit row');
    await send();
    expect(counts()).toEqual([1, 0]);
  });

  it('lets the mail that is being sent arrive', async () => {
    const server = await createMailServer();
    const smtp = { host: '127.0.0.1', port: server.port, encryption: 'none', fromAddress: 'hello@bio.example' };
    await providers.settings.update('email', 'smtp', {
      active: true,
      settings: smtp,
      credentials: { username: 'mailer', password: 's3cret pass' },
      reason: 'test',
    });
    const mail = () => ({
      messageId: newId(),
      to: 'fan@example.org',
      subject: 'Hi',
      text: 'Hi',
      html: null,
      template: 'welcome',
    });
    const sending = Array.from({ length: 8 }, () =>
      providers.registry.withFailover('email', (provider) => provider.send(mail())),
    );
    await providers.settings.update('email', 'smtp', { settings: { fromName: 'New' }, reason: 'test' });
    await providers.registry.withFailover('email', (provider) => provider.send(mail()));
    await Promise.all(sending);
    expect(server.mails).toHaveLength(9);
    await server.close();
  });
});

describe('failover', () => {
  let providers: TestProviders;

  beforeEach(async () => {
    providers = await createProviders();
  });
  afterEach(() => providers.close());

  it('tries the active provider, then the enabled ones by rank, and stops at the first that works', async () => {
    const configure = (provider: string, change: Omit<ProviderChange, 'reason'>) =>
      providers.settings.update('captcha', provider, {
        credentials: { secretKey: 'secret' },
        ...change,
        reason: 'test',
      });
    await configure('recaptcha', { active: true });
    await configure('turnstile', { enabled: true, priority: 20 });
    await configure('hcaptcha', { enabled: true, priority: 10 });
    await providers.settings.update('captcha', 'none', { priority: 0, reason: 'test' });
    const instances = new Map<unknown, string>();
    for (const id of ['recaptcha', 'turnstile', 'hcaptcha', 'none'])
      instances.set(await providers.registry.provider('captcha', id), id);
    const tried: string[] = [];
    const work = (working: string) =>
      providers.registry.withFailover('captcha', async (provider) => {
        const id = instances.get(provider)!;
        tried.push(id);
        if (id !== working) throw new Error(`${id} is down`);
        return id;
      });
    expect(await work('turnstile')).toBe('turnstile');
    expect(tried.splice(0)).toEqual(['recaptcha', 'hcaptcha', 'turnstile']);
    await expect(work('nobody')).rejects.toThrow('recaptcha is down');
    expect(tried.splice(0)).toEqual(['recaptcha', 'hcaptcha', 'turnstile']);
    expect(await work('recaptcha')).toBe('recaptcha');
    expect(tried).toEqual(['recaptcha']);
  });

  it('passes over a provider that lost its set-up', async () => {
    await providers.settings.update('sms', 'outbox', { enabled: true, reason: 'test' });
    await providers.active.activate('sms', 'http_gateway');
    const sms = { messageId: newId(), to: '+905321234567', text: 'hello', template: 'otp' };
    await providers.registry.withFailover('sms', (provider) => provider.send(sms));
    expect(await providers.outbox.list({ limit: 10 })).toHaveLength(1);
    await expect(providers.registry.use('sms', (provider) => provider.send(sms))).rejects.toThrow('not configured');
  });

  it('notes a failure even when the transaction around it is rolled back', async () => {
    const work = providers.database.transaction(() =>
      providers.registry.withFailover('storage', async () => {
        throw new Error('disk on fire');
      }),
    );
    await expect(work).rejects.toThrow('disk on fire');
    expect((await providers.settings.list('storage'))[0]).toMatchObject({
      health: 'DEGRADED',
      lastError: 'disk on fire',
    });
  });

  it('is overwritten by the next probe, for better or worse', async () => {
    await expect(providers.registry.use('storage', () => Promise.reject(new Error('disk on fire')))).rejects.toThrow();
    await providers.registry.probeActiveProviders();
    const list = await providers.settings.list();
    for (const item of list.filter(({ active }) => active)) {
      expect(item).toMatchObject({ health: 'UP', lastError: null, lastCheckedAt: providers.clock.now() });
    }
    expect(list.filter(({ health }) => health !== 'UNKNOWN')).toHaveLength(4);
  });
});
