import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

const form = { email: 'a@example.org', password: 'Correct-h0rse', acceptedTerms: true, acceptedPrivacy: true };

/** Violations of a sign-up, as `field rule: message`. */
async function violations(fields: Record<string, unknown>, language = 'en'): Promise<string[]> {
  const answer = await app.caller().post('/auth/register', { ...form, ...fields }, { 'accept-language': language });
  expect(answer).toMatchObject({ status: 400, error: { i18nKey: 'error.validation' } });
  for (const violation of answer.error!.details) expect(Object.keys(violation).sort()).toEqual(['field', 'message', 'rule']);
  return answer.error!.details.map(({ field, rule, message }: Record<string, string>) => `${field} ${rule}: ${message}`);
}

describe('validation', () => {
  it.each([
    [{ password: 'Sh0rt' }, 'password password_length: The password needs 8 to 128 characters.'],
    [{ displayName: 'x'.repeat(101) }, 'displayName isLength: Please keep to the length of 1 to 100 characters.'],
    [{ username: 'ab' }, 'username isLength: Please keep to the length of 3 to 30 characters.'],
    [{ utmSource: 'x'.repeat(256) }, 'utmSource maxLength: This text is too long. Maximum number of characters: 255.'],
  ])('tells the bounds of a rule in words', async (fields, told) => {
    expect(await violations(fields)).toEqual([told]);
  });

  it('leaves no placeholder in another language either', async () => {
    const told = await violations({ password: 'kurz', displayName: 'x'.repeat(101), utmSource: 'x'.repeat(256) }, 'de');
    expect(told.length).toBeGreaterThan(3);
    expect(told.join('\n')).not.toMatch(/[{}]/);
  });

  it.each(['utmSource', 'firstLandingPage', 'displayName', 'password'])('refuses a NUL character in %s', async (field) => {
    expect((await violations({ [field]: 'Some-text\u00001' })).join('\n')).toContain(`${field} unsafe_characters`);
  });

  it('refuses a NUL character over GraphQL alike', async () => {
    const answer = await app.caller().graphql(
      'mutation ($utm: String) { registerAccount(email: "a@example.org", password: "Correct-h0rse", acceptedTerms: true, acceptedPrivacy: true, utmSource: $utm) { userId } }',
      { utm: 'a\u0000b' },
    );
    expect(answer.errors![0]!.extensions).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ field: 'utmSource', rule: 'unsafe_characters' }] });
  });
});
