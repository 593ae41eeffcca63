import type { AuditLog } from '../../infrastructure/audit/audit-log.js';
import type { Database } from '../../infrastructure/database/database.js';
import { DomainError, isError } from '../../infrastructure/errors.js';
import type { AccountLockNotices } from './account-lock-notices.js';
import type { CountedAttempt } from './address-lock.js';
import { LoginErrors, TwoFactorErrors } from './auth.errors.js';
import type { SecondFactorLock } from './second-factor-lock.js';
import type { SecondFactor, SecondFactors } from './second-factors.js';
import type { SessionTokens } from './sessions.js';
import type { SignInChallenge, SignInChallenges } from './sign-in-challenges.js';
import type { SignInClient, SignInService } from './sign-in.service.js';
import type { TwoFactorState, TwoFactorStates } from './two-factor-states.js';

/** Completes sign-ins that wait for their second factor. */
export class TwoFactorLoginService {
  constructor(
    private readonly database: Database,
    private readonly challenges: SignInChallenges,
    private readonly states: TwoFactorStates,
    private readonly factors: SecondFactors,
    private readonly lock: SecondFactorLock,
    private readonly lockNotices: AccountLockNotices,
    private readonly signIns: SignInService,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Trades a temp token and a code for a session.
   *
   * @param code TOTP, SMS or backup code as it was typed; spaces, hyphens and case do not matter
   * @throws DomainError `auth.2fa.challenge_expired`, `auth.2fa.invalid_code`, `auth.login.account_locked`, or what
   *   {@link SignInService.refuseUnlessActive} throws
   */
  async login(tempToken: string, code: string, client: SignInClient): Promise<SessionTokens> {
    const challenge = await this.challenges.find(tempToken);
    try {
      if (!challenge) throw new DomainError(TwoFactorErrors.challengeExpired);
      return await this.tryCode(challenge, code.replace(/[\s-]/g, '').toUpperCase(), client);
    } catch (error) {
      if (error instanceof DomainError) {
        await this.audit.record({
          action: 'auth.2fa.login.failure',
          actorId: null,
          target: challenge && { type: 'User', id: challenge.userId },
          data: { reason: error.definition.key },
        });
      }
      throw error;
    }
  }

  private async tryCode(challenge: SignInChallenge, code: string, client: SignInClient): Promise<SessionTokens> {
    const { attempt, state } = await this.countAttempt(challenge);
    try {
      const factor = await this.factors.match(state, challenge.id, code);
      if (!factor) throw new DomainError(TwoFactorErrors.invalidCode);
      return await this.database.transaction(() => this.complete(challenge, factor, client));
    } catch (error) {
      if (attempt.locks && isError(error, TwoFactorErrors.invalidCode)) await this.lockNotices.send(challenge.userId);
      throw error;
    }
  }

  /**
   * Counts the try against the sign-in and against the account before any code is compared. The account is locked first,
   * as in every change of its factors: what is read here is from before a parallel call that completes the sign-in.
   */
  private countAttempt({ id, userId }: SignInChallenge): Promise<{ attempt: CountedAttempt; state: TwoFactorState }> {
    return this.database.transaction(async () => {
      const state = await this.states.lock(userId);
      if (!state?.enabled || !(await this.challenges.countAttempt(id)))
        throw new DomainError(TwoFactorErrors.challengeExpired);
      const attempt = await this.lock.countAttempt(userId);
      if (!attempt) throw new DomainError(LoginErrors.accountLocked);
      return { attempt, state };
    });
  }

  /** The code was right. It stays used, and so does the sign-in, when the account turns out not to be ACTIVE. */
  private async complete(
    { id, userId, method }: SignInChallenge,
    factor: SecondFactor,
    client: SignInClient,
  ): Promise<SessionTokens> {
    await this.states.lock(userId);
    if (!(await this.challenges.use(id))) throw new DomainError(TwoFactorErrors.challengeExpired);
    if (!(await this.factors.use(userId, factor))) throw new DomainError(TwoFactorErrors.invalidCode);
    await this.lock.reset(userId);
    const tokens = await this.signIns.openSession(userId, [method, factor.method], client);
    await this.audit.record({
      action: 'auth.2fa.login.success',
      actorId: userId,
      target: { type: 'User', id: userId },
    });
    return tokens;
  }
}
