import { ProviderFamily } from '../../entities/admin/provider.enums.js';
import type { Encryption } from '../../infrastructure/crypto/encryption.js';
import type { Database } from '../../infrastructure/database/database.js';
import { DEFAULT_LOCALE } from '../../infrastructure/i18n/locales.js';
import type { ProviderRegistry } from '../../providers/provider-registry.js';
import type { MailRenderer } from './mail-renderer.js';
import type { MailTemplate, MailTemplates } from './mail-templates.js';

/** The payload of the job mail-send. */
export interface QueuedMail {
  template: string;
  to?: string;
  userId?: string;
  locale?: string;
  sealedParams: string;
}

/** Handler of the job mail-send. */
export class MailSender {
  constructor(
    private readonly database: Database,
    private readonly renderer: MailRenderer,
    private readonly providers: ProviderRegistry,
    private readonly encryption: Encryption,
  ) {}

  /**
   * Renders and sends one mail. A user that is gone gets none.
   *
   * @param jobId becomes the message id, so that a mail that is sent twice is recognised by the mailbox
   * @throws Error when no provider takes it; the job is tried again
   */
  async send(mail: QueuedMail, jobId: string): Promise<void> {
    const receiver = mail.userId ? await this.receiverOf(mail.userId) : { to: mail.to!, locale: mail.locale ?? null };
    if (!receiver) return;
    const template = mail.template as MailTemplate;
    const params = JSON.parse(this.encryption.decrypt(mail.sealedParams)) as MailTemplates[typeof template];
    const { subject, text, html } = this.renderer.render(template, params, receiver.locale ?? DEFAULT_LOCALE);
    await this.providers.withFailover(ProviderFamily.email, (provider) =>
      provider.send({ to: receiver.to, subject, text, html, template, messageId: jobId }),
    );
  }

  private async receiverOf(userId: string): Promise<{ to: string; locale: string | null } | null> {
    const [row] = await this.database.query<{ to: string; locale: string | null }>(
      `select u.email as to, s.locale from user_account u left join user_settings s on s.user_id = u.id
       where u.id = $1 and u.email is not null`,
      [userId],
    );
    return row ?? null;
  }
}
