import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/infrastructure/ids.js';
import type { EmailMessage } from '../../src/providers/email/email-provider.js';
import { RecipientRejected } from '../../src/providers/provider-errors.js';
import { createMailServer } from './smtp-counterpart.js';
import { closedPort, createProviders, type TestProviders } from './support.js';

const CREDENTIALS = { username: 'mailer', password: 's3cret pass' };

const mail = (fields: Partial<EmailMessage> = {}): EmailMessage => ({
  messageId: newId(),
  to: 'fan@example.org',
  subject: 'Grüße ✓',
  text: 'Your code is 123456.\nhttps://app.example.org/verify?token=abc',
  html: '<p>Your code is <b>123456</b></p>',
  template: 'account_verification',
  headers: { 'List-Unsubscribe': '<https://api.example.org/unsubscribe?t=1>' },
  ...fields,
});

describe('mail through SMTP', () => {
  let providers: TestProviders;
  let server: Awaited<ReturnType<typeof createMailServer>>;

  const useSmtp = (settings: Record<string, unknown> = {}, credentials: Record<string, string> = CREDENTIALS) =>
    providers.settings.update('email', 'smtp', {
      active: true,
      settings: {
        host: '127.0.0.1',
        port: server.port,
        encryption: 'none',
        fromAddress: 'hello@bio.example',
        fromName: 'Bio',
        ...settings,
      },
      credentials,
      reason: 'test',
    });
  const send = (message: EmailMessage) =>
    providers.registry.withFailover('email', (provider) => provider.send(message));
  const smtp = async () => (await providers.settings.list('email')).find(({ provider }) => provider === 'smtp')!;

  beforeEach(async () => {
    providers = await createProviders();
    server = await createMailServer();
  });
  afterEach(async () => {
    await providers.close();
    await server.close();
  });

  it('logs in and hands over sender, recipient, headers and both bodies', async () => {
    await useSmtp();
    const message = mail();
    const { providerReference } = await send(message);

    expect(providerReference).toBe(`<${message.messageId}@bio.example>`);
    expect(server.logins).toEqual(['mailer']);
    expect(server.mails).toHaveLength(1);
    const [{ from, to, source }] = server.mails as [(typeof server.mails)[0]];
    expect({ from, to }).toEqual({ from: 'hello@bio.example', to: ['fan@example.org'] });
    expect(source).toContain('From: Bio <hello@bio.example>');
    expect(source).toContain(`Message-ID: <${message.messageId}@bio.example>`);
    expect(source).toContain('List-Unsubscribe: <https://api.example.org/unsubscribe?t=1>');
    expect(source).toMatch(/Subject: =\?UTF-8\?/);
    expect(source).toContain('Your code is <b>123456</b>');
    expect(source).toContain('text/plain');
  });

  it('keeps one connection for many mails', async () => {
    await useSmtp();
    for (let i = 0; i < 3; i += 1) await send(mail());
    expect(server.mails).toHaveLength(3);
    expect(server.logins).toHaveLength(1);
  });

  it('cannot be talked into further recipients or headers', async () => {
    await useSmtp();
    await send(mail({ to: 'fan@example.org, other@example.org', subject: 'Hello\r\nBcc: third@example.org' })).catch(
      () => undefined,
    );
    const reached = server.mails.flatMap(({ to }) => to);
    expect(reached).not.toContain('other@example.org');
    expect(reached).not.toContain('third@example.org');
    expect(server.mails.map(({ source }) => source).join('')).not.toMatch(/^Bcc:/im);
  });

  it('falls over to the next enabled provider and says so in its health', async () => {
    await useSmtp({ port: await closedPort() });
    await providers.settings.update('email', 'outbox', { enabled: true, reason: 'test' });
    const message = mail();
    await send(message);

    expect(await providers.outbox.list({ limit: 10 })).toMatchObject([
      { id: message.messageId, to: 'fan@example.org', code: '123456' },
    ]);
    expect(await smtp()).toMatchObject({ health: 'DEGRADED', lastError: expect.stringContaining('ECONNREFUSED') });
  });

  it('fails with the failure of the provider in force when no other is enabled', async () => {
    await useSmtp({}, { username: 'mailer', password: 'wrong pass' });
    await expect(send(mail())).rejects.toMatchObject({ code: 'EAUTH' });
    expect(await providers.outbox.list({ limit: 10 })).toEqual([]);
    const { lastError } = await smtp();
    expect(lastError).toContain('EAUTH');
    expect([lastError, ...providers.logLines].join('\n')).not.toContain('wrong pass');
  });

  it('does not try another provider for an address that does not exist', async () => {
    await useSmtp();
    await providers.settings.update('email', 'outbox', { enabled: true, reason: 'test' });
    server.refuseRecipients(550, '5.1.1 no such user fan@example.org');
    await expect(send(mail())).rejects.toThrow(RecipientRejected);
    expect(await providers.outbox.list({ limit: 10 })).toEqual([]);
    expect(await smtp()).toMatchObject({ health: 'UNKNOWN', lastError: null });
  });

  it('tells addresses neither in the stored error nor in the log when the server refuses for another reason', async () => {
    await useSmtp();
    server.refuseRecipients(550, '5.7.1 relaying denied for fan@example.org');
    await expect(send(mail())).rejects.toThrow('relaying denied');
    expect((await smtp()).lastError).toContain('relaying denied for [address]');
    expect(providers.logLines.join('\n')).not.toContain('fan@example.org');
  });

  it('refuses a server whose certificate nobody vouches for, before the password is sent', async () => {
    await server.close();
    server = await createMailServer({ disabledCommands: [] });
    await useSmtp({ encryption: 'starttls' });
    await expect(send(mail())).rejects.toThrow(/self.signed|certificate/i);
    expect(server.logins).toEqual([]);
  });

  it('refuses a server without STARTTLS when encryption is asked for', async () => {
    await useSmtp({ encryption: 'starttls' });
    await expect(send(mail())).rejects.toThrow();
    expect(server.logins).toEqual([]);
    expect(server.mails).toEqual([]);
  });

  it('shows in the probe whether the account works, without sending mail', async () => {
    await useSmtp();
    await providers.registry.probeActiveProviders();
    expect(await smtp()).toMatchObject({ health: 'UP', lastError: null, lastCheckedAt: providers.clock.now() });

    await useSmtp({}, { username: 'mailer', password: 'wrong pass' });
    await providers.registry.probeActiveProviders();
    expect(await smtp()).toMatchObject({ health: 'DOWN', lastError: expect.stringContaining('EAUTH') });
    expect(server.mails).toEqual([]);
  });
});

describe('the outbox as mail provider', () => {
  it('keeps one row however often a message is sent', async () => {
    const providers = await createProviders();
    const message = mail({ to: 'Fan@Example.org' });
    for (let i = 0; i < 2; i += 1) await providers.registry.withFailover('email', (provider) => provider.send(message));
    expect(await providers.outbox.list({ limit: 10 })).toHaveLength(1);
    await providers.close();
  });

  it('delivers nothing in production and says that it is down', async () => {
    const providers = await createProviders({ production: true });
    await expect(providers.registry.withFailover('email', (provider) => provider.send(mail()))).rejects.toThrow(
      'delivers nothing',
    );
    expect(await providers.outbox.list({ limit: 10 })).toEqual([]);
    await providers.registry.probeActiveProviders();
    expect((await providers.settings.list('email'))[0]).toMatchObject({
      provider: 'outbox',
      health: 'DOWN',
      configured: true,
    });
    await providers.close();
  });
});
