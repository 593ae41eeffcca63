import { randomUUID } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { UserStatus } from '../../src/entities/user/user.enums.js';
import { Duration } from '../../src/infrastructure/clock.js';
import { newId } from '../../src/infrastructure/ids.js';
import type { Caller } from '../support/caller.js';
import { withSetting } from '../support/settings.js';
import { TestApp } from '../support/test-app.js';
import { givenUser, PASSWORD } from '../support/users.js';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start({ env: { COOKIE_DOMAIN: '.bio.re' } });
});
afterAll(() => app.stop());
afterEach(() => {
  vi.restoreAllMocks();
});

const unknownAddress = () => `nobody-${randomUUID()}@example.org`;
const key = ({ error }: { error?: { i18nKey: string } }) => error?.i18nKey;

/** Each try from an address of its own, so that the lock answers and not the rate limit. */
const login = (email: string, password = PASSWORD, caller: Caller = app.caller()) =>
  caller.post('/auth/login', { email, password });

async function logins(count: number, email: string, password: string): Promise<Array<string | undefined>> {
  const keys: Array<string | undefined> = [];
  for (let attempt = 0; attempt < count; attempt++) keys.push(key(await login(email, password)));
  return keys;
}

const auditOf = (userId: string) =>
  app.query<{ action: string; data: Record<string, unknown> | null; ip: string }>(
    'select action, data, host(ip) as ip from audit_log where target_id = $1 order by created_at, id',
    [userId],
  );

async function signUp(email: string, password: string): Promise<void> {
  const form = { email, password, acceptedTerms: true, acceptedPrivacy: true };
  expect(await app.caller().post('/auth/register', form)).toMatchObject({ status: 201 });
}

describe('POST /auth/login', () => {
  it('answers an access token and hides the refresh token in a cookie that scripts cannot read', async () => {
    const user = await givenUser(app);
    const caller = app.caller();
    const answer = await login(user.email, PASSWORD, caller);
    expect(answer.status).toBe(200);
    expect(answer.data).toEqual({
      accessToken: expect.any(String),
      expiresIn: 900,
      requiresTwoFactor: false,
      tempToken: null,
    });
    const [cookie] = answer.headers.getSetCookie();
    expect(cookie).toMatch(
      /^biore_refresh=[\w-]{43}\.[\w-]{43}; HttpOnly; Secure; SameSite=Strict; Domain=\.bio\.re; Path=\/; Max-Age=2592000$/,
    );
    expect(JSON.stringify(answer.body)).not.toContain(caller.cookie);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await caller.signIn(answer.data.accessToken).get('/auth/me')).toMatchObject({
      status: 200,
      data: { id: user.id },
    });
    const stored = await app.query('select 1 from session where refresh_token_hash = $1', [caller.cookie]);
    expect(stored).toEqual([]);
  });

  it('signs a token with the documented claims and no role or status', async () => {
    const user = await givenUser(app);
    const { data } = await login(user.email);
    const issuedAt = app.clock.now().getTime() / 1000;
    const [session] = await app.query<{ family_id: string }>(
      'select family_id from session where user_id = $1 order by id desc limit 1',
      [user.id],
    );
    expect(decodeProtectedHeader(data.accessToken)).toEqual({ alg: 'HS256', kid: expect.any(String) });
    expect(decodeJwt(data.accessToken)).toEqual({
      iss: 'bio.re',
      aud: 'api',
      sub: user.id,
      sid: session!.family_id,
      scope: 'user',
      auth_time: issuedAt,
      iat: issuedAt,
      exp: issuedAt + 900,
      jti: expect.any(String),
    });
  });

  it('does the same over GraphQL', async () => {
    const user = await givenUser(app);
    const caller = app.caller();
    const answer = await caller.graphql(
      `mutation ($email: String!, $password: String!) {
        login(email: $email, password: $password) { accessToken expiresIn requiresTwoFactor tempToken }
      }`,
      { email: user.email, password: PASSWORD },
    );
    expect(answer.data.login).toEqual({
      accessToken: expect.any(String),
      expiresIn: 900,
      requiresTwoFactor: false,
      tempToken: null,
    });
    expect(caller.cookie).not.toBeNull();
    const refused = await app
      .caller()
      .graphql('mutation { login(email: "nobody@example.org", password: "x") { expiresIn } }');
    expect(refused.errors![0]!.extensions).toMatchObject({
      code: 'UNAUTHENTICATED',
      i18nKey: 'auth.login.invalid_credentials',
    });
  });

  it('takes the address in any case and with spaces around it', async () => {
    const user = await givenUser(app);
    expect(await login(`  ${user.email.toUpperCase()} `)).toMatchObject({ status: 200 });
  });

  it('refuses malformed input without echoing it', async () => {
    for (const body of [
      { email: 'no address', password: 'hush-hush' },
      { email: unknownAddress() },
      { email: unknownAddress(), password: '' },
      { email: unknownAddress(), password: 'hush'.repeat(257) },
      { password: 'hush-hush' },
    ]) {
      const answer = await app.caller().post('/auth/login', body);
      expect(answer).toMatchObject({ status: 400, error: { code: 'VALIDATION_FAILED', i18nKey: 'error.validation' } });
      expect(JSON.stringify(answer.body)).not.toContain('hush');
    }
  });

  it('asks for the captcha before it looks at anything else, under either name', async () => {
    await withSetting(app, 'external.captcha.active_provider', 'turnstile', async () => {
      for (const fields of [{}, { captchaToken: 'spent' }, { turnstileToken: 'spent' }]) {
        const answer = await app.caller().post('/auth/login', { email: 'no address', password: 'x', ...fields });
        expect(answer).toMatchObject({ status: 400, error: { i18nKey: 'auth.captcha.invalid' } });
      }
    });
    const user = await givenUser(app);
    const body = { email: user.email, password: PASSWORD, captchaToken: 'any', turnstileToken: 'any' };
    expect(await app.caller().post('/auth/login', body)).toMatchObject({ status: 200 });
  });

  it('counts 20 calls an hour from one address, fifteen aliases fifteen times', async () => {
    const caller = app.caller();
    const email = unknownAddress();
    const aliases = Array.from(
      { length: 15 },
      (_, index) => `a${index}: login(email: "${email}", password: "wrong") { expiresIn }`,
    );
    const answer = await caller.graphql(`mutation { ${aliases.join(' ')} }`);
    const keys = answer.errors!.map(({ extensions }) => extensions.i18nKey);
    expect(keys.slice(0, 5)).toEqual(Array(5).fill('auth.login.invalid_credentials'));
    expect(keys.slice(5)).toEqual(Array(10).fill('auth.login.account_locked'));
    for (let call = 0; call < 5; call++) expect((await login(unknownAddress(), 'wrong', caller)).status).toBe(401);
    const refused = await login(unknownAddress(), 'wrong', caller);
    expect(refused).toMatchObject({ status: 429, error: { i18nKey: 'error.too_many_requests' } });
    expect(refused.headers.get('ratelimit-policy')).toBe('"login";q=20;w=3600');
  });
});

describe('what a refused sign-in tells', () => {
  it('is the same for an unknown address, a wrong password, an account without a password and an erased one', async () => {
    const user = await givenUser(app);
    const withoutPassword = await givenUser(app, { passwordHash: null });
    const erased = await givenUser(app);
    await app.query(`update user_account set status = 'DELETED' where id = $1`, [erased.id]);
    const answers = [
      await login(unknownAddress(), PASSWORD),
      await login(user.email, 'Wrong-passw0rd'),
      await login(withoutPassword.email, PASSWORD),
      await login(erased.email, PASSWORD),
    ];
    const bodies = answers.map(({ status, error }) => ({ status, ...error, correlationId: null }));
    expect(bodies[0]).toEqual({
      status: 401,
      code: 'UNAUTHENTICATED',
      i18nKey: 'auth.login.invalid_credentials',
      message: expect.any(String),
      correlationId: null,
    });
    for (const body of bodies) expect(body).toEqual(bodies[0]);
    for (const { headers } of answers) expect(headers.getSetCookie()).toEqual([]);
  });

  it('takes two comparisons on every path, so that the time is the same', async () => {
    const user = await givenUser(app);
    const withoutPassword = await givenUser(app, { passwordHash: null });
    const decoyed = await givenUser(app);
    await signUp(decoyed.email, 'An0ther-password');
    const comparisons = vi.spyOn(app.app.services.passwords, 'matches');
    for (const [email, password] of [
      [unknownAddress(), PASSWORD],
      [user.email, 'Wrong-passw0rd'],
      [user.email, PASSWORD],
      [withoutPassword.email, PASSWORD],
      [decoyed.email, 'An0ther-password'],
    ] as const) {
      comparisons.mockClear();
      await login(email, password);
      expect(comparisons).toHaveBeenCalledTimes(2);
    }
  });

  it('is email_not_verified for an unverified account and for the newest sign-up with a taken address', async () => {
    const fresh = unknownAddress();
    await signUp(fresh, 'Fresh-passw0rd');
    expect(await login(fresh, 'Fresh-passw0rd')).toMatchObject({
      status: 403,
      error: { i18nKey: 'auth.login.email_not_verified' },
    });
    const { email } = await givenUser(app);
    await signUp(email, 'First-passw0rd');
    expect(key(await login(email, 'First-passw0rd'))).toBe('auth.login.email_not_verified');
    await signUp(email, 'Second-passw0rd');
    expect(key(await login(email, 'Second-passw0rd'))).toBe('auth.login.email_not_verified');
    expect(key(await login(email, 'First-passw0rd'))).toBe('auth.login.invalid_credentials');
    expect(await login(email, PASSWORD)).toMatchObject({ status: 200 });
  });

  it('says nothing about a suspension before the right password, and then hands out a token for the appeal alone', async () => {
    for (const status of [UserStatus.SUSPENDED, UserStatus.BANNED]) {
      const user = await givenUser(app, { status });
      const wrong = await login(user.email, 'Wrong-passw0rd');
      expect(key(wrong)).toBe('auth.login.invalid_credentials');
      expect(wrong.error).not.toHaveProperty('details');
      const caller = app.caller();
      const right = await login(user.email, PASSWORD, caller);
      expect(right).toMatchObject({
        status: 401,
        error: {
          i18nKey: 'auth.login.account_suspended',
          details: { appealToken: expect.any(String), expiresIn: 1800 },
        },
      });
      expect(caller.cookie).toBeNull();
      const { appealToken } = right.error!.details;
      expect(decodeJwt(appealToken)).toMatchObject({ sub: user.id, scope: 'appeal', aud: 'api' });
      expect(decodeJwt(appealToken)).not.toHaveProperty('sid');
      caller.signIn(appealToken);
      const routes = [
        caller.get('/auth/me'),
        caller.get('/auth/sessions'),
        caller.post('/auth/sessions/revoke-all', {}),
      ];
      for (const answer of await Promise.all(routes)) {
        expect(answer).toMatchObject({ status: 401, error: { i18nKey: 'error.unauthorized' } });
      }
    }
  });

  it('leads a paused owner to reactivation and tells when the account will be erased', async () => {
    const paused = await givenUser(app, { status: UserStatus.DEACTIVATED, deactivatedAt: app.clock.now() });
    const answer = await login(paused.email);
    expect(answer).toMatchObject({ status: 401, error: { i18nKey: 'auth.login.account_deactivated' } });
    expect(answer.error!.details).toEqual({ reactivateToken: expect.stringMatching(/^[\w-]{43}$/), expiresIn: 1800 });
    const tokens = await app.query(
      'select source, expires_at as "expiresAt" from reactivation_token where user_id = $1',
      [paused.id],
    );
    expect(tokens).toEqual([
      { source: 'LOGIN', expiresAt: new Date(app.clock.now().getTime() + Duration.minutes(30)) },
    ]);

    const scheduledAt = new Date(app.clock.now().getTime() + Duration.days(30));
    await app.query(`insert into gdpr_request (id, user_id, type, scheduled_at) values ($1, $2, 'DELETION', $3)`, [
      newId(),
      paused.id,
      scheduledAt,
    ]);
    expect((await login(paused.email)).error!.details).toMatchObject({ deletionDate: scheduledAt.toISOString() });
  });

  it('refuses many paused owners at once although the pool has fewer connections', async () => {
    const users = await Promise.all(
      Array.from({ length: 15 }, () => givenUser(app, { status: UserStatus.DEACTIVATED })),
    );
    const keys = await Promise.all(users.map(async ({ email }) => key(await login(email))));
    expect(new Set(keys)).toEqual(new Set(['auth.login.account_deactivated']));
  });

  it('tells nothing but the temp token while a second factor is due, whatever the status', async () => {
    for (const status of [UserStatus.ACTIVE, UserStatus.SUSPENDED, UserStatus.DEACTIVATED]) {
      const user = await givenUser(app, { status, twoFactorEnabled: true });
      const caller = app.caller();
      const answer = await login(user.email, PASSWORD, caller);
      expect(answer.data).toEqual({
        accessToken: null,
        expiresIn: null,
        requiresTwoFactor: true,
        tempToken: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/),
      });
      expect(caller.cookie).toBeNull();
      const challenges = await app.query(
        'select kind, method, expires_at as "expiresAt" from challenge where user_id = $1',
        [user.id],
      );
      const expiresAt = new Date(app.clock.now().getTime() + Duration.minutes(5));
      expect(challenges).toEqual([{ kind: 'LOGIN_2FA', method: 'password', expiresAt }]);
    }
  });

  it('is in the audit log with its reason; an address that belongs to nobody stands there as a hash', async () => {
    const user = await givenUser(app);
    await login(user.email, 'Wrong-passw0rd');
    await login(user.email);
    expect(await auditOf(user.id)).toMatchObject([
      { action: 'auth.login.failure', data: { reason: 'auth.login.invalid_credentials' } },
      { action: 'auth.login.success' },
    ]);
    const unknown = unknownAddress();
    const caller = app.caller();
    await login(unknown, PASSWORD, caller);
    const [row] = await app.query<{ data: { email: string } }>('select data from audit_log where ip = $1', [caller.ip]);
    expect(row!.data.email).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(row)).not.toContain(unknown);
  });
});

describe('the lock of an address', () => {
  it('answers alike for a known and an unknown address, and ends after 15 minutes', async () => {
    const user = await givenUser(app);
    const five = Array(5).fill('auth.login.invalid_credentials');
    for (const email of [user.email, unknownAddress()]) {
      expect(await logins(7, email, 'Wrong-passw0rd')).toEqual([
        ...five,
        'auth.login.account_locked',
        'auth.login.account_locked',
      ]);
    }
    expect(await login(user.email)).toMatchObject({ status: 401, error: { i18nKey: 'auth.login.account_locked' } });
    app.clock.advance(Duration.minutes(14));
    expect(key(await login(user.email))).toBe('auth.login.account_locked');
    app.clock.advance(Duration.minutes(1));
    expect(await logins(4, user.email, 'Wrong-passw0rd')).toEqual(five.slice(1));
    expect(await login(user.email)).toMatchObject({ status: 200 });
  });

  it('starts anew for an unknown address as well once it has run out', async () => {
    const email = unknownAddress();
    await logins(6, email, 'Wrong-passw0rd');
    app.clock.advance(Duration.minutes(15));
    expect(await logins(6, email, 'Wrong-passw0rd')).toEqual([
      ...Array(5).fill('auth.login.invalid_credentials'),
      'auth.login.account_locked',
    ]);
  });

  it('lets twenty parallel guesses reach five comparisons, and then not even the right password', async () => {
    const user = await givenUser(app);
    const guesses = await Promise.all(
      Array.from({ length: 20 }, async () => key(await login(user.email, 'Wrong-passw0rd'))),
    );
    expect(guesses.filter((guess) => guess === 'auth.login.invalid_credentials')).toHaveLength(5);
    expect(guesses.filter((guess) => guess === 'auth.login.account_locked')).toHaveLength(15);
    expect(key(await login(user.email))).toBe('auth.login.account_locked');
    app.clock.advance(Duration.minutes(15));
    expect(await login(user.email)).toMatchObject({ status: 200 });
  });

  it('counts on through a decoy and an unverified address, and is set back by a session, a second factor or a refused status', async () => {
    const { email } = await givenUser(app);
    await signUp(email, 'Decoy-passw0rd');
    await logins(2, email, 'Wrong-passw0rd');
    await logins(2, email, 'Decoy-passw0rd');
    expect(key(await login(email, 'Wrong-passw0rd'))).toBe('auth.login.invalid_credentials');
    expect(key(await login(email, 'Decoy-passw0rd'))).toBe('auth.login.account_locked');

    const fresh = unknownAddress();
    await signUp(fresh, 'Fresh-passw0rd');
    expect(await logins(6, fresh, 'Fresh-passw0rd')).toEqual([
      ...Array(5).fill('auth.login.email_not_verified'),
      'auth.login.account_locked',
    ]);

    for (const fields of [
      {},
      { twoFactorEnabled: true },
      { status: UserStatus.SUSPENDED },
      { status: UserStatus.DEACTIVATED },
    ]) {
      const user = await givenUser(app, fields);
      for (let round = 0; round < 2; round++) {
        expect(await logins(4, user.email, 'Wrong-passw0rd')).toEqual(Array(4).fill('auth.login.invalid_credentials'));
        expect(key(await login(user.email))).not.toBe('auth.login.account_locked');
      }
    }
  });

  it('keeps a lock that wrong second factors set while a right password was being compared', async () => {
    const user = await givenUser(app, { twoFactorEnabled: true });
    const lockedUntil = new Date(app.clock.now().getTime() + Duration.minutes(15));
    const { passwords } = app.app.services;
    const matches = passwords.matches.bind(passwords);
    vi.spyOn(passwords, 'matches').mockImplementationOnce(async (password, hash) => {
      await app.query('update user_account set locked_until = $2 where id = $1', [user.id, lockedUntil]);
      return matches(password, hash);
    });
    await login(user.email);
    expect(key(await login(user.email))).toBe('auth.login.account_locked');
  });

  it('is told to the owner once, and to nobody at an address that was never verified', async () => {
    const user = await givenUser(app);
    await logins(8, user.email, 'Wrong-passw0rd');
    const mails = (await app.outbox(user.email)).filter(({ template }) => template === 'security_account_locked');
    expect(mails).toHaveLength(1);
    const audited = (await auditOf(user.id)).map(({ action }) => action);
    expect(audited.filter((action) => action === 'auth.account.locked')).toHaveLength(1);

    const fresh = unknownAddress();
    await signUp(fresh, 'Fresh-passw0rd');
    await logins(6, fresh, 'Wrong-passw0rd');
    expect((await app.outbox(fresh)).map(({ template }) => template)).toEqual(['account_verification']);
  });
});

describe('the session of a sign-in', () => {
  const endOf = async (familyId: string) =>
    (
      await app.query<{ reason: string | null }>('select revoked_reason as reason from session where family_id = $1', [
        familyId,
      ])
    )[0]!.reason;
  const familyOf = (accessToken: string) => decodeJwt(accessToken).sid as string;

  it('ends the one whose refresh cookie came along', async () => {
    const user = await givenUser(app);
    const former = familyOf(user.caller.token!);
    expect(await login(user.email, PASSWORD, user.caller)).toMatchObject({ status: 200 });
    expect(await endOf(former)).toBe('REPLACED');
  });

  it('keeps the one of a cookie when the sign-in fails', async () => {
    const user = await givenUser(app);
    await login(user.email, 'Wrong-passw0rd', user.caller);
    expect(await endOf(familyOf(user.caller.token!))).toBeNull();
  });

  it('ends the least recently used one beyond the limit, also when sign-ins run in parallel', async () => {
    await withSetting(app, 'auth.max_sessions_per_user', 3, async () => {
      const user = await givenUser(app);
      const families = [familyOf(user.caller.token!)];
      for (let count = 0; count < 2; count++) {
        app.clock.advance(Duration.seconds(1));
        families.push(familyOf((await login(user.email)).data.accessToken));
      }
      app.clock.advance(Duration.seconds(1));
      expect(await user.caller.post('/auth/refresh', {})).toMatchObject({ status: 200 });
      app.clock.advance(Duration.seconds(1));
      await login(user.email);
      expect(await Promise.all(families.map(endOf))).toEqual([null, 'LIMIT', null]);
      await Promise.all(Array.from({ length: 5 }, () => login(user.email)));
      const live = await app.query(
        'select 1 from session where user_id = $1 and rotated_at is null and revoked_at is null',
        [user.id],
      );
      expect(live).toHaveLength(3);
    });
  });

  it('is told to the owner when the device is new, and not when it is known by browser and network', async () => {
    const user = await givenUser(app);
    const notices = async () =>
      (await app.outbox(user.email)).filter(({ template }) => template === 'security_new_login');
    await login(user.email, PASSWORD, user.caller);
    expect(await notices()).toHaveLength(0);
    const other = user.caller.onOtherDevice();
    await login(user.email, PASSWORD, other);
    const [notice] = await notices();
    expect(notice!.text).toContain('Firefox');
    other.cookie = null;
    other.ip = other.ip.replace(/\d+$/, (last) => String((Number(last) + 1) % 256));
    other.userAgent = other.userAgent.replaceAll('140.0', '141.0');
    await login(user.email, PASSWORD, other);
    expect(await notices()).toHaveLength(1);
    app.clock.advance(Duration.days(91));
    await login(user.email, PASSWORD, other);
    expect(await notices()).toHaveLength(2);
  });

  it('does not open for a password that was changed while it was compared', async () => {
    const user = await givenUser(app);
    const { passwords } = app.app.services;
    const matches = passwords.matches.bind(passwords);
    const otherHash = await passwords.hash('Other-passw0rd');
    vi.spyOn(passwords, 'matches').mockImplementationOnce(async (password, hash) => {
      await app.query('update user_account set password_hash = $2 where id = $1', [user.id, otherHash]);
      return matches(password, hash);
    });
    expect(key(await login(user.email))).toBe('auth.login.invalid_credentials');
    expect(await login(user.email, 'Other-passw0rd')).toMatchObject({ status: 200 });
  });

  it('writes a stronger hash once the cost has risen', async () => {
    const user = await givenUser(app);
    const costOf = async () =>
      (
        await app.query<{ hash: string }>('select password_hash as hash from user_account where id = $1', [user.id])
      )[0]!.hash.split('$')[2];
    expect(await costOf()).toBe('10');
    await withSetting(app, 'auth.salt_rounds', 11, async () => {
      expect(await login(user.email, 'Wrong-passw0rd')).toMatchObject({ status: 401 });
      expect(await costOf()).toBe('10');
      expect(await login(user.email)).toMatchObject({ status: 200 });
      expect(await costOf()).toBe('11');
      expect(await login(user.email)).toMatchObject({ status: 200 });
    });
  });
});
