import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/infrastructure/ids.js';
import type { OutboxEntry } from '../../src/providers/development-outbox.js';
import { devOutboxRoutes } from '../../src/rest/dev-outbox.routes.js';
import { serve } from './http-app.js';
import { createProviders, type TestProviders } from './support.js';

describe('the development outbox', () => {
  let providers: TestProviders;
  let server: Awaited<ReturnType<typeof serve>>;

  beforeEach(async () => {
    providers = await createProviders();
    server = await serve(devOutboxRoutes({ outbox: providers.outbox }));
  });
  afterEach(async () => {
    await server.close();
    await providers.close();
  });

  const write = async (fields: Partial<OutboxEntry> = {}) => {
    const entry: OutboxEntry = {
      messageId: newId(),
      channel: 'email',
      to: 'fan@example.org',
      template: 'welcome',
      subject: 'Hello',
      text: 'Hello',
      html: null,
      ...fields,
    };
    await providers.outbox.write(entry);
    providers.clock.advance(1_000);
    return entry.messageId;
  };
  const open = async (query = '', accept = 'application/json') =>
    fetch(`${server.address}/dev/outbox${query}`, { headers: { accept } });
  const items = async (query = '') =>
    ((await (await open(query)).json()) as { data: { items: Array<Record<string, unknown>> } }).data.items;

  it('answers everything about a message', async () => {
    const createdAt = providers.clock.now().toISOString();
    const text =
      'Confirm at https://app.example.org/verify?token=482913abc&x=1. Your code: 048291\n(or https://app.example.org/help)';
    const id = await write({
      to: 'Fan@Example.org',
      text,
      html: '<b>Hi</b>',
      headers: { 'List-Unsubscribe': '<https://x>' },
    });
    const response = await open();
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({
      success: true,
      data: {
        items: [
          {
            id,
            channel: 'email',
            to: 'fan@example.org',
            template: 'welcome',
            subject: 'Hello',
            text,
            html: '<b>Hi</b>',
            headers: { 'List-Unsubscribe': '<https://x>' },
            links: ['https://app.example.org/verify?token=482913abc&x=1', 'https://app.example.org/help'],
            code: '048291',
            createdAt,
          },
        ],
      },
    });
  });

  it('takes nothing but six digits of their own for a code', async () => {
    for (const text of ['1234567', 'order 12345', 'https://app.example.org/654321', 'call +905321234567'])
      await write({ text });
    expect((await items()).map(({ code }) => code)).toEqual([null, null, null, null]);
  });

  it('lists the newest first, by channel, recipient and number', async () => {
    const first = await write();
    const second = await write({ channel: 'sms', to: '+905321234567', subject: null });
    const third = await write({ to: 'other@example.org' });
    const ids = async (query: string) => (await items(query)).map(({ id }) => id);
    expect(await ids('')).toEqual([third, second, first]);
    expect(await ids('?channel=email')).toEqual([third, first]);
    expect(await ids('?to=FAN@example.org')).toEqual([first]);
    expect(await ids(`?to=${encodeURIComponent('+905321234567')}&channel=sms`)).toEqual([second]);
    expect(await ids('?to=fan')).toEqual([]);
    expect(await ids('?limit=2')).toEqual([third, second]);
    expect(await ids('?limit=0')).toEqual([third]);
    expect(await ids('?limit=many')).toHaveLength(3);
    expect((await open('?channel=fax')).status).toBe(400);
  });

  it('shows a browser a page on which nothing of a message can run', async () => {
    await write({
      subject: '<script>alert(1)</script>',
      to: '"><img src=x onerror=alert(2)>@example.org',
      text: '<script>alert(3)</script> https://app.example.org/?a="onmouseover=alert(4)',
      html: `<script>alert(5)</script><p title='"></iframe><script>alert(6)</script>'>Hi</p>`,
    });
    const response = await open(
      `?to=${encodeURIComponent('"><script>alert(7)</script>')}`,
      'text/html,application/xhtml+xml',
    );
    const filtered = await response.text();
    const page = await (await open('', 'text/html')).text();
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none';(?!.*script-src)/);
    for (const html of [filtered, page]) {
      expect(html).not.toMatch(/<script|<img/i);
      expect(html).not.toMatch(/<[^>]*\son\w+=/i);
    }
    expect(page).toContain('<iframe sandbox title="HTML" loading="lazy" srcdoc="&lt;script&gt;alert(5)');
    expect(page.match(/<iframe|<\/iframe/g)).toHaveLength(2);
    expect(page).toContain('&lt;script&gt;alert(3)&lt;/script&gt;');
  });

  it('is empty at first', async () => {
    expect(await items()).toEqual([]);
    expect(await (await open('', 'text/html')).text()).toContain('Nothing here yet');
  });
});
