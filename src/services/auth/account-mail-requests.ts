import { UserStatus } from '../../entities/user/user.enums.js';
import type { AuditLog } from '../../infrastructure/audit/audit-log.js';
import type { Database } from '../../infrastructure/database/database.js';
import { newId } from '../../infrastructure/ids.js';
import { currentRequestScope, runInRequestScope } from '../../infrastructure/request-scope.js';
import type { JobOutbox } from '../../jobs/job-outbox.js';
import type { MailBudget } from '../mail/mail-budget.js';
import type { Mails } from '../mail/mails.js';
import type { ReactivationLinks } from '../user/reactivation-links.js';
import type { WebLinks } from '../web-links.js';
import { accountMailRequestJob, type AccountMailKind, type AccountMailRequest } from './auth.jobs.js';
import type { Account, Accounts } from './accounts.js';
import { normalizeEmail, type EmailAddresses } from './email-addresses.js';
import type { EmailVerificationService } from './email-verification.service.js';
import type { PasswordResetLinks } from './password-reset-links.js';

/** An account that mail can reach. */
type Recipient = Account & { email: string };

const AUDITED: Partial<Record<AccountMailKind, string>> = {
  'resend-verification': 'auth.resend_verification.requested',
  'forgot-password': 'auth.forgot_password.requested',
};

/**
 * Account mails that anybody can ask for with an address. The request itself looks nothing up; the job does, so answer and
 * time are the same for every address.
 */
export class AccountMailRequests {
  constructor(
    private readonly database: Database,
    private readonly accounts: Accounts,
    private readonly outbox: JobOutbox,
    private readonly verification: EmailVerificationService,
    private readonly resetLinks: PasswordResetLinks,
    private readonly reactivationLinks: ReactivationLinks,
    private readonly budget: MailBudget,
    private readonly addresses: EmailAddresses,
    private readonly mails: Mails,
    private readonly links: WebLinks,
    private readonly audit: AuditLog,
  ) {}

  /** Queues a request, in the transaction at hand. */
  async queue(kind: AccountMailKind, address: string, locale: string): Promise<void> {
    const { correlationId, ip, userAgent } = currentRequestScope() ?? {};
    const client = correlationId ? { correlationId, ip: ip ?? null, userAgent: userAgent ?? null } : null;
    await this.outbox.enqueue(accountMailRequestJob, {
      kind,
      requestId: newId(),
      email: normalizeEmail(address),
      locale,
      client,
    });
  }

  /** Handler of the job auth-mail-request. A repeat finds the token that bears the id of its request and stops. */
  async handle(request: AccountMailRequest): Promise<void> {
    const { kind, requestId, email, locale, client } = request;
    const work = () =>
      this.database.transaction(async () => {
        if (await this.isDone(requestId)) return;
        // Locked, so that no link leaves for an address that is being given up at this moment.
        const account = await this.accounts.lockByEmail(email);
        await this.recordRequest(kind, account, email);
        if (account) await this.answer(kind, { ...account, email, locale: account.locale ?? locale }, requestId);
      });
    const scope = currentRequestScope();
    await (client && scope ? runInRequestScope({ ...scope, ...client }, work) : work());
  }

  private async answer(kind: AccountMailKind, account: Recipient, requestId: string): Promise<void> {
    switch (kind) {
      case 'signup-repeat':
      case 'resend-verification':
        if (account.emailVerified || !(await this.budget.take(account.email))) return;
        // Earlier links of a repeated sign-up stay good; a resend replaces them.
        if (kind === 'resend-verification') await this.verification.invalidateSignupLinks(account.id);
        return this.verification.sendSignupLink(account, requestId);
      case 'account-exists':
        if (
          !account.emailVerified ||
          !(await this.budget.takeAccountExists(account.email)) ||
          !(await this.budget.take(account.email))
        )
          return;
        return this.mails.send(
          'account_exists',
          { to: account.email, locale: account.locale },
          { signInUrl: this.links.signIn },
        );
      case 'forgot-password':
        return this.answerForgotPassword(account, requestId);
    }
  }

  /** A paused owner is led to reactivation first. */
  private async answerForgotPassword(account: Recipient, requestId: string): Promise<void> {
    if (account.status === UserStatus.ACTIVE && account.emailVerified) {
      if (await this.budget.take(account.email)) await this.resetLinks.send(account, requestId);
    } else if (account.status === UserStatus.DEACTIVATED && (await this.budget.take(account.email))) {
      await this.reactivationLinks.send(account, requestId);
    }
  }

  private async isDone(requestId: string): Promise<boolean> {
    const tokens = await this.database.query(
      `select 1 from email_verification where id = $1 union all select 1 from password_reset where id = $1
       union all select 1 from reactivation_token where id = $1`,
      [requestId],
    );
    return tokens.length > 0;
  }

  private async recordRequest(kind: AccountMailKind, account: Account | undefined, email: string): Promise<void> {
    const action = AUDITED[kind];
    if (!action) return;
    const subject = account
      ? { target: { type: 'User', id: account.id } }
      : { data: { email: this.addresses.hash(email) } };
    await this.audit.record({ action, actorId: null, actorType: 'USER', ...subject });
  }
}
