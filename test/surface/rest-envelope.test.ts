import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestApp } from '../support/test-app.js';
import { givenUser } from '../support/users.js';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

/** A raw request below `/api/v1`. */
const send = (path: string, init: RequestInit = {}) => fetch(`${app.url}/api/v1${path}`, init);

const credentials = { email: 'nobody@example.org', password: 'Correct-h0rse' };
const json = (body: string) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body });

describe('the REST envelope', () => {
  it('answers an unknown path with 404', async () => {
    const answer = await send('/no/such/path');
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ success: false, error: { code: 'NOT_FOUND', i18nKey: 'error.not_found', correlationId: expect.any(String) } });
  });

  it('answers a wrong method with 405 and the right ones', async () => {
    const answer = await send('/auth/me', { method: 'POST' });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, HEAD');
    expect(await answer.json()).toMatchObject({ error: { code: 'METHOD_NOT_ALLOWED', i18nKey: 'error.method_not_allowed' } });
  });

  it.each(['{"email": ', '[1]', '"text"', 'null,'])('answers the body %s with 400', async (body) => {
    const answer = await send('/auth/login', json(body));
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ success: false, error: { code: 'VALIDATION_FAILED', i18nKey: 'error.validation' } });
  });

  it('takes a missing body as one without fields and names all that are missing', async () => {
    const answer = await send('/auth/login', { method: 'POST' });
    expect(answer.status).toBe(400);
    const { error } = (await answer.json()) as { error: { details: Array<{ field: string; rule: string }> } };
    expect(error.details.map(({ field, rule }) => `${field} ${rule}`)).toEqual(['email required', 'password required']);
  });

  it('answers a body over 256 KB with 413', async () => {
    const answer = await send('/auth/login', json(JSON.stringify({ ...credentials, padding: 'x'.repeat(300_000) })));
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ error: { code: 'PAYLOAD_TOO_LARGE', i18nKey: 'error.payload_too_large' } });
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml'])('answers a body of type %s with 415', async (type) => {
    const answer = await send('/auth/login', { method: 'POST', headers: { 'content-type': type }, body: JSON.stringify(credentials) });
    expect(answer.status).toBe(415);
    expect(await answer.json()).toMatchObject({ error: { code: 'UNSUPPORTED_MEDIA_TYPE', i18nKey: 'error.unsupported_media_type' } });
  });

  it('speaks the language that the caller accepts', async () => {
    const german = await (await send('/no/such/path', { headers: { 'accept-language': 'de-CH, en;q=0.5' } })).json();
    const english = await (await send('/no/such/path', { headers: { 'accept-language': 'xx' } })).json();
    expect((german as any).error.message).not.toBe((english as any).error.message);
    expect((german as any).error.i18nKey).toBe('error.not_found');
  });

  it('takes over a correlation id that is a UUID and makes one otherwise', async () => {
    const id = 'b5fd7a0c-3a7b-4b8e-9a3e-2f1c1f4c7a10';
    const kept = await send('/no/such/path', { headers: { 'x-correlation-id': id } });
    expect(kept.headers.get('x-correlation-id')).toBe(id);
    expect(await kept.json()).toMatchObject({ error: { correlationId: id } });
    const made = await send('/no/such/path', { headers: { 'x-correlation-id': '<script>' } });
    expect(made.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('carries the security headers and forbids caching', async () => {
    const { headers } = await send('/auth/me');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('strict-transport-security')).toContain('max-age=');
    expect(headers.get('referrer-policy')).toBeTruthy();
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('lets scripts of the allowed origins alone read answers', async () => {
    const { webOrigin } = { webOrigin: 'http://127.0.0.1:3000' };
    expect((await send('/auth/me', { headers: { origin: webOrigin } })).headers.get('access-control-allow-origin')).toBe(webOrigin);
    expect((await send('/auth/me', { headers: { origin: 'https://evil.example' } })).headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('what sofa-api would do on its own', () => {
  it('has no route that calls an URL of the caller', async () => {
    for (const path of ['/webhook', '/webhook/1']) {
      for (const base of ['/api/v1', '']) {
        const answer = await fetch(app.url + base + path, json('{"subscription":"x","url":"http://127.0.0.1:1/"}'));
        expect(answer.status).toBe(404);
      }
    }
  });

  it('reaches no operation under its GraphQL name', async () => {
    expect((await send('/me')).status).toBe(404);
    expect((await fetch(`${app.url}/me`, { method: 'POST' })).status).toBe(404);
  });

  it('never lets the query string override the body of a write', async () => {
    const { email } = await givenUser(app);
    const answer = await send(`/auth/login?email=other@example.org&password=other`, json(JSON.stringify({ email, password: 'Correct-h0rse' })));
    expect(answer.status).toBe(200);
    const fromQuery = await send(`/auth/login?email=${email}&password=Correct-h0rse`, json('{}'));
    expect(fromQuery.status).toBe(400);
  });

  it('keeps an explicit null apart from a missing field', async () => {
    const answer = await send('/auth/login', json(JSON.stringify({ email: 'a@example.org', password: null })));
    expect(await answer.json()).toMatchObject({ error: { details: [{ field: 'password', rule: 'required' }] } });
  });

  it('answers a value of the wrong type with 400, its field and rule, and never the value', async () => {
    const answer = await send('/auth/login', json(JSON.stringify({ email: 'a@example.org', password: { secret: 'hush' } })));
    const text = await answer.text();
    expect(answer.status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ error: { details: [{ field: 'password', rule: 'type' }] } });
    expect(text).not.toContain('hush');
  });

  it('ignores fields that the operation does not know', async () => {
    const { email } = await givenUser(app);
    const answer = await send('/auth/login', json(JSON.stringify({ email, password: 'Correct-h0rse', role: 'ADMIN', __typename: 'x' })));
    expect(answer.status).toBe(200);
  });

  it('answers exactly the documented fields, without those that only GraphQL has', async () => {
    const { caller } = await givenUser(app);
    expect(Object.keys((await caller.get('/auth/me')).data).sort()).toEqual(
      ['avatarUrl', 'displayName', 'email', 'emailVerified', 'id', 'status', 'twoFactorEnabled', 'username'],
    );
  });
});
