import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Duration } from '../../src/infrastructure/clock.js';
import { newId } from '../../src/infrastructure/ids.js';
import type { RestAnswer } from '../support/caller.js';
import { withSetting } from '../support/settings.js';
import { TestApp } from '../support/test-app.js';
import {
  ageSignIn,
  givenTwoFactorUser,
  nextCode,
  showCode,
  showPassword,
  totp,
  wrongTotp,
} from '../support/two-factor.js';
import { givenUser, type TestUser } from '../support/users.js';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

const keyOf = ({ error }: RestAnswer) => error?.i18nKey ?? null;
const storedSecret = async ({ id }: TestUser) =>
  (
    await app.query<{ secret: string | null }>('select two_factor_secret as secret from user_account where id = $1', [
      id,
    ])
  )[0]!.secret;
const templatesTo = async ({ email }: TestUser) => (await app.outbox(email)).map(({ template }) => template);
const auditOf = ({ id }: TestUser) =>
  app.query<{ action: string }>('select action from audit_log where target_id = $1 order by id', [id]);

async function enrol(user: TestUser): Promise<{ secret: string; backupCodes: string[] }> {
  const { secret } = (await user.caller.post('/auth/2fa/setup')).data;
  const answer = await user.caller.post('/auth/2fa/verify', { code: totp(app, secret) });
  expect(answer.status).toBe(200);
  return { secret, backupCodes: answer.data.backupCodes };
}

describe('POST /auth/2fa/setup', () => {
  it('hands out secret, link and QR code, and stores the secret encrypted', async () => {
    const user = await givenUser(app, { email: `ada+${newId()}@example.org` });
    const answer = await user.caller.post('/auth/2fa/setup');
    expect(answer.status).toBe(201);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const { secret, otpauthUrl, qrCodeDataUrl } = answer.data;
    expect(Object.keys(answer.data).sort()).toEqual(['otpauthUrl', 'qrCodeDataUrl', 'secret']);
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(otpauthUrl).toBe(`otpauth://totp/BIO.RE:${encodeURIComponent(user.email)}?secret=${secret}&issuer=BIO.RE`);
    expect(Buffer.from(qrCodeDataUrl.replace('data:image/png;base64,', ''), 'base64').subarray(1, 4).toString()).toBe(
      'PNG',
    );
    const stored = (await storedSecret(user))!;
    expect(stored).not.toContain(secret);
    expect(app.app.infrastructure.encryption.decrypt(stored)).toBe(secret);
    expect((await user.caller.get('/auth/2fa/status')).data).toEqual({ enabled: false });
    expect(await app.query('select 1 from backup_code where user_id = $1', [user.id])).toEqual([]);
    expect(await auditOf(user)).toEqual([{ action: 'auth.2fa.setup_started' }]);
  });

  it('does the same over GraphQL', async () => {
    const user = await givenUser(app);
    const answer = await user.caller.graphql('mutation { setupTwoFactor { secret qrCodeDataUrl otpauthUrl } }');
    expect(answer.errors).toBeUndefined();
    const confirmed = await user.caller.graphql(
      'mutation ($code: String!) { verifyTwoFactorSetup(code: $code) { backupCodes } }',
      {
        code: totp(app, answer.data.setupTwoFactor.secret),
      },
    );
    expect(confirmed.data.verifyTwoFactorSetup.backupCodes).toHaveLength(10);
  });

  it('replaces the secret that waits', async () => {
    const user = await givenUser(app);
    const first = (await user.caller.post('/auth/2fa/setup')).data.secret;
    const second = (await user.caller.post('/auth/2fa/setup')).data.secret;
    expect(second).not.toBe(first);
    const code = totp(app, first);
    expect(keyOf(await user.caller.post('/auth/2fa/verify', { code }))).toBe('auth.2fa.invalid_code');
    expect((await user.caller.post('/auth/2fa/verify', { code: totp(app, second) })).status).toBe(200);
  });

  it('asks for a recent sign-in', async () => {
    const user = await givenUser(app);
    await ageSignIn(app, user);
    expect(await user.caller.post('/auth/2fa/setup')).toMatchObject({
      status: 403,
      error: { i18nKey: 'auth.step_up_required' },
    });
    expect(await storedSecret(user)).toBeNull();
  });

  it('asks for a live session', async () => {
    const user = await givenUser(app);
    await app.query('update session set revoked_at = $2 where user_id = $1', [user.id, app.clock.now()]);
    expect(await user.caller.post('/auth/2fa/setup')).toMatchObject({
      status: 401,
      error: { i18nKey: 'error.unauthorized' },
    });
    expect(keyOf(await app.caller().post('/auth/2fa/setup'))).toBe('error.unauthorized');
  });

  it('leaves a second factor that is on alone', async () => {
    const user = await givenTwoFactorUser(app);
    const before = await storedSecret(user);
    expect(await user.caller.post('/auth/2fa/setup')).toMatchObject({
      status: 400,
      error: { i18nKey: 'auth.2fa.already_enabled' },
    });
    expect(await storedSecret(user)).toBe(before);
  });

  it('knows no account that is gone', async () => {
    await expect(app.app.services.twoFactorSetups.start(newId())).rejects.toMatchObject({
      definition: { status: 404, key: 'auth.2fa.user_not_found' },
    });
  });
});

describe('POST /auth/2fa/setup-init', () => {
  it('starts the same enrolment in another shape', async () => {
    const user = await givenUser(app);
    const answer = await user.caller.post('/auth/2fa/setup-init');
    expect(answer.status).toBe(200);
    expect(answer.data).toEqual({
      secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
      qrCodeUrl: expect.stringMatching(/^data:image\/png;base64,/),
      otpauthUrl: expect.stringMatching(/^otpauth:/),
      recoveryCodes: null,
    });
    expect((await user.caller.post('/auth/2fa/verify', { code: totp(app, answer.data.secret) })).status).toBe(200);
  });

  it('answers over GraphQL as well', async () => {
    const { caller } = await givenUser(app);
    const answer = await caller.graphql(
      'mutation { initTwoFactorSetup { secret qrCodeUrl otpauthUrl recoveryCodes } }',
    );
    expect(answer.errors).toBeUndefined();
    expect(answer.data.initTwoFactorSetup.recoveryCodes).toBeNull();
  });

  it('shares its ten calls an hour with 2fa/setup', async () => {
    const { caller } = await givenUser(app);
    for (let calls = 0; calls < 6; calls++) expect((await caller.post('/auth/2fa/setup-init')).status).toBe(200);
    for (let calls = 0; calls < 4; calls++) expect((await caller.post('/auth/2fa/setup')).status).toBe(201);
    expect(await caller.post('/auth/2fa/setup')).toMatchObject({
      status: 429,
      error: { i18nKey: 'error.too_many_requests' },
    });
  });

  it('asks for a recent sign-in and leaves a second factor that is on alone', async () => {
    expect(keyOf(await (await givenTwoFactorUser(app)).caller.post('/auth/2fa/setup-init'))).toBe(
      'auth.2fa.already_enabled',
    );
    const user = await givenUser(app);
    await ageSignIn(app, user);
    expect(keyOf(await user.caller.post('/auth/2fa/setup-init'))).toBe('auth.step_up_required');
  });
});

describe('POST /auth/2fa/verify', () => {
  it('switches the second factor on, shows backup codes once, and ends every session', async () => {
    const user = await givenUser(app);
    const { secret } = (await user.caller.post('/auth/2fa/setup')).data;
    const cookie = user.caller.cookie!;
    const answer = await user.caller.post('/auth/2fa/verify', { code: totp(app, secret) });
    expect(answer.status).toBe(200);
    const { backupCodes } = answer.data as { backupCodes: string[] };
    expect(new Set(backupCodes).size).toBe(10);
    for (const code of backupCodes) expect(code).toMatch(/^[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}$/);
    expect(answer.headers.getSetCookie()).toContain(
      'biore_refresh=; HttpOnly; Secure; SameSite=Strict; Path=/; Max-Age=0',
    );
    expect(keyOf(await app.caller().post('/auth/refresh', { refreshToken: cookie }))).toBe(
      'auth.refresh.invalid_token',
    );
    expect(await app.query('select distinct revoked_reason from session where user_id = $1', [user.id])).toEqual([
      { revoked_reason: 'TWO_FACTOR_CHANGED' },
    ]);
    // Reads trust the token until it expires, writes do not.
    expect((await user.caller.get('/auth/2fa/status')).data).toEqual({ enabled: true });
    expect((await user.caller.get('/auth/me')).data.twoFactorEnabled).toBe(true);
    expect((await user.caller.post('/auth/2fa/setup')).status).toBe(401);
    expect(await templatesTo(user)).toContain('security_2fa_enabled');
    expect(await auditOf(user)).toContainEqual({ action: 'auth.2fa.enabled' });
    const stored = await app.query<{ code_hash: string }>('select code_hash from backup_code where user_id = $1', [
      user.id,
    ]);
    expect(stored).toHaveLength(10);
    for (const { code_hash } of stored) expect(code_hash).toMatch(/^\$2[aby]\$10\$/);
    expect((await showCode(app, await showPassword(app, user.email), backupCodes[3]!)).status).toBe(200);
  });

  it('uses its code up for the sign-in that follows', async () => {
    const user = await givenUser(app);
    const { secret } = await enrol(user);
    expect(keyOf(await showCode(app, await showPassword(app, user.email), totp(app, secret)))).toBe(
      'auth.2fa.invalid_code',
    );
    expect((await showCode(app, await showPassword(app, user.email), nextCode(app, secret))).status).toBe(200);
  });

  it('activates once for two parallel calls', async () => {
    const user = await givenUser(app);
    const { secret } = (await user.caller.post('/auth/2fa/setup')).data;
    const answers = await Promise.all(
      [1, 2].map(() => user.caller.post('/auth/2fa/verify', { code: totp(app, secret) })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, expect.any(Number)]);
    // The slower call may already find its session ended.
    expect(['auth.2fa.already_enabled', 'error.unauthorized']).toContain(
      answers.map(keyOf).find((key) => key !== null),
    );
    expect(await app.query('select 1 from backup_code where user_id = $1', [user.id])).toHaveLength(10);
  });

  it('answers already_enabled to the slower of two calls that both saw the secret wait', async () => {
    const user = await givenUser(app);
    const { secret } = (await user.caller.post('/auth/2fa/setup')).data;
    const { twoFactorSetups } = app.app.services;
    const outcomes = await Promise.allSettled([1, 2].map(() => twoFactorSetups.confirm(user.id, totp(app, secret))));
    const refused = outcomes.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(refused.map(({ reason }) => reason.definition.key)).toEqual(['auth.2fa.already_enabled']);
    expect(await app.query('select 1 from backup_code where user_id = $1', [user.id])).toHaveLength(10);
  });

  it('refuses a wrong code, a missing or old secret, and a second factor that is on', async () => {
    const user = await givenUser(app);
    expect(keyOf(await user.caller.post('/auth/2fa/verify', { code: '123456' }))).toBe('auth.2fa.setup_required');
    const { secret } = (await user.caller.post('/auth/2fa/setup')).data;
    expect(await user.caller.post('/auth/2fa/verify', { code: wrongTotp(app, secret) })).toMatchObject({
      status: 400,
      error: { i18nKey: 'auth.2fa.invalid_code', code: 'BAD_REQUEST' },
    });
    expect(keyOf(await user.caller.post('/auth/2fa/verify', { code: '12345' }))).toBe('error.validation');
    const other = await givenTwoFactorUser(app);
    expect(keyOf(await other.caller.post('/auth/2fa/verify', { code: totp(app, other.secret) }))).toBe(
      'auth.2fa.already_enabled',
    );
    await withSetting(app, 'auth.access_token_ttl_seconds', 3600, async () => {
      const slow = await givenUser(app);
      const waiting = (await slow.caller.post('/auth/2fa/setup')).data.secret;
      app.clock.advance(Duration.minutes(15));
      expect(keyOf(await slow.caller.post('/auth/2fa/verify', { code: totp(app, waiting) }))).toBe(
        'auth.2fa.setup_required',
      );
    });
  });
});
