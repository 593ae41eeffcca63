import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestApp } from '../support/test-app.js';
import { givenUser } from '../support/users.js';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

const post = (body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${app.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });

describe('POST /graphql', () => {
  it('carries code, key and correlation id of an error in its extensions, in the language of the caller', async () => {
    const answer = await app.caller().graphql('{ me { id } }', {}, { 'accept-language': 'fr' });
    expect(answer.errors).toEqual([
      expect.objectContaining({
        path: ['me'],
        extensions: { code: 'UNAUTHENTICATED', i18nKey: 'error.unauthorized', correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      }),
    ]);
    const english = await app.caller().graphql('{ me { id } }');
    expect(answer.errors![0]!.message).not.toBe(english.errors![0]!.message);
  });

  it('answers malformed documents and variables with error.validation and without the value', async () => {
    for (const query of ['{ me { ', '{ nothing }', '{ me { nothing } }']) {
      expect((await app.caller().graphql(query)).errors![0]!.extensions).toMatchObject({ code: 'VALIDATION_FAILED', i18nKey: 'error.validation' });
    }
    const answer = await app.caller().graphql('mutation ($password: String!) { login(email: "a@example.org", password: $password) { expiresIn } }', {
      password: { nested: 'hush' },
    });
    expect(answer.errors![0]!.extensions).toMatchObject({ i18nKey: 'error.validation' });
    expect(JSON.stringify(answer.errors)).not.toContain('hush');
  });

  it('limits depth, aliases, tokens, directives and batches', async () => {
    const aliases = Array.from({ length: 16 }, (_, index) => `a${index}: __typename`).join(' ');
    const tokens = `{ ${'__typename '.repeat(1001)} }`;
    const directives = `{ ${'@include(if: true) '.repeat(51).replace(/^/, '__typename ')} }`;
    for (const query of [`{ ${aliases} }`, tokens, directives]) {
      expect((await app.caller().graphql(query)).errors?.[0]?.extensions.i18nKey).toBe('error.validation');
    }
    const batch = await post(Array.from({ length: 11 }, () => ({ query: '{ __typename }' })));
    expect(batch.status).toBe(400);
    expect((await post(Array.from({ length: 10 }, () => ({ query: '{ __typename }' })))).status).toBe(200);
  });

  it('counts every alias against the rate limit', async () => {
    const caller = app.caller();
    const fields = Array.from({ length: 11 }, (_, index) => `a${index}: registerAccount(email: "x", password: "x", acceptedTerms: true, acceptedPrivacy: true) { userId }`);
    const { errors } = await caller.graphql(`mutation { ${fields.join('\n')} }`);
    const keys = errors!.map(({ extensions }) => extensions.i18nKey);
    expect(keys).toEqual([...Array<string>(10).fill('error.validation'), 'error.too_many_requests']);
  });

  it('refuses requests that a browser sends without a preflight', async () => {
    const answer = await fetch(`${app.url}/graphql?query={__typename}`);
    expect(answer.status).toBe(400);
  });

  it('wants exactly one mutation field with an Idempotency-Key', async () => {
    const { caller } = await givenUser(app);
    const login = 'login(email: "a@example.org", password: "x") { expiresIn }';
    const answer = await caller.graphql(`mutation { a: ${login} b: ${login} }`, {}, { 'idempotency-key': 'k1' });
    expect(answer.errors![0]!.extensions).toMatchObject({ i18nKey: 'error.validation', details: [{ field: 'Idempotency-Key' }] });
  });

  it('sets the refresh cookie of a sign-in', async () => {
    const { email } = await givenUser(app);
    const answer = await app.caller().graphql('mutation ($email: String!) { login(email: $email, password: "Correct-h0rse") { accessToken requiresTwoFactor } }', { email });
    expect(answer.errors).toBeUndefined();
    expect(answer.headers.getSetCookie()[0]).toMatch(/^biore_refresh=[^;]+; HttpOnly; Secure; SameSite=Strict; Path=\/; Max-Age=\d+$/);
    expect(JSON.stringify(answer.data)).not.toContain(answer.headers.getSetCookie()[0]!.split(/[=;]/)[1]);
  });
});
