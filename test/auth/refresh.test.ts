import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { AdminRole } from '../../src/entities/user/user.enums.js';
import { Duration } from '../../src/infrastructure/clock.js';
import type { Caller, RestAnswer } from '../support/caller.js';
import { withSetting } from '../support/settings.js';
import { TestApp } from '../support/test-app.js';
import { givenUser, PASSWORD, type TestUser } from '../support/users.js';

const WEB = 'https://web.example';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start({ env: { COOKIE_DOMAIN: '.bio.re', ALLOWED_ORIGINS: WEB } });
});
afterAll(() => app.stop());
afterEach(() => {
  vi.restoreAllMocks();
});

const CLEARED = 'biore_refresh=; HttpOnly; Secure; SameSite=Strict; Domain=.bio.re; Path=/; Max-Age=0';

const refresh = (caller: Caller) => caller.post('/auth/refresh', {});
const cookieOf = ({ headers }: Pick<RestAnswer, 'headers'>) => headers.getSetCookie()[0];

/** The same browser with another token in its cookie. */
function withCookie(caller: Caller, cookie: string | null, userAgent = caller.userAgent): Caller {
  const copy = app.caller();
  return Object.assign(copy, { cookie, userAgent, ip: caller.ip, token: caller.token });
}

async function signIn({ email }: TestUser, caller = app.caller().onOtherDevice()): Promise<Caller> {
  const { data } = await caller.post('/auth/login', { email, password: PASSWORD });
  return caller.signIn(data.accessToken);
}

const liveRows = (userId: string) =>
  app.query('select id from session where user_id = $1 and rotated_at is null and revoked_at is null', [userId]);
const audited = (userId: string, action: string) =>
  app.query<{ data: any; level: string }>(
    'select data, level from audit_log where action = $2 and (target_id = $1 or actor_id::text = $1)',
    [userId, action],
  );

describe('POST /auth/refresh', () => {
  it('rotates the token and keeps session and time of the sign-in', async () => {
    const user = await givenUser(app);
    const first = { cookie: user.caller.cookie!, claims: decodeJwt(user.caller.token!) };
    app.clock.advance(Duration.minutes(20));
    const answer = await refresh(user.caller);
    expect(answer.status).toBe(200);
    expect(answer.data).toEqual({ accessToken: expect.any(String), expiresIn: 900 });
    expect(cookieOf(answer)).toMatch(
      /^biore_refresh=[\w-]{43}\.[\w-]{43}; HttpOnly; Secure; SameSite=Strict; Domain=\.bio\.re; Path=\/; Max-Age=2592000$/,
    );
    expect(user.caller.cookie).not.toBe(first.cookie);
    expect(JSON.stringify(answer.body)).not.toContain(user.caller.cookie);
    const { sub, sid, auth_time, iat } = decodeJwt(answer.data.accessToken);
    expect({ sub, sid, auth_time }).toEqual({ sub: user.id, sid: first.claims.sid, auth_time: first.claims.auth_time });
    expect(iat).toBe(first.claims.iat! + 1200);
    expect(await user.caller.signIn(answer.data.accessToken).get('/auth/me')).toMatchObject({ status: 200 });
    expect(await liveRows(user.id)).toHaveLength(1);
  });

  it('serves native clients by the body, over GraphQL as well, and lets the cookie win', async () => {
    const user = await givenUser(app);
    const other = await givenUser(app);
    const native = withCookie(user.caller, null);
    const first = await native.post('/auth/refresh', { refreshToken: user.caller.cookie });
    expect(first.status).toBe(200);
    const token = native.cookie;
    native.cookie = null;
    const second = await native.graphql(
      'mutation ($token: String) { refreshAccessToken(refreshToken: $token) { accessToken expiresIn } }',
      {
        token,
      },
    );
    expect(second.data.refreshAccessToken).toEqual({ accessToken: expect.any(String), expiresIn: 900 });
    expect(native.cookie).not.toBeNull();
    const both = await other.caller.post('/auth/refresh', { refreshToken: native.cookie });
    expect(decodeJwt(both.data.accessToken).sub).toBe(other.id);
  });

  it('answers parallel calls with one token alike and leaves one live row', async () => {
    const user = await givenUser(app);
    const tabs = Array.from({ length: 5 }, () => withCookie(user.caller, user.caller.cookie));
    const answers = await Promise.all(tabs.map(refresh));
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
    expect(new Set(tabs.map(({ cookie }) => cookie)).size).toBe(1);
    expect(tabs[0]!.cookie).not.toBe(user.caller.cookie);
    expect(await liveRows(user.id)).toHaveLength(1);
  });

  it('gives the successor once more inside the grace, and writes nothing', async () => {
    const user = await givenUser(app);
    const lost = withCookie(user.caller, user.caller.cookie);
    await refresh(user.caller);
    app.clock.advance(Duration.seconds(10));
    const rows = await app.query('select * from session where user_id = $1 order by id', [user.id]);
    const answer = await refresh(lost);
    expect(answer.status).toBe(200);
    expect(lost.cookie).toBe(user.caller.cookie);
    expect(cookieOf(answer)).toContain(`Max-Age=${30 * 86_400 - 10}`);
    expect(await app.query('select * from session where user_id = $1 order by id', [user.id])).toEqual(rows);
  });

  it('takes a repeat after the grace for theft: everything ends, owner and staff are told once', async () => {
    const user = await givenUser(app);
    const staff = await givenUser(app, { role: AdminRole.ADMIN });
    const support = await givenUser(app, { role: AdminRole.SUPPORT_AGENT });
    const otherDevice = await signIn(user);
    const thief = withCookie(user.caller, user.caller.cookie);
    thief.ip = '198.51.100.7';
    await refresh(user.caller);
    const successor = user.caller.cookie;
    app.clock.advance(Duration.seconds(11));

    const answer = await refresh(thief);
    expect(answer).toMatchObject({
      status: 401,
      error: { code: 'UNAUTHENTICATED', i18nKey: 'auth.refresh.token_reuse_detected' },
    });
    expect(cookieOf(answer)).toBe(CLEARED);
    expect(await liveRows(user.id)).toEqual([]);
    for (const device of [withCookie(user.caller, successor), otherDevice, withCookie(thief, user.caller.cookie)]) {
      expect(await refresh(device)).toMatchObject({ status: 401, error: { i18nKey: 'auth.refresh.invalid_token' } });
    }
    const [entry, ...more] = await audited(user.id, 'auth.refresh.reuse_detected');
    expect(more).toEqual([]);
    expect(entry).toMatchObject({
      level: 'CRITICAL',
      data: {
        presenter: { ip: '198.51.100.7', userAgent: thief.userAgent },
        holder: { ip: user.caller.ip, userAgent: user.caller.userAgent },
      },
    });
    const templates = async (email: string) => (await app.outbox(email)).map(({ template }) => template);
    expect((await templates(user.email)).filter((template) => template === 'security_token_reuse')).toHaveLength(1);
    expect(await templates(staff.email)).toEqual(['admin_token_reuse']);
    expect(await templates(support.email)).toEqual([]);
  });

  it('raises the alarm once when the stolen token comes in parallel', async () => {
    const user = await givenUser(app);
    const thieves = Array.from({ length: 4 }, () => withCookie(user.caller, user.caller.cookie));
    await refresh(user.caller);
    app.clock.advance(Duration.seconds(11));
    const keys = (await Promise.all(thieves.map(refresh))).map(({ error }) => error!.i18nKey).sort();
    expect(keys).toEqual([...Array(3).fill('auth.refresh.invalid_token'), 'auth.refresh.token_reuse_detected']);
    expect(await audited(user.id, 'auth.refresh.reuse_detected')).toHaveLength(1);
  });

  it('takes a repeat by another browser for theft inside the grace already', async () => {
    const user = await givenUser(app);
    const thief = withCookie(user.caller, user.caller.cookie, 'curl/8.0');
    await refresh(user.caller);
    expect(await refresh(thief)).toMatchObject({
      status: 401,
      error: { i18nKey: 'auth.refresh.token_reuse_detected' },
    });
    expect(await liveRows(user.id)).toEqual([]);
  });

  it('refuses a token whose successor was used already inside the grace, without harm and without clearing the cookie', async () => {
    const user = await givenUser(app);
    const slowTab = withCookie(user.caller, user.caller.cookie);
    await refresh(user.caller);
    await refresh(user.caller);
    const answer = await refresh(slowTab);
    expect(answer).toMatchObject({ status: 401, error: { i18nKey: 'auth.refresh.invalid_token' } });
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(await refresh(user.caller)).toMatchObject({ status: 200 });
  });

  it('has no grace when it is set to 0', async () => {
    await withSetting(app, 'auth.refresh_grace_seconds', 0, async () => {
      const user = await givenUser(app);
      const late = withCookie(user.caller, user.caller.cookie);
      await refresh(user.caller);
      app.clock.advance(1);
      expect(await refresh(late)).toMatchObject({ error: { i18nKey: 'auth.refresh.token_reuse_detected' } });
    });
  });

  it('refuses a forged token without a query, and an unknown or missing one', async () => {
    const user = await givenUser(app);
    const [body, signature] = user.caller.cookie!.split('.') as [string, string];
    const changed = (text: string, at: number) =>
      text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
    const queries = vi.spyOn(app.app.infrastructure.database, 'query');
    // The last character of 32 bytes in base64url has two bits that count for nothing: it is forged all the same.
    const lastBits = body.slice(0, -1) + String.fromCharCode(body.charCodeAt(42) + 1);
    for (const forged of [
      `${changed(body, 5)}.${signature}`,
      `${body}.${changed(signature, 5)}`,
      `${lastBits}.${signature}`,
      `${body}.${signature}.`,
      `${body}.${signature}x`,
      body,
      '.',
      'x'.repeat(512),
    ]) {
      const answer = await refresh(withCookie(user.caller, forged));
      expect(answer, forged).toMatchObject({ status: 401, error: { i18nKey: 'auth.refresh.invalid_token' } });
      expect(cookieOf(answer)).toBe(CLEARED);
      expect(await withCookie(user.caller, null).post('/auth/refresh', { refreshToken: forged })).toMatchObject({
        status: 401,
      });
    }
    expect(queries).not.toHaveBeenCalled();
    const unknown = withCookie(user.caller, app.app.services.refreshTokens.create());
    expect(await refresh(unknown)).toMatchObject({ status: 401, error: { i18nKey: 'auth.refresh.invalid_token' } });
    const missing = await refresh(withCookie(user.caller, null));
    expect(missing).toMatchObject({ status: 401, error: { i18nKey: 'auth.refresh.invalid_token' } });
    expect(missing.headers.getSetCookie()).toEqual([]);
    expect(await refresh(user.caller)).toMatchObject({ status: 200 });
  });

  it('refuses a body token of more than 512 characters', async () => {
    const answer = await app.caller().post('/auth/refresh', { refreshToken: 'x'.repeat(513) });
    expect(answer).toMatchObject({
      status: 400,
      error: { i18nKey: 'error.validation', details: [{ field: 'refreshToken', rule: 'maxLength' }] },
    });
  });

  it('ends 30 days after the last use and 90 days after the sign-in', async () => {
    const idle = await givenUser(app);
    app.clock.advance(Duration.days(30));
    expect(await refresh(idle.caller)).toMatchObject({ status: 401, error: { i18nKey: 'auth.refresh.invalid_token' } });

    const busy = await givenUser(app);
    for (let day = 0; day < 89; day++) {
      app.clock.advance(Duration.days(1));
      expect((await refresh(busy.caller)).status).toBe(200);
    }
    const last = await refresh(busy.caller);
    expect(cookieOf(last)).toContain('Max-Age=86400');
    const rotated = withCookie(busy.caller, busy.caller.cookie);
    await refresh(busy.caller);
    app.clock.advance(Duration.days(1));
    for (const caller of [busy.caller, rotated]) {
      expect(await refresh(caller)).toMatchObject({ status: 401, error: { i18nKey: 'auth.refresh.invalid_token' } });
    }
    expect(await audited(busy.id, 'auth.refresh.reuse_detected')).toEqual([]);
  });

  it('ends the session of a suspended account, and tells that reason later on as well', async () => {
    for (const status of ['SUSPENDED', 'BANNED']) {
      const user = await givenUser(app);
      await app.query('update user_account set status = $2 where id = $1', [user.id, status]);
      const token = user.caller.cookie;
      const answer = await refresh(user.caller);
      expect(answer).toMatchObject({ status: 401, error: { i18nKey: 'auth.refresh.account_suspended' } });
      expect(cookieOf(answer)).toBe(CLEARED);
      expect(await app.query('select revoked_reason as reason from session where user_id = $1', [user.id])).toEqual([
        { reason: 'ACCOUNT_SUSPENDED' },
      ]);
      await app.query(`update user_account set status = 'ACTIVE' where id = $1`, [user.id]);
      expect(await refresh(withCookie(user.caller, token))).toMatchObject({
        error: { i18nKey: 'auth.refresh.account_suspended' },
      });
    }
  });

  it('refuses a paused and an erased account', async () => {
    for (const status of ['DEACTIVATED', 'DELETED']) {
      const user = await givenUser(app);
      await app.query('update user_account set status = $2 where id = $1', [user.id, status]);
      expect(await refresh(user.caller)).toMatchObject({
        status: 401,
        error: { i18nKey: 'auth.refresh.invalid_token' },
      });
    }
  });

  it('takes the cookie from our own pages alone', async () => {
    const user = await givenUser(app);
    const foreign = await user.caller.post('/auth/refresh', {}, { origin: 'https://evil.example' });
    expect(foreign).toMatchObject({ status: 403, error: { code: 'FORBIDDEN', i18nKey: 'error.forbidden' } });
    const overGraphQL = await user.caller.graphql(
      'mutation { refreshAccessToken { expiresIn } }',
      {},
      { origin: 'https://evil.example' },
    );
    expect(overGraphQL.errors![0]!.extensions).toMatchObject({ i18nKey: 'error.forbidden' });
    expect(await user.caller.post('/auth/refresh', {}, { origin: WEB })).toMatchObject({ status: 200 });
    const native = withCookie(user.caller, null);
    const answer = await native.post(
      '/auth/refresh',
      { refreshToken: user.caller.cookie },
      { origin: 'https://evil.example' },
    );
    expect(answer).toMatchObject({ status: 200 });
  });

  it('clears the cookie over GraphQL as well when it is refused', async () => {
    const answer = await withCookie(app.caller(), 'forged').graphql(
      'mutation { refreshAccessToken { accessToken expiresIn } }',
    );
    expect(answer.errors![0]!.extensions).toMatchObject({
      code: 'UNAUTHENTICATED',
      i18nKey: 'auth.refresh.invalid_token',
    });
    expect(cookieOf(answer)).toBe(CLEARED);
  });

  it('counts 60 an hour by session once the token is genuine, else by address', async () => {
    const user = await givenUser(app);
    const other = await givenUser(app);
    other.caller.ip = user.caller.ip;
    for (let count = 0; count < 60; count++) {
      if (count % 10 === 0) app.clock.advance(Duration.minutes(1));
      expect((await refresh(user.caller)).status).toBe(200);
      user.caller.ip = `203.0.113.${count}`;
    }
    const token = user.caller.cookie;
    const refused = await refresh(user.caller);
    expect(refused).toMatchObject({ status: 429, error: { i18nKey: 'error.too_many_requests' } });
    expect(refused.headers.getSetCookie()).toEqual([]);
    expect(user.caller.cookie).toBe(token);
    expect((await refresh(other.caller)).status).toBe(200);
    const guesser = app.caller();
    for (let count = 0; count < 60; count++) await refresh(withCookie(guesser, `forged-${count}`));
    expect((await refresh(withCookie(guesser, 'forged'))).status).toBe(429);
  });
});

describe('POST /auth/logout', () => {
  it('ends the session and clears the cookie, and the token is just invalid afterwards', async () => {
    const user = await givenUser(app);
    const ended = vi.fn();
    const stop = await app.app.infrastructure.events.on('session.ended', ended);
    const token = user.caller.cookie;
    const answer = await user.caller.post('/auth/logout', {});
    expect(answer).toMatchObject({ status: 200, body: { success: true, data: { message: expect.any(String) } } });
    expect(Object.keys(answer.data)).toEqual(['message']);
    expect(cookieOf(answer)).toBe(CLEARED);
    expect(ended).toHaveBeenCalledWith({
      userId: user.id,
      familyId: decodeJwt(user.caller.token!).sid,
      reason: 'LOGOUT',
    });
    await stop();
    expect(await audited(user.id, 'auth.logout.success')).toHaveLength(1);
    const later = await refresh(withCookie(user.caller, token));
    expect(later).toMatchObject({ status: 401, error: { i18nKey: 'auth.refresh.invalid_token' } });
    expect(await audited(user.id, 'auth.refresh.reuse_detected')).toEqual([]);
  });

  it('ends the session by a rotated token too, and that never counts as reuse', async () => {
    const user = await givenUser(app);
    const rotated = user.caller.cookie;
    await refresh(user.caller);
    app.clock.advance(Duration.minutes(1));
    expect(await withCookie(user.caller, rotated).post('/auth/logout', {})).toMatchObject({ status: 200 });
    expect(await liveRows(user.id)).toEqual([]);
    for (const token of [rotated, user.caller.cookie]) {
      expect(await refresh(withCookie(user.caller, token))).toMatchObject({
        error: { i18nKey: 'auth.refresh.invalid_token' },
      });
    }
    expect(await audited(user.id, 'auth.refresh.reuse_detected')).toEqual([]);
  });

  it('answers the same without a token, with a forged, an unknown and an ended one', async () => {
    const user = await givenUser(app);
    const token = user.caller.cookie!;
    const first = await user.caller.post('/auth/logout', {});
    for (const cookie of [null, 'forged', app.app.services.refreshTokens.create(), token]) {
      const answer = await withCookie(app.caller(), cookie).post('/auth/logout', {});
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual(first.body);
      expect(cookieOf(answer)).toBe(CLEARED);
    }
    expect(await audited(user.id, 'auth.logout.success')).toHaveLength(1);
  });

  it('serves native clients by the body, over GraphQL, in their language', async () => {
    const user = await givenUser(app);
    const native = withCookie(user.caller, null);
    const answer = await native.graphql(
      'mutation ($token: String) { logout(refreshToken: $token) { message } }',
      { token: user.caller.cookie },
      { 'accept-language': 'de' },
    );
    expect(answer.errors).toBeUndefined();
    expect(answer.data.logout.message).not.toBe((await app.caller().post('/auth/logout', {})).data.message);
    expect(cookieOf(answer)).toBe(CLEARED);
    expect(await liveRows(user.id)).toEqual([]);
  });

  it('is no way for other sites to sign somebody out', async () => {
    const user = await givenUser(app);
    const foreign = await user.caller.post('/auth/logout', {}, { origin: 'https://evil.example' });
    expect(foreign).toMatchObject({ status: 403, error: { i18nKey: 'error.forbidden' } });
    expect(foreign.headers.getSetCookie()).toEqual([]);
    expect(await liveRows(user.id)).toHaveLength(1);
    expect(await user.caller.post('/auth/logout', {}, { origin: WEB })).toMatchObject({ status: 200 });
  });

  it('refuses a body token of more than 512 characters', async () => {
    expect(await app.caller().post('/auth/logout', { refreshToken: 'x'.repeat(513) })).toMatchObject({ status: 400 });
  });

  it('counts 60 an hour by session', async () => {
    const user = await givenUser(app);
    const token = user.caller.cookie;
    for (let count = 0; count < 60; count++) await withCookie(app.caller(), token).post('/auth/logout', {});
    expect(await withCookie(app.caller(), token).post('/auth/logout', {})).toMatchObject({ status: 429 });
  });
});
