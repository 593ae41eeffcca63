import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/infrastructure/ids.js';
import { createCounterpart, createProviders, type Counterpart, type TestProviders } from './support.js';

const TOKEN = 'gateway-token-1';

describe('text messages', () => {
  let providers: TestProviders;
  let gateway: Counterpart;

  const useGateway = (settings: Record<string, unknown> = {}) =>
    providers.settings.update('sms', 'http_gateway', {
      active: true,
      settings: { url: `${gateway.url}/v1/messages`, ...settings },
      credentials: { token: TOKEN },
      reason: 'test',
    });
  const message = () => ({
    messageId: newId(),
    to: '+905321234567',
    text: 'BIO.RE sign-in code: 482913',
    template: 'otp',
  });
  const send = (sms = message()) => providers.registry.withFailover('sms', (provider) => provider.send(sms));
  const gatewayView = async () =>
    (await providers.settings.list('sms')).find(({ provider }) => provider === 'http_gateway')!;

  beforeEach(async () => {
    providers = await createProviders();
    gateway = await createCounterpart();
  });
  afterEach(async () => {
    await providers.close();
    await gateway.close();
  });

  it('reach the outbox without any account, with the code set apart', async () => {
    const sms = message();
    await send(sms);
    expect(await providers.outbox.list({ channel: 'sms', limit: 10 })).toMatchObject([
      {
        id: sms.messageId,
        channel: 'sms',
        to: sms.to,
        template: 'otp',
        subject: null,
        text: sms.text,
        html: null,
        code: '482913',
      },
    ]);
  });

  it('reach the gateway with the bearer token and the default fields', async () => {
    await useGateway();
    gateway.answerWith(() => ({ status: 201, body: { id: 'msg-77' } }));
    const sms = message();
    expect(await send(sms)).toMatchObject({ providerReference: 'msg-77' });
    const [request] = gateway.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/v1/messages' });
    expect(request!.headers).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/json',
      'idempotency-key': sms.messageId,
    });
    expect(JSON.parse(request!.body)).toEqual({ to: sms.to, text: sms.text });
  });

  it('take the field names, sender and constants of the settings', async () => {
    await useGateway({
      toField: 'recipient',
      textField: 'body',
      from: 'BIORE',
      fromField: 'originator',
      referenceField: 'clientRef',
      responseIdField: 'messages.0.uid',
      extraFields: { unicode: true },
    });
    gateway.answerWith(() => ({ body: { messages: [{ uid: 9001 }] } }));
    const sms = message();
    expect(await send(sms)).toMatchObject({ providerReference: '9001' });
    expect(JSON.parse(gateway.requests[0]!.body)).toEqual({
      recipient: sms.to,
      body: sms.text,
      originator: 'BIORE',
      clientRef: sms.messageId,
      unicode: true,
    });
  });

  it('count as sent when the gateway took them, whatever its answer looks like', async () => {
    await useGateway();
    gateway.answerWith(() => ({ status: 202, body: 'queued' }));
    expect(await send()).toMatchObject({ providerReference: null });
  });

  it.each([301, 400, 401, 429, 500])('fall over when the gateway answers %i', async (status) => {
    await useGateway();
    await providers.settings.update('sms', 'outbox', { enabled: true, reason: 'test' });
    gateway.answerWith(() => ({ status, headers: { location: `${gateway.url}/elsewhere` } }));
    await send();
    expect(gateway.requests).toHaveLength(1);
    expect(await providers.outbox.list({ channel: 'sms', limit: 10 })).toHaveLength(1);
    expect(await gatewayView()).toMatchObject({ health: 'DEGRADED', lastError: `the gateway answered ${status}` });
  });

  it('never show the token, the number or the text in log or health', async () => {
    await useGateway();
    gateway.answerWith(() => ({ status: 500 }));
    await expect(send()).rejects.toThrow('500');
    const seen = JSON.stringify([await gatewayView(), providers.logLines]);
    expect(seen).toContain('the gateway answered 500');
    for (const secret of [TOKEN, '905321234567', '482913']) expect(seen).not.toContain(secret);
  });

  it('do not need to be sent for the probe', async () => {
    await useGateway();
    gateway.answerWith(({ method }) => ({ status: method === 'HEAD' ? 405 : 500 }));
    await providers.registry.probeActiveProviders();
    expect(await gatewayView()).toMatchObject({ health: 'UP' });
    gateway.answerWith(() => ({ status: 503 }));
    await providers.registry.probeActiveProviders();
    expect(await gatewayView()).toMatchObject({ health: 'DOWN' });
    expect(gateway.requests.map(({ method }) => method)).toEqual(['HEAD', 'HEAD']);
  });
});
