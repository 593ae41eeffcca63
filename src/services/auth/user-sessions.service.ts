import { SessionEndReason } from '../../entities/auth/auth.enums.js';
import type { AuditLog } from '../../infrastructure/audit/audit-log.js';
import type { Clock } from '../../infrastructure/clock.js';
import type { Database } from '../../infrastructure/database/database.js';
import { describeDevice, maskIp } from '../../infrastructure/device.js';
import { DomainError } from '../../infrastructure/errors.js';
import { isUuid } from '../../infrastructure/ids.js';
import { SessionErrors } from './auth.errors.js';
import type { Viewer } from './authentication.js';
import { LIVE_SESSION, type Sessions } from './sessions.js';
import type { SignInChallenges } from './sign-in-challenges.js';

/** A sign-in as its owner sees it. */
export interface SessionSummary {
  /** The family: the same for the life of the sign-in. */
  id: string;
  device: string | null;
  ipMasked: string | null;
  /** Not looked up. */
  location: null;
  isCurrent: boolean;
  /** Time of the sign-in. */
  createdAt: Date;
  /** Time of the last refresh. */
  lastActiveAt: Date;
}

type Caller = Pick<Viewer, 'userId' | 'sessionId'>;

/** The sessions of a user, as the user sees and ends them. */
export class UserSessionsService {
  constructor(
    private readonly database: Database,
    private readonly sessions: Sessions,
    private readonly challenges: SignInChallenges,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** The live sessions of the caller, latest activity first. */
  async list(caller: Caller, refreshCookie: string | null): Promise<SessionSummary[]> {
    const current = await this.sessions.currentFamily(caller, refreshCookie);
    const rows = await this.database.query<{
      id: string;
      userAgent: string | null;
      ip: string | null;
      createdAt: Date;
      lastActiveAt: Date;
    }>(
      `select family_id as id, user_agent as "userAgent", host(ip) as ip, family_started_at as "createdAt", created_at as "lastActiveAt"
       from session where user_id = $2 and ${LIVE_SESSION} order by created_at desc, session.id desc`,
      [this.clock.now(), caller.userId],
    );
    return rows.map(({ id, userAgent, ip, createdAt, lastActiveAt }) => ({
      id,
      device: describeDevice(userAgent),
      ipMasked: maskIp(ip),
      location: null,
      isCurrent: id === current,
      createdAt,
      lastActiveAt,
    }));
  }

  /**
   * Ends one other session of the caller.
   *
   * @throws DomainError `auth.sessions.not_found`, or `auth.sessions.cannot_revoke_current`
   */
  async revoke(caller: Caller, refreshCookie: string | null, sessionId: string): Promise<void> {
    const familyId = sessionId.toLowerCase();
    if (!(await this.isLive(caller.userId, familyId))) throw new DomainError(SessionErrors.notFound);
    const current = await this.sessions.currentFamily(caller, refreshCookie);
    if (familyId === current) throw new DomainError(SessionErrors.cannotRevokeCurrent);
    await this.database.transaction(async () => {
      const ended = await this.sessions.end(caller.userId, familyId, SessionEndReason.REVOKED);
      if (!ended) throw new DomainError(SessionErrors.notFound);
      await this.audit.record({
        action: 'auth.sessions.revoke.success',
        actorId: caller.userId,
        target: { type: 'Session', id: familyId },
      });
    });
  }

  /** Ends every session of the caller but the current one, and every sign-in that waits for its second factor. */
  async revokeOthers(caller: Caller, refreshCookie: string | null): Promise<void> {
    await this.database.transaction(async () => {
      const current = await this.sessions.currentFamily(caller, refreshCookie);
      const ended = await this.sessions.endAll(caller.userId, SessionEndReason.REVOKED, current);
      await this.challenges.invalidateAll(caller.userId);
      await this.audit.record({
        action: 'auth.sessions.revoke_all.success',
        actorId: caller.userId,
        target: { type: 'User', id: caller.userId },
        data: { ended },
      });
    });
  }

  /** Ends the session of a refresh token, live or rotated; any other token changes nothing. */
  async logout(token: string): Promise<void> {
    await this.database.transaction(async () => {
      const ended = await this.sessions.endByToken(token, SessionEndReason.LOGOUT);
      if (!ended) return;
      await this.audit.record({
        action: 'auth.logout.success',
        actorId: ended.userId,
        target: { type: 'Session', id: ended.familyId },
      });
    });
  }

  private async isLive(userId: string, familyId: string): Promise<boolean> {
    if (!isUuid(familyId)) return false;
    const rows = await this.database.query(
      `select 1 from session where user_id = $2 and family_id = $3 and ${LIVE_SESSION}`,
      [this.clock.now(), userId, familyId],
    );
    return rows.length > 0;
  }
}
