import { randomBytes } from 'node:crypto';
import { decodeJwt, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Duration } from '../../src/infrastructure/clock.js';
import { newId } from '../../src/infrastructure/ids.js';
import { TestApp } from '../support/test-app.js';
import { givenUser, type TestUser } from '../support/users.js';

const OLD = 'the-old-key-of-thirty-two-characters';
const NEW = 'the-new-key-of-thirty-two-characters';

let app: TestApp;
/** The same server after the keys were rotated. */
let rotated: TestApp;
/** The same server after the old key was taken out. */
let cleaned: TestApp;
beforeAll(async () => {
  app = await TestApp.start({ env: { JWT_ACCESS_KEYS: `old:${OLD}` } });
  rotated = await TestApp.start({ beside: app, env: { JWT_ACCESS_KEYS: `new:${NEW},old:${OLD}` } });
  cleaned = await TestApp.start({ beside: app, env: { JWT_ACCESS_KEYS: `new:${NEW}` } });
});
afterAll(async () => {
  await cleaned.stop();
  await rotated.stop();
  await app.stop();
});

interface Forgery {
  claims?: JWTPayload;
  header?: { alg: string; kid?: string };
  secret?: string;
}

/** A token that is good but for what the forgery changes; a claim of undefined is left out. */
function sign(user: TestUser, { claims, header, secret = OLD }: Forgery = {}): Promise<string> {
  return new SignJWT({ ...decodeJwt(user.caller.token!), ...claims })
    .setProtectedHeader(header ?? { alg: 'HS256', kid: 'old' })
    .sign(Buffer.from(secret));
}

const me = (token: string, server = app) => server.caller().get('/auth/me', { authorization: `Bearer ${token}` });

describe('an access token', () => {
  it('is taken as it was signed, over both surfaces', async () => {
    const user = await givenUser(app);
    expect(await me(await sign(user))).toMatchObject({ status: 200, data: { id: user.id } });
    const answer = await user.caller.graphql(
      '{ me { id email username displayName avatarUrl status emailVerified twoFactorEnabled } }',
    );
    expect(answer.data.me).toEqual({
      id: user.id,
      email: user.email,
      username: null,
      displayName: null,
      avatarUrl: null,
      status: 'ACTIVE',
      emailVerified: true,
      twoFactorEnabled: false,
    });
  });

  it('is refused when any part of it is not ours', async () => {
    const user = await givenUser(app);
    const now = app.clock.now().getTime() / 1000;
    const unsigned = new UnsecuredJWT(decodeJwt(user.caller.token!)).encode();
    const [header, , signature] = user.caller.token!.split('.');
    const otherSubject = Buffer.from(JSON.stringify({ ...decodeJwt(user.caller.token!), sub: newId() })).toString(
      'base64url',
    );
    const forgeries = {
      'another secret': await sign(user, { secret: randomBytes(32).toString('base64url') }),
      'changed claims under the old signature': `${header}.${otherSubject}.${signature}`,
      'no algorithm': unsigned,
      'another algorithm with the right secret': await sign(user, { header: { alg: 'HS512', kid: 'old' } }),
      'an unknown key': await sign(user, { header: { alg: 'HS256', kid: 'none' } }),
      'no key id': await sign(user, { header: { alg: 'HS256' } }),
      'another issuer': await sign(user, { claims: { iss: 'example.org' } }),
      'another audience': await sign(user, { claims: { aud: 'web' } }),
      'no audience': await sign(user, { claims: { aud: undefined } }),
      'no expiry': await sign(user, { claims: { exp: undefined } }),
      'its expiry': await sign(user, { claims: { exp: now } }),
      'no session': await sign(user, { claims: { sid: undefined } }),
      'no subject': await sign(user, { claims: { sub: undefined } }),
      'another scope': await sign(user, { claims: { scope: 'admin' } }),
      'the scope of appeals': await sign(user, { claims: { scope: 'appeal' } }),
      'an account that does not exist': await sign(user, { claims: { sub: newId() } }),
      'no token': 'abc',
    };
    for (const [name, token] of Object.entries(forgeries)) {
      expect(await me(token), name).toMatchObject({
        status: 401,
        error: { code: 'UNAUTHENTICATED', i18nKey: 'error.unauthorized' },
      });
    }
    for (const authorization of ['', 'Bearer', 'Bearer ', `Basic ${user.caller.token}`, `${user.caller.token}`]) {
      expect(await app.caller().get('/auth/me', { authorization })).toMatchObject({ status: 401 });
    }
  });

  it('ends after 900 seconds, and no sooner', async () => {
    const user = await givenUser(app);
    app.clock.advance(Duration.seconds(899));
    expect((await user.caller.get('/auth/me')).status).toBe(200);
    app.clock.advance(Duration.seconds(1));
    expect((await user.caller.get('/auth/me')).status).toBe(401);
  });

  it('is signed by the newest key and verified by every key that is left', async () => {
    const user = await givenUser(app);
    expect((await me(user.caller.token!, rotated)).status).toBe(200);
    expect((await me(user.caller.token!, cleaned)).status).toBe(401);
    const later = await givenUser(rotated);
    expect((await me(later.caller.token!, cleaned)).status).toBe(200);
    expect((await me(later.caller.token!)).status).toBe(401);
  });

  it('is worth nothing once its account is not ACTIVE: at once with the event, within 5 seconds without', async () => {
    for (const status of ['SUSPENDED', 'BANNED', 'DEACTIVATED', 'DELETED']) {
      const user = await givenUser(app);
      expect((await user.caller.get('/auth/me')).status).toBe(200);
      await app.query('update user_account set status = $2 where id = $1', [user.id, status]);
      app.clock.advance(Duration.seconds(5));
      expect(await user.caller.get('/auth/me')).toMatchObject({
        status: 401,
        error: { i18nKey: 'error.unauthorized' },
      });
    }
    const user = await givenUser(app);
    expect((await user.caller.get('/auth/me')).status).toBe(200);
    await app.query(`update user_account set status = 'SUSPENDED' where id = $1`, [user.id]);
    await app.app.infrastructure.events.publish('user.status_changed', {
      userId: user.id,
      from: 'ACTIVE',
      to: 'SUSPENDED',
    });
    expect((await user.caller.get('/auth/me')).status).toBe(401);
  });

  it('reads on when its session has ended, and writes nothing any more', async () => {
    const user = await givenUser(app);
    await user.caller.post('/auth/logout', {});
    expect((await user.caller.get('/auth/me')).status).toBe(200);
    expect((await user.caller.get('/auth/sessions')).status).toBe(200);
    for (const answer of [
      await user.caller.post('/auth/sessions/revoke-all', {}),
      await user.caller.delete(`/auth/sessions/${newId()}`),
      await user.caller.post('/auth/change-password', { currentPassword: 'x', newPassword: 'y' }),
    ]) {
      expect(answer).toMatchObject({ status: 401, error: { i18nKey: 'error.unauthorized' } });
    }
    const answer = await user.caller.graphql('mutation { revokeOtherAuthSessions }');
    expect(answer.errors![0]!.extensions).toMatchObject({ i18nKey: 'error.unauthorized' });
  });

  it('does not write either when it names the session of somebody else', async () => {
    const user = await givenUser(app);
    const other = await givenUser(app);
    const token = await sign(user, { claims: { sid: decodeJwt(other.caller.token!).sid } });
    expect(await app.caller().signIn(token).post('/auth/sessions/revoke-all', {})).toMatchObject({ status: 401 });
    expect((await other.caller.post('/auth/refresh', {})).status).toBe(200);
  });

  it('notes the last activity every five minutes at most', async () => {
    const user = await givenUser(app);
    const lastActive = async () =>
      (await app.query<{ at: Date }>('select last_active_at as at from user_account where id = $1', [user.id]))[0]!.at;
    await user.caller.get('/auth/me');
    const first = await lastActive();
    expect(first).toEqual(app.clock.now());
    app.clock.advance(Duration.minutes(4));
    await user.caller.get('/auth/me');
    expect(await lastActive()).toEqual(first);
    app.clock.advance(Duration.minutes(1));
    await user.caller.get('/auth/me');
    expect(await lastActive()).toEqual(app.clock.now());
  });

  it('makes errors speak the language of the account rather than of the browser', async () => {
    const user = await givenUser(app);
    await app.query(`update user_settings set locale = 'tr' where user_id = $1`, [user.id]);
    const german = { 'accept-language': 'de' };
    const messageOf = async (locale: string) =>
      (await app.caller().get(`/auth/me`, { 'accept-language': locale })).error!.message;
    await user.caller.post('/auth/logout', {}, german);
    const refused = await user.caller.post('/auth/sessions/revoke-all', {}, german);
    expect(refused.error!.message).toBe(await messageOf('tr'));
    const answer = await user.caller.graphql('mutation { revokeOtherAuthSessions }', {}, german);
    expect(answer.errors![0]!.message).toBe(await messageOf('tr'));
    expect(await messageOf('tr')).not.toBe(await messageOf('de'));
  });
});
