import { ReactivationTokenSource, UserStatus } from '../../entities/user/user.enums.js';
import type { AuditLog } from '../../infrastructure/audit/audit-log.js';
import type { Database } from '../../infrastructure/database/database.js';
import { newId } from '../../infrastructure/ids.js';
import type { JobOutbox } from '../../jobs/job-outbox.js';
import type { MailBudget } from '../mail/mail-budget.js';
import type { Mails } from '../mail/mails.js';
import type { ReactivationTokens } from '../user/reactivation-tokens.js';
import type { WebLinks } from '../web-links.js';
import { accountMailRequestJob } from './auth.jobs.js';
import { normalizeEmail, type EmailAddresses } from './email-addresses.js';
import type { EmailVerificationService } from './email-verification.service.js';
import type { PasswordResetLinks } from './password-reset-links.js';

export type AccountMailKind = 'signup-repeat' | 'account-exists' | 'resend-verification' | 'forgot-password';

interface AccountMailRequest {
  kind: AccountMailKind;
  requestId: string;
  email: string;
  locale: string;
}

interface Account {
  id: string;
  email: string;
  emailVerified: boolean;
  status: UserStatus;
  locale: string | null;
}

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
    private readonly outbox: JobOutbox,
    private readonly verification: EmailVerificationService,
    private readonly resetLinks: PasswordResetLinks,
    private readonly reactivationTokens: ReactivationTokens,
    private readonly budget: MailBudget,
    private readonly addresses: EmailAddresses,
    private readonly mails: Mails,
    private readonly links: WebLinks,
    private readonly audit: AuditLog,
  ) {}

  /** Queues a request, in the transaction at hand. */
  async queue(kind: AccountMailKind, address: string, locale: string): Promise<void> {
    await this.outbox.enqueue(accountMailRequestJob, { kind, requestId: newId(), email: normalizeEmail(address), locale });
  }

  /** Handler of the job auth-mail-request. A repeat finds the token that bears the id of its request and stops. */
  async handle({ kind, requestId, email, locale }: AccountMailRequest): Promise<void> {
    await this.database.transaction(async () => {
      if (await this.isDone(requestId)) return;
      const account = await this.accountOf(email);
      await this.recordRequest(kind, account, email);
      if (account) await this.answer(kind, { ...account, locale: account.locale ?? locale }, requestId);
    });
  }

  private async answer(kind: AccountMailKind, account: Account, requestId: string): Promise<void> {
    switch (kind) {
      case 'signup-repeat':
      case 'resend-verification':
        if (account.emailVerified || !(await this.budget.take(account.email))) return;
        // Earlier links of a repeated sign-up stay good; a resend replaces them.
        if (kind === 'resend-verification') await this.verification.invalidateSignupLinks(account.id);
        return this.verification.sendSignupLink(account, requestId);
      case 'account-exists':
        if (!account.emailVerified || !(await this.budget.takeAccountExists(account.email)) || !(await this.budget.take(account.email))) return;
        return this.mails.send('account_exists', { to: account.email, locale: account.locale }, { signInUrl: this.links.signIn });
      case 'forgot-password':
        return this.answerForgotPassword(account, requestId);
    }
  }

  /** A paused owner is led to reactivation first. */
  private async answerForgotPassword(account: Account, requestId: string): Promise<void> {
    if (account.status === UserStatus.ACTIVE && account.emailVerified) {
      if (await this.budget.take(account.email)) await this.resetLinks.send(account, requestId);
    } else if (account.status === UserStatus.DEACTIVATED && (await this.budget.take(account.email))) {
      await this.sendReactivationLink(account, requestId);
    }
  }

  private async sendReactivationLink(account: Account, requestId: string): Promise<void> {
    const { token, expiresAt } = await this.reactivationTokens.issue(account.id, ReactivationTokenSource.EMAIL, { id: requestId });
    const deletionAt = await this.reactivationTokens.deletionDateOf(account.id);
    await this.mails.send('account_deactivated', { to: account.email, locale: account.locale }, {
      reactivateUrl: this.links.reactivate(token),
      linkExpiresAt: expiresAt.toISOString(),
      deletionAt: deletionAt?.toISOString() ?? null,
    });
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
    await this.audit.record({ action, actorId: null, ...(account ? { target: { type: 'User', id: account.id } } : { data: { email: this.addresses.hash(email) } }) });
  }

  private async accountOf(email: string): Promise<Account | undefined> {
    const [account] = await this.database.query<Account>(
      `select u.id, u.email, u.email_verified as "emailVerified", u.status, s.locale
       from user_account u left join user_settings s on s.user_id = u.id where u.email = $1`,
      [email],
    );
    return account;
  }
}
