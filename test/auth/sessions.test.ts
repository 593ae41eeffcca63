import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Duration } from '../../src/infrastructure/clock.js';
import { newId } from '../../src/infrastructure/ids.js';
import type { Caller } from '../support/caller.js';
import { TestApp } from '../support/test-app.js';
import { givenUser, PASSWORD, type TestUser } from '../support/users.js';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

async function signIn({ email }: TestUser): Promise<Caller> {
  const device = app.caller().onOtherDevice();
  const { data } = await device.post('/auth/login', { email, password: PASSWORD });
  return device.signIn(data.accessToken);
}

const refresh = (caller: Caller) => caller.post('/auth/refresh', {});
const sessionOf = (caller: Caller) => decodeJwt(caller.token!).sid as string;
const list = async (caller: Caller) => (await caller.get('/auth/sessions')).data.sessions as any[];

const liveRows = (familyId: string) =>
  app.query('select id from session where family_id = $1 and rotated_at is null and revoked_at is null', [familyId]);

describe('GET /auth/sessions', () => {
  it('lists each sign-in once, latest activity first, with what its owner recognises and nothing more', async () => {
    const user = await givenUser(app);
    const signedInAt = app.clock.now().toISOString();
    app.clock.advance(Duration.minutes(1));
    const other = await signIn(user);
    other.ip = '198.51.100.23';
    app.clock.advance(Duration.minutes(1));
    await refresh(other);
    const answer = await user.caller.get('/auth/sessions');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.data).toEqual({
      sessions: [
        {
          id: sessionOf(other),
          device: 'Firefox on Linux',
          ipMasked: '198.51.100.***',
          location: null,
          isCurrent: false,
          createdAt: '2026-01-15T12:01:00.000Z',
          lastActiveAt: '2026-01-15T12:02:00.000Z',
        },
        {
          id: sessionOf(user.caller),
          device: 'Chrome on macOS',
          ipMasked: user.caller.ip.replace(/\d+$/, '***'),
          location: null,
          isCurrent: true,
          createdAt: signedInAt,
          lastActiveAt: signedInAt,
        },
      ],
    });
    const text = JSON.stringify(answer.body);
    for (const secret of ['198.51.100.23', user.caller.ip, 'Mozilla', 'hash', other.cookie!])
      expect(text).not.toContain(secret);
  });

  it('does the same over GraphQL', async () => {
    const user = await givenUser(app);
    const rest = await user.caller.get('/auth/sessions');
    const answer = await user.caller.graphql(
      '{ authSessions { sessions { id device ipMasked location isCurrent createdAt lastActiveAt } } }',
    );
    expect(answer.data.authSessions).toEqual(rest.data);
  });

  it('keeps id and time of the sign-in over a refresh', async () => {
    const user = await givenUser(app);
    const [before] = await list(user.caller);
    app.clock.advance(Duration.minutes(5));
    await refresh(user.caller);
    expect(await list(user.caller)).toEqual([{ ...before, lastActiveAt: app.clock.now().toISOString() }]);
  });

  it('leaves out what was ended or ran out, and what belongs to others', async () => {
    const user = await givenUser(app);
    await givenUser(app);
    const ended = await signIn(user);
    await ended.post('/auth/logout', {});
    app.clock.advance(Duration.days(29));
    const fresh = await signIn(user);
    app.clock.advance(Duration.days(1));
    await refresh(fresh).then(({ data }) => fresh.signIn(data.accessToken));
    expect((await list(fresh)).map(({ id }) => id)).toEqual([sessionOf(fresh)]);
  });

  it('takes the session of the cookie for the current one, else that of the access token, else none', async () => {
    const user = await givenUser(app);
    const other = await signIn(user);
    const currentOf = async (token: string | null, cookie: string | null) => {
      const caller = Object.assign(app.caller(), { token, cookie });
      return (await list(caller)).filter(({ isCurrent }) => isCurrent).map(({ id }) => id);
    };
    const stranger = await givenUser(app);
    expect(await currentOf(user.caller.token, other.cookie)).toEqual([sessionOf(other)]);
    expect(await currentOf(user.caller.token, null)).toEqual([sessionOf(user.caller)]);
    expect(await currentOf(user.caller.token, stranger.caller.cookie)).toEqual([sessionOf(user.caller)]);
    expect(await currentOf(user.caller.token, 'forged')).toEqual([sessionOf(user.caller)]);
    await user.caller.post('/auth/logout', {});
    expect(await currentOf(user.caller.token, null)).toEqual([]);
  });

  it('needs a bearer and counts 30 an hour by user', async () => {
    expect(await app.caller().get('/auth/sessions')).toMatchObject({
      status: 401,
      error: { i18nKey: 'error.unauthorized' },
    });
    const user = await givenUser(app);
    for (let count = 0; count < 30; count++) {
      user.caller.ip = `203.0.113.${count}`;
      expect((await user.caller.get('/auth/sessions')).status).toBe(200);
    }
    expect(await user.caller.get('/auth/sessions')).toMatchObject({ status: 429 });
  });
});

describe('DELETE /auth/sessions/:id', () => {
  it('ends another session at once: its refresh token is dead, its access token reads on and writes nothing', async () => {
    const user = await givenUser(app);
    const other = await signIn(user);
    const ended = vi.fn();
    const stop = await app.app.infrastructure.events.on('session.ended', ended);
    const answer = await user.caller.delete(`/auth/sessions/${sessionOf(other)}`);
    expect(answer).toMatchObject({ status: 200, body: { success: true, data: null } });
    expect(ended.mock.calls).toEqual([[{ userId: user.id, familyId: sessionOf(other), reason: 'REVOKED' }]]);
    await stop();
    expect(await other.get('/auth/me')).toMatchObject({ status: 200 });
    expect(await other.delete(`/auth/sessions/${sessionOf(user.caller)}`)).toMatchObject({
      status: 401,
      error: { i18nKey: 'error.unauthorized' },
    });
    expect(await refresh(other)).toMatchObject({ status: 401, error: { i18nKey: 'auth.refresh.invalid_token' } });
    const audit = await app.query(
      `select target_id as id from audit_log where actor_id = $1 and action = 'auth.sessions.revoke.success'`,
      [user.id],
    );
    expect(audit).toEqual([{ id: sessionOf(other) }]);
  });

  it('does the same over GraphQL, whatever the case of the id', async () => {
    const user = await givenUser(app);
    const other = await signIn(user);
    const answer = await user.caller.graphql('mutation ($id: ID!) { revokeAuthSession(id: $id) }', {
      id: sessionOf(other).toUpperCase(),
    });
    expect(answer.data).toEqual({ revokeAuthSession: true });
    expect(await liveRows(sessionOf(other))).toEqual([]);
  });

  it('refuses the current session, by cookie or by access token', async () => {
    const user = await givenUser(app);
    const other = await signIn(user);
    const current = { status: 400, error: { code: 'BAD_REQUEST', i18nKey: 'auth.sessions.cannot_revoke_current' } };
    expect(await user.caller.delete(`/auth/sessions/${sessionOf(user.caller)}`)).toMatchObject(current);
    const native = Object.assign(app.caller(), { token: user.caller.token });
    expect(await native.delete(`/auth/sessions/${sessionOf(user.caller)}`)).toMatchObject(current);
    const mixed = Object.assign(app.caller(), { token: user.caller.token, cookie: other.cookie });
    expect(await mixed.delete(`/auth/sessions/${sessionOf(other)}`)).toMatchObject(current);
  });

  it('answers alike for an unknown, a malformed, an ended and a foreign id, and the foreign session lives on', async () => {
    const user = await givenUser(app);
    const stranger = await givenUser(app);
    const ended = await signIn(user);
    await ended.post('/auth/logout', {});
    const answers = [];
    for (const id of [newId(), 'no-id', sessionOf(ended), sessionOf(stranger.caller)]) {
      const { status, error } = await user.caller.delete(`/auth/sessions/${id}`);
      answers.push({ status, ...error, correlationId: null });
    }
    expect(answers[0]).toMatchObject({ status: 404, code: 'NOT_FOUND', i18nKey: 'auth.sessions.not_found' });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await refresh(stranger.caller)).toMatchObject({ status: 200 });
  });

  it('leaves no live row when the device refreshes at the same moment', async () => {
    for (let round = 0; round < 15; round++) {
      const user = await givenUser(app);
      const other = await givenUserDevice(user);
      const chain = async () => {
        while ((await refresh(other)).status === 200);
      };
      const [answer] = await Promise.all([user.caller.delete(`/auth/sessions/${sessionOf(other)}`), chain()]);
      expect(answer.status).toBe(200);
      expect(await liveRows(sessionOf(other))).toEqual([]);
    }
  });

  it('needs a bearer and counts 20 an hour by user', async () => {
    expect(await app.caller().delete(`/auth/sessions/${newId()}`)).toMatchObject({ status: 401 });
    const user = await givenUser(app);
    for (let count = 0; count < 20; count++) expect((await user.caller.delete('/auth/sessions/x')).status).toBe(404);
    expect(await user.caller.delete('/auth/sessions/x')).toMatchObject({ status: 429 });
  });
});

describe('POST /auth/sessions/revoke-all', () => {
  it('ends every other session and every sign-in that waits for its second factor', async () => {
    const user = await givenUser(app);
    const others = [await signIn(user), await signIn(user)];
    await app.query('update user_account set two_factor_enabled = true where id = $1', [user.id]);
    const waiting = await app.caller().post('/auth/login', { email: user.email, password: PASSWORD });
    const secondFactorKey = async () => {
      const { tempToken } = waiting.data;
      return (await app.caller().post('/auth/login/2fa', { tempToken, code: 'WRONGCODE' })).error!.i18nKey;
    };
    expect(await secondFactorKey()).toBe('auth.2fa.invalid_code');
    const answer = await user.caller.post('/auth/sessions/revoke-all', {});
    expect(answer).toMatchObject({ status: 200, body: { success: true, data: null } });
    for (const other of others) {
      expect(await refresh(other)).toMatchObject({ status: 401, error: { i18nKey: 'auth.refresh.invalid_token' } });
    }
    expect(await refresh(user.caller)).toMatchObject({ status: 200 });
    expect(await secondFactorKey()).toBe('auth.2fa.challenge_expired');
    const audit = await app.query(
      `select data from audit_log where actor_id = $1 and action = 'auth.sessions.revoke_all.success'`,
      [user.id],
    );
    expect(audit).toEqual([{ data: { ended: 2 } }]);
  });

  it('keeps the session of the access token for a native client, and succeeds when there is no other', async () => {
    const user = await givenUser(app);
    const native = Object.assign(app.caller(), { token: user.caller.token });
    for (let count = 0; count < 2; count++) {
      const answer = await native.graphql('mutation { revokeOtherAuthSessions }');
      expect(answer.data).toEqual({ revokeOtherAuthSessions: true });
    }
    expect(await refresh(user.caller)).toMatchObject({ status: 200 });
  });

  it('leaves no other live row when a device refreshes at the same moment', async () => {
    for (let round = 0; round < 10; round++) {
      const user = await givenUser(app);
      const other = await givenUserDevice(user);
      const chain = async () => {
        while ((await refresh(other)).status === 200);
      };
      await Promise.all([user.caller.post('/auth/sessions/revoke-all', {}), chain()]);
      expect(await liveRows(sessionOf(other))).toEqual([]);
      expect(await liveRows(sessionOf(user.caller))).toHaveLength(1);
    }
  });

  it('needs a bearer and counts 5 an hour by user', async () => {
    expect(await app.caller().post('/auth/sessions/revoke-all', {})).toMatchObject({ status: 401 });
    const user = await givenUser(app);
    for (let count = 0; count < 5; count++)
      expect((await user.caller.post('/auth/sessions/revoke-all', {})).status).toBe(200);
    expect(await user.caller.post('/auth/sessions/revoke-all', {})).toMatchObject({ status: 429 });
  });
});

/** A further device, signed in without the cost of a password. */
async function givenUserDevice({ id }: TestUser): Promise<Caller> {
  const { database } = app.app.infrastructure;
  const device = app.caller().onOtherDevice();
  const tokens = await database.transaction(() => app.app.services.sessions.open(id, ['password'], device, null));
  device.cookie = tokens.refreshToken;
  return device.signIn(tokens.accessToken);
}
