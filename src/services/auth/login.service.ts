import type { AuditLog } from '../../infrastructure/audit/audit-log.js';
import type { Clock } from '../../infrastructure/clock.js';
import type { Database } from '../../infrastructure/database/database.js';
import { DomainError, type ErrorDefinition } from '../../infrastructure/errors.js';
import type { AccountLockNotices } from './account-lock-notices.js';
import { LoginErrors } from './auth.errors.js';
import type { Account, Accounts } from './accounts.js';
import type { AddressLock } from './address-lock.js';
import { normalizeEmail, type EmailAddresses } from './email-addresses.js';
import type { Passwords } from './passwords.js';
import type { SignInClient, SignInOutcome, SignInService } from './sign-in.service.js';
import type { SignupDecoys } from './signup-decoys.js';

/** Sign-in with email and password. */
export class LoginService {
  constructor(
    private readonly database: Database,
    private readonly accounts: Accounts,
    private readonly passwords: Passwords,
    private readonly decoys: SignupDecoys,
    private readonly lock: AddressLock,
    private readonly signIns: SignInService,
    private readonly addresses: EmailAddresses,
    private readonly lockNotices: AccountLockNotices,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Lock of the address, attempt counted, passwords compared, address verified, second factor, account status, session.
   *
   * @throws DomainError one of {@link LoginErrors}
   */
  async login(address: string, password: string, client: SignInClient): Promise<SignInOutcome> {
    const email = normalizeEmail(address);
    const account = await this.accounts.findByEmail(email);
    const attempt = await this.lock.countAttempt(email, account?.id ?? null);
    if (!attempt) return this.refuse(LoginErrors.accountLocked, email, account);

    // Two comparisons on every path: neither answer nor time tells whether the address has an account.
    const matches = await this.passwords.matches(password, account?.passwordHash);
    const matchesDecoy = await this.passwords.matches(password, await this.decoys.find(email));
    if (account && matches && account.emailVerified) return this.succeed(account, password, email, client);

    if (account && attempt.locks) await this.lockNotices.send(account.id);
    const unverified = matches || matchesDecoy;
    return this.refuse(unverified ? LoginErrors.emailNotVerified : LoginErrors.invalidCredentials, email, account);
  }

  private async succeed(
    account: Account,
    password: string,
    email: string,
    client: SignInClient,
  ): Promise<SignInOutcome> {
    const strongerHash = this.passwords.isOutdated(account.passwordHash!) ? await this.passwords.hash(password) : null;
    try {
      return await this.database.transaction(async () => {
        const current = await this.accounts.lock(account.id);
        // The password was changed while it was compared.
        if (current?.passwordHash !== account.passwordHash) throw new DomainError(LoginErrors.invalidCredentials);
        await this.lock.reset(current.id);
        if (strongerHash) await this.storeHash(current.id, strongerHash);
        const outcome = await this.signIns.afterFirstFactor(current, 'password', client);
        if (outcome.tokens)
          await this.audit.record({
            action: 'auth.login.success',
            actorId: current.id,
            target: { type: 'User', id: current.id },
          });
        return outcome;
      });
    } catch (error) {
      if (error instanceof DomainError) await this.recordRefusal(error.definition, email, account);
      throw error;
    }
  }

  private async refuse(definition: ErrorDefinition, email: string, account: Account | undefined): Promise<never> {
    await this.recordRefusal(definition, email, account);
    throw new DomainError(definition);
  }

  /** The address of a failure is stored as a keyed hash when it belongs to nobody. */
  private async recordRefusal({ key }: ErrorDefinition, email: string, account: Account | undefined): Promise<void> {
    await this.audit.record({
      action: 'auth.login.failure',
      actorId: null,
      target: account && { type: 'User', id: account.id },
      data: { reason: key, ...(!account && { email: this.addresses.hash(email) }) },
    });
  }

  private async storeHash(userId: string, passwordHash: string): Promise<void> {
    await this.database.query('update user_account set password_hash = $2, updated_at = $3 where id = $1', [
      userId,
      passwordHash,
      this.clock.now(),
    ]);
  }
}
